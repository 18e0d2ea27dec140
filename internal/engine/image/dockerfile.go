package image

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/dockerfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// largestDockerfile bounds what is read as a Dockerfile.
const largestDockerfile = 1 << 20

func (p *Prepared) prepareDockerfile(ctx context.Context, l *problem.List) {
	d, at := p.spec.Dockerfile, problem.At("dockerfile")
	checkSecrets(l, at, d.Secrets)
	if d.Context == "" {
		l.Errorf(
			at.Attr("context"), titleFiles,
			"No directory is given. Name the directory that holds the Dockerfile and what it copies.",
		)
		return
	}
	path := d.File
	if path == "" {
		path = "Dockerfile"
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(d.Context, path)
	}
	p.text = readDockerfile(l, at.Attr("file"), path)
	if p.text != nil {
		p.parseDockerfile(l, at)
	}

	// BuildKit looks for an ignore file beside the Dockerfile first.
	ignore := path + ".dockerignore"
	if _, err := os.Stat(ignore); err != nil {
		ignore = filepath.Join(d.Context, ".dockerignore")
	}
	patterns, err := files.ReadIgnore(ignore)
	if err != nil {
		addFiles(l, at.Attr("context"), err)
		return
	}
	if p.tree, err = files.Scan(ctx, d.Context, files.Options{Ignore: patterns, EmptyDirs: true}); err != nil {
		addFiles(l, at.Attr("context"), err)
	}
}

func readDockerfile(l *problem.List, at problem.Path, path string) []byte {
	info, err := os.Stat(path)
	if err == nil && info.Size() > largestDockerfile {
		l.Errorf(at, titleFile, "%s has %d bytes, more than a Dockerfile may have. Name the Dockerfile.", path, info.Size())
		return nil
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		l.Errorf(
			at, titleFile, "The Dockerfile cannot be read: %s. It is looked for in the context unless the path is absolute.", err,
		)
		return nil
	}
	return text
}

func (p *Prepared) parseDockerfile(l *problem.List, at problem.Path) {
	d := p.spec.Dockerfile
	f, err := dockerfile.Parse(p.text, d.Args)
	if err != nil {
		l.Errorf(at.Attr("file"), titleFile, "The Dockerfile does not parse: %s.", err)
		return
	}
	if d.Target != "" && !f.HasStage(d.Target) {
		l.Errorf(
			at.Attr("target"), titleFile, "The Dockerfile has no stage %q; its stages are %q.", d.Target, named(f.Stages),
		)
	}
	for _, a := range slices.Sorted(maps.Keys(d.Args)) {
		if !f.Takes(a) {
			l.Warnf(
				at.Attr("args").Key(a), "Build argument without effect", "The Dockerfile declares no ARG %s; it declares %q.", a,
				f.Args,
			)
		}
	}
	for _, id := range f.Secrets {
		if _, ok := d.Secrets[id]; !ok {
			l.Warnf(
				at.Attr("secrets"), "Build secret is missing",
				"The Dockerfile mounts the secret %q, which is not given. Give it in secrets.", id,
			)
		}
	}
	for _, img := range f.Images {
		ref, err := registry.ParseReference(img.Name)
		if err != nil {
			l.Errorf(at.Attr("file"), titleFile, "In line %d of the Dockerfile: %s", img.Line, err)
			continue
		}
		p.Bases = append(p.Bases, Base{Path: at.Attr("file"), Reference: ref, Line: img.Line})
	}
}

func named(stages []string) []string {
	return slices.DeleteFunc(slices.Clone(stages), func(s string) bool { return s == "" })
}

func checkSecrets(l *problem.List, at problem.Path, secrets map[string]Secret) {
	for _, id := range secretIDs(secrets) {
		s, where := secrets[id], at.Attr("secrets").Key(id)
		if !secretForm.MatchString(id) {
			l.Errorf(where, titleSpec, "%q is not the id of a secret. Use letters, digits, dots, dashes and underscores.", id)
		}
		if (s.Env == "") == (s.File == "") {
			l.Errorf(where, titleSpec, "The secret %q is read from exactly one of env and file. Give one of them.", id)
		}
	}
}

func secretIDs(secrets map[string]Secret) []string { return slices.Sorted(maps.Keys(secrets)) }
