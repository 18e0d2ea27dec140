package image_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

func pythonSpec(dir string) image.Spec {
	return image.Spec{
		Repository: "r.example.com/a/b", Python: &image.Python{SourceDir: dir, BaseImage: "python:3.12-slim"},
	}
}

// TestHashIsStable pins one hash of each kind. If it changes, every user's images are made again: raise the scheme.
func TestHashIsStable(t *testing.T) {
	src := lay(t, t.TempDir(), map[string]string{"main.py": "print('hi')\n", "lib/a.py": "", "lib/größe.txt": "x"})
	ctx := lay(
		t, t.TempDir(),
		map[string]string{"Dockerfile": "FROM busybox:1\nCOPY a /a\n", "a": "1", ".dockerignore": "b\n", "b": "2"},
	)
	py := pythonSpec(src)
	deps := pythonSpec(src)
	deps.Python.Requirements = []string{"numpy==2.1.0"}
	df := image.Spec{Repository: "r.example.com/a/b", Dockerfile: &image.Dockerfile{Context: ctx}}
	app := image.Spec{Repository: "r.example.com/a/b", Append: &image.Append{BaseImage: "busybox:1", Env: map[string]string{"A": "b"},
		Files: map[string]image.FileSource{
			"/etc/a": {Content: new("x")}, "/etc/b": {Path: filepath.Join(src, "main.py"), Mode: "0755"},
			"/opt/lib": {Path: filepath.Join(src, "lib")},
		}}}
	for name, tc := range map[string]struct {
		spec image.Spec
		want string
	}{
		"python":       {py, "sha256:c3556ceee82b627c5589ae76555f8655b8562f8bd4e79e2745779bb6353d91cb"},
		"requirements": {deps, "sha256:afd548f8c65c226af7dfbede77a5bae67e8e979bf30ce362c697893757554eae"},
		"dockerfile":   {df, "sha256:c9fc0120cd187b6796608265c1fcb9636c52135c9b636a65bfb208056522599e"},
		"append":       {app, "sha256:2667f43e530dd48ae911ebb61b78bae43756ce1e009a3dcc031dca0f554a15de"},
	} {
		p := prepare(t, tc.spec)
		if p.ContentHash != tc.want {
			t.Errorf("%s: the hash is %s", name, p.ContentHash)
		}
		if !regexp.MustCompile(`^r\.example\.com/a/b:kfp1-[0-9a-f]{32}$`).MatchString(p.Reference.String()) {
			t.Errorf("%s: the reference is %s", name, p.Reference)
		}
	}
}

