package image

import (
	"context"
	"path/filepath"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/dockerfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

// leftovers is what Python, editors and version control leave behind in a source directory. It would change the hash
// without changing the program. A "!" pattern in .dockerignore takes one of them back.
var leftovers = []string{
	"**/__pycache__", "**/*.pyc", "**/*.pyo", "**/.pytest_cache", "**/.mypy_cache", "**/.ruff_cache", "**/.ipynb_checkpoints",
	"**/.venv", "**/.DS_Store", "**/.git", "**/.hg", "**/.svn", "**/.terraform", "**/.terraform.lock.hcl", "**/*.tfstate*",
}

func (p *Prepared) preparePython(ctx context.Context, l *problem.List) {
	py, at := p.spec.Python, problem.At("python")
	p.setBase(at, py.BaseImage)
	p.requirements(l, at)

	tree := scanDir(
		ctx, l, at.Attr("source_dir"), py.SourceDir,
		files.Options{Ignore: leftovers, Include: py.Files, Omit: []string{".dockerignore"}},
	)
	if tree == nil {
		return
	}
	if tree.Files() == 0 {
		where, what := at.Attr("source_dir"), "holds no file that is not ignored"
		if len(py.Files) > 0 {
			where, what = at.Attr("files"), "holds no file that matches files and is not ignored"
		}
		l.Errorf(
			where, titleFiles, "The directory %s %s. Name the directory that holds the Python modules.", py.SourceDir, what,
		)
	}
	p.parts = []part{{"source", tree.Below(AppDir)}}
}

// scanDir lists a directory under its own .dockerignore, with patterns that come before those in it.
func scanDir(ctx context.Context, l *problem.List, at problem.Path, dir string, o files.Options) *files.Tree {
	if dir == "" {
		l.Errorf(at, titleFiles, "No directory is given. Name the directory that holds the files.")
		return nil
	}
	own, err := files.ReadIgnore(filepath.Join(dir, ".dockerignore"))
	if err != nil {
		addFiles(l, at, err)
		return nil
	}
	o.Ignore = append(append([]string{}, o.Ignore...), own...)
	tree, err := files.Scan(ctx, dir, o)
	if err != nil {
		addFiles(l, at, err)
		return nil
	}
	return tree
}

// requirements checks what pip shall install and writes the Dockerfile for it.
func (p *Prepared) requirements(l *problem.List, at problem.Path) {
	py := p.spec.Python
	lines, where := py.Requirements, func(i int) problem.Path { return at.Attr("requirements").Index(i) }
	if py.RequirementsText != "" {
		if len(lines) > 0 {
			l.Errorf(at.Attr("requirements"), titleSpec, "Both requirements and requirements_file are given. Give one of them.")
		}
		lines = dockerfile.Lines(py.RequirementsText)
		where = func(int) problem.Path { return at.Attr("requirements_file") }
	}
	var kept []string
	for i, line := range lines {
		if reason, remedy := dockerfile.CheckLine(line); reason != "" {
			l.Errorf(where(i), titleRequire, "%q %s. %s", redact.Logins(line), reason, remedy)
		}
		kept = append(kept, dockerfile.Lines(line)...)
	}
	plain, logins, err := dockerfile.SplitLogins(py.IndexURLs)
	if err != nil {
		l.Errorf(
			at.Attr("index_urls"), titleSpec, "Index URLs cannot be used: %s. Write them as https://pypi.example.com/simple.",
			err,
		)
	}
	for i, h := range py.TrustedHosts {
		if !hostForm.MatchString(h) {
			l.Errorf(
				at.Attr("trusted_hosts").Index(i), titleSpec,
				"%q is not a host name. Write it as pypi.example.com or pypi.example.com:8080.", h,
			)
		}
	}
	if py.Netrc != nil {
		checkNetrc(l, at.Attr("netrc"), *py.Netrc, logins.Netrc != "")
	}
	if len(kept) == 0 {
		return
	}
	p.logins = logins
	p.Dockerfile = dockerfile.Python(dockerfile.Requirements{
		Base: py.BaseImage, Lines: kept, IndexURLs: plain, TrustedHosts: py.TrustedHosts, Login: logins.Netrc != "" || py.Netrc != nil,
	})
	p.text = []byte(p.Dockerfile)
	p.depsHash = dependenciesHash(p.Dockerfile, p.spec.Platforms)
}

func checkNetrc(l *problem.List, at problem.Path, s Secret, inURLs bool) {
	if (s.Env == "") == (s.File == "") {
		l.Errorf(at, titleSpec, "The logins are read from exactly one of env and file. Give one of them.")
	}
	if inURLs {
		l.Errorf(at, titleSpec, "The index URLs hold logins too. Move them into the .netrc file.")
	}
}