// TestWhatEntersTheHash changes one thing at a time.
func TestWhatEntersTheHash(t *testing.T) {
	content := map[string]string{"main.py": "1", "lib/a.py": "2"}
	base := func() image.Spec {
		s := pythonSpec(lay(t, t.TempDir(), content))
		s.Python.Requirements = []string{"numpy==2.1.0", "pandas"}
		s.Python.IndexURLs = []string{"https://me:old@pypi.example.com/simple"}
		s.Platforms = []string{"linux/amd64", "linux/arm64"}
		return s
	}
	want := prepare(t, base()).ContentHash
	same := map[string]func(s *image.Spec){
		"another directory":  func(*image.Spec) {},
		"order of platforms": func(s *image.Spec) { s.Platforms = []string{"linux/arm64", "linux/amd64", "linux/arm64"} },
		"a password":         func(s *image.Spec) { s.Python.IndexURLs[0] = "https://me:new@pypi.example.com/simple" },
		"requirements as a file": func(s *image.Spec) {
			s.Python.Requirements, s.Python.RequirementsText = nil, "# x\r\nnumpy==2.1.0  \r\n\r\npandas"
		},
		"another repository": func(s *image.Spec) { s.Repository = "r.example.com/c" },
		"what Python leaves behind": func(s *image.Spec) {
			lay(t, s.Python.SourceDir, map[string]string{"lib/__pycache__/a.cpython-312.pyc": "x", ".git/HEAD": "y"})
		},
		"an ignored file": func(s *image.Spec) {
			lay(t, s.Python.SourceDir, map[string]string{".dockerignore": "*.md", "README.md": "x"})
		},
		"an empty directory": func(s *image.Spec) { must(t, os.Mkdir(filepath.Join(s.Python.SourceDir, "empty"), 0o755)) },
	}
	for name, change := range same {
		s := base()
		change(&s)
		if got := prepare(t, s).ContentHash; got != want {
			t.Errorf("%s changes the hash", name)
		}
	}
	other := map[string]func(s *image.Spec){
		"a file":     func(s *image.Spec) { lay(t, s.Python.SourceDir, map[string]string{"main.py": "2"}) },
		"a new file": func(s *image.Spec) { lay(t, s.Python.SourceDir, map[string]string{"x": ""}) },
		"a re-included file": func(s *image.Spec) {
			lay(t, s.Python.SourceDir, map[string]string{".dockerignore": "*.md\n!a.md", "a.md": "x"})
		},
		"the files filter":   func(s *image.Spec) { s.Python.Files = []string{"*.py"} },
		"the base":           func(s *image.Spec) { s.Python.BaseImage = "python:3.13-slim" },
		"a requirement":      func(s *image.Spec) { s.Python.Requirements[0] = "numpy==2.1.1" },
		"no requirements":    func(s *image.Spec) { s.Python.Requirements = nil },
		"an index":           func(s *image.Spec) { s.Python.IndexURLs[0] = "https://me:old@pypi.example.com/other" },
		"a trusted host":     func(s *image.Spec) { s.Python.TrustedHosts = []string{"pypi.example.com"} },
		"the platforms":      func(s *image.Spec) { s.Platforms = nil },
		"the executable bit": func(s *image.Spec) { must(t, os.Chmod(filepath.Join(s.Python.SourceDir, "main.py"), 0o744)) },
		"a name": func(s *image.Spec) {
			must(t, os.Rename(filepath.Join(s.Python.SourceDir, "main.py"), filepath.Join(s.Python.SourceDir, "mein.py")))
		},
		"a link in its place": func(s *image.Spec) {
			p := filepath.Join(s.Python.SourceDir, "main.py")
			must(t, os.Remove(p))
			must(t, os.Symlink("lib/a.py", p))
		},
		"content swapped over": func(s *image.Spec) {
			lay(
				t, s.Python.SourceDir, map[string]string{"main.py": "2", "lib/a.py": "1"},
			)
		},
	}
	seen := map[string]string{want: "the original"}
	for name, change := range other {
		s := base()
		change(&s)
		got := prepare(t, s).ContentHash
		if first, ok := seen[got]; ok {
			t.Errorf("%s has the hash of %s", name, first)
		}
		seen[got] = name
	}
}

func TestDockerfileHash(t *testing.T) {
	content := map[string]string{"Dockerfile": "ARG A\nFROM busybox:1 AS x\nRUN --mount=type=secret,id=s true\n", "a": "1"}
	base := func() image.Spec {
		return image.Spec{Repository: "r.example.com/a", Dockerfile: &image.Dockerfile{Context: lay(t, t.TempDir(), content),
			Args: map[string]string{"A": "1"}, Secrets: map[string]image.Secret{"s": {Env: "S"}}}}
	}
	want := prepare(t, base()).ContentHash
	s := base()
	s.Dockerfile.Secrets["s"] = image.Secret{File: "/elsewhere"}
	if prepare(t, s).ContentHash != want {
		t.Error("where a secret comes from changes the hash")
	}
	for name, change := range map[string]func(d *image.Dockerfile){
		"an argument":   func(d *image.Dockerfile) { d.Args["A"] = "2" },
		"a target":      func(d *image.Dockerfile) { d.Target = "x" },
		"a secret's id": func(d *image.Dockerfile) { d.Secrets["t"] = image.Secret{Env: "S"} },
		"an empty dir":  func(d *image.Dockerfile) { must(t, os.Mkdir(filepath.Join(d.Context, "e"), 0o755)) },
		"the Dockerfile": func(d *image.Dockerfile) {
			lay(t, d.Context, map[string]string{"Dockerfile": content["Dockerfile"] + "\n"})
		},
		"another one outside": func(d *image.Dockerfile) {
			d.File = filepath.Join(lay(t, t.TempDir(), map[string]string{"D": "FROM busybox:2"}), "D")
		},
	} {
		s := base()
		change(s.Dockerfile)
		if p := prepare(t, s); p.ContentHash == want {
			t.Errorf("%s does not change the hash", name)
		}
	}
	s = base()
	lay(t, s.Dockerfile.Context, map[string]string{"Dockerfile.dockerignore": "*\n", ".dockerignore": "x"})
	if p := prepare(t, s); p.Files != 0 {
		t.Errorf("%d files with the Dockerfile's own ignore file, which ignores all", p.Files)
	}
}

// TestTwoDirectories gives the same files to two directories in other orders, with other times, owners and modes.
func TestTwoDirectories(t *testing.T) {
	names := []string{"tool.sh", "größe/模型.py"}
	for i := range 200 {
		names = append(names, fmt.Sprintf("pkg%d/mod%d.py", i%7, i))
	}
	var hashes []string
	for seed := range 2 {
		dir := t.TempDir()
		order := slices.Clone(names)
		rand.New(rand.NewPCG(uint64(seed), 1)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for i, n := range order {
			lay(t, dir, map[string]string{n: n})
			p := filepath.Join(dir, n)
			must(t, os.Chtimes(p, time.Now(), time.Unix(int64(i*seed+1), 0)))
			must(t, os.Chmod(p, []os.FileMode{0o644, 0o600}[seed]))
			if os.Getuid() == 0 {
				must(t, os.Chown(p, seed*1000, seed*1000))
			}
		}
		must(t, os.Chmod(filepath.Join(dir, "tool.sh"), []os.FileMode{0o755, 0o711}[seed]))
		hashes = append(hashes, prepare(t, pythonSpec(dir)).ContentHash)
	}
	if hashes[0] != hashes[1] {
		t.Error("two directories with the same files have two hashes")
	}
}

func TestProblems(t *testing.T) {
	dir := lay(
		t, t.TempDir(),
		map[string]string{
			"main.py": "1", "Dockerfile": "FROM a\nRUNN\n", "D2": "FROM ${X}\nFROM Bad/Name\nRUN --mount=type=secret,id=tok x\n",
			"empty/x.md": "",
		},
	)
	must(t, os.Symlink("../../etc/passwd", filepath.Join(dir, "evil")))
	good := lay(t, t.TempDir(), map[string]string{"main.py": "1"})
	tests := map[string]struct {
		spec image.Spec
		want []string
	}{
		"nothing": {
			image.Spec{Repository: "r.example.com/a"}, []string{"exactly one of python, dockerfile and append"},
		},
		"two kinds": {
			image.Spec{Repository: "r.example.com/a", Python: &image.Python{}, Append: &image.Append{}}, []string{"exactly one"},
		},
		"all at once": {
			image.Spec{
				Repository: "r.example.com/a:tag", Platforms: []string{"amd64"},
				Python: &image.Python{SourceDir: dir, BaseImage: "A b"},
			},
			[]string{
				`repository: Invalid image name: "r.example.com/a:tag" holds a tag`, `platforms[0]: `,
				`python.base_image: Invalid image name: "A b" holds white space`,
				`python.source_dir: Files cannot be used: ` + dir + `/evil: the symbolic link to "../../etc/passwd" leads out`,
			},
		},
		"no directory": {
			image.Spec{Repository: "r.example.com/a", Python: &image.Python{SourceDir: "/nowhere", BaseImage: "a"}},
			[]string{"python.source_dir: Files cannot be used: /nowhere: cannot be read: no such file or directory"},
		},
		"no files": {
			image.Spec{
				Repository: "r.example.com/a", Python: &image.Python{SourceDir: good, BaseImage: "a", Files: []string{"*.txt"}},
			},
			[]string{"python.files: "},
		},
		"requirements": {
			image.Spec{
				Repository: "r.example.com/a",
				Python: &image.Python{
					SourceDir: good, BaseImage: "a", Requirements: []string{"x", "-r other.txt", "a @ https://u:hunter2@h/x"},
				},
			},
			[]string{
				`python.requirements[1]: Invalid requirement: "-r other.txt" reads another file`,
				`"a @ https://(secret)@h/x" holds a login`,
			},
		},
		"both": {
			image.Spec{
				Repository: "r.example.com/a",
				Python:     &image.Python{SourceDir: good, BaseImage: "a", Requirements: []string{"x"}, RequirementsText: "y"},
			},
			[]string{"Both requirements and requirements_file"},
		},
		"index": {
			image.Spec{
				Repository: "r.example.com/a",
				Python: &image.Python{
					SourceDir: good, BaseImage: "a", IndexURLs: []string{"pypi"}, TrustedHosts: []string{"a b"},
				},
			},
			[]string{"python.index_urls: ", "python.trusted_hosts[0]: "},
		},
		"syntax": {
			image.Spec{Repository: "r.example.com/a", Dockerfile: &image.Dockerfile{Context: dir}},
			[]string{"dockerfile.file: Invalid Dockerfile: The Dockerfile does not parse: line 2: unknown instruction: RUNN"},
		},
		"stages": {
			image.Spec{
				Repository: "r.example.com/a",
				Dockerfile: &image.Dockerfile{Context: dir, File: "D2", Target: "nope", Args: map[string]string{"NO": "1"}},
			},
			[]string{
				`has no stage "nope"`, `line 2 of the Dockerfile: "Bad/Name" holds a capital letter`, `declares no ARG NO`,
				`mounts the secret "tok"`,
			},
		},
		"no Dockerfile": {
			image.Spec{Repository: "r.example.com/a", Dockerfile: &image.Dockerfile{Context: good}},
			[]string{"The Dockerfile cannot be read"},
		},
		"secret": {
			image.Spec{
				Repository: "r.example.com/a",
				Dockerfile: &image.Dockerfile{Context: dir, File: "D2", Secrets: map[string]image.Secret{"a b": {}}},
			},
			[]string{`dockerfile.secrets["a b"]: Invalid image: "a b" is not the id`, "exactly one of env and file"},
		},
		"append": {image.Spec{Repository: "r.example.com/a", Append: &image.Append{BaseImage: "a", Workdir: "rel", Env: map[string]string{"A=B": ""}, Files: map[string]image.FileSource{
			"/":    {Content: new("")},
			"/a/b": {Content: new("")}, "/a": {Content: new("")},
			"/c": {}, "/d": {Content: new(""), Mode: "rwx"}, "/e": {Path: "/nowhere"}, "/f": {Path: dir, Mode: "0755"},
		}}}, []string{
			`"/": names no file`, "/a/b: lies below /a, which is a file", `append.files["/c"]: `, `"rwx" is not a file mode`,
			`append.files["/e"].path: Files cannot be used: /nowhere`, "whose files keep their own modes", `append.workdir: `,
			`append.env["A=B"]: `,
		}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p, l := tc.spec.Prepare(t.Context())
			if p != nil {
				t.Error("there is a result in spite of errors")
			}
			wants(t, l, tc.want...)
			if strings.Contains(fmt.Sprint(l), "hunter2") {
				t.Error("a password is shown")
			}
			if !slices.IsSortedFunc(l, func(a, b problem.Problem) int { return strings.Compare(a.String(), b.String()) }) {
				t.Error("problems come in another order each time")
			}
		})
	}
}

func TestBases(t *testing.T) {
	dir := lay(
		t, t.TempDir(),
		map[string]string{"Dockerfile": "ARG V=1\nFROM a:${V} AS x\nFROM scratch\nCOPY --from=x / /\nCOPY --from=b:2 / /\n"},
	)
	p := prepare(
		t,
		image.Spec{
			Repository: "r.example.com/a", Dockerfile: &image.Dockerfile{Context: dir, Args: map[string]string{"V": "9"}},
		},
	)
	got := map[string]int{}
	for _, b := range p.Bases {
		got[b.Reference.String()] = b.Line
	}
	if !maps.Equal(got, map[string]int{"a:9": 2, "b:2": 5}) {
		t.Error(got)
	}
	if !p.NeedsBuilder() || prepare(t, pythonSpec(dir)).NeedsBuilder() {
		t.Error("who needs a builder?")
	}
}

func TestPrepareCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, l := pythonSpec(lay(t, t.TempDir(), map[string]string{"a": ""})).Prepare(ctx)
	if p != nil || !l.HasError() {
		t.Error(p, l)
	}
}
