package acceptance_test

import (
	"archive/zip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// secrets are all that must be nowhere but at its destination, and how it looks on the way.
var secrets = []string{
	"hunter2", "wrong-horse", "index-battery", "build-staple", "bearer-of-good-news",
	base64.StdEncoding.EncodeToString([]byte("me:hunter2")), base64.StdEncoding.EncodeToString([]byte("me:wrong-horse")),
	base64.StdEncoding.EncodeToString([]byte("me:index-battery")),
}

// findSecrets looks for them in a text.
func findSecrets(t *testing.T, where, text string) {
	t.Helper()
	for _, s := range secrets {
		if i := strings.Index(text, s); i >= 0 {
			t.Errorf("%s holds %q: …%q", where, s, text[max(0, i-200):min(len(text), i+50)])
		}
	}
}

// findSecretsInFiles looks into every file below a directory, and into saved plans.
func findSecretsInFiles(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if archive, err := zip.OpenReader(path); err == nil {
			defer archive.Close()
			for _, f := range archive.File {
				r, err := f.Open()
				if err != nil {
					return err
				}
				text, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				findSecrets(t, path+":"+f.Name, string(text))
			}
			return nil
		}
		text, err := os.ReadFile(path)
		findSecrets(t, path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Credentials are in no state, plan, log or error: those of a registry that repeats them in its answers, of a package
// index, and of a build that prints its secret.
func TestAccImageSecretsStaySecret(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	index := imagetest.Index(t, "me:index-battery", "kfpone")
	e.Guard(`Basic realm="registry"`, "Basic "+base64.StdEncoding.EncodeToString([]byte("me:hunter2")))
	w := e.workspace(t, map[string]string{
		"main.tf": requiredProviders + fmt.Sprintf(`
variable "password" {
  type      = string
  sensitive = true
  ephemeral = true
}
provider "kfp" {
  registries = {
    %[1]q       = { username = "me", password = var.password }
    "docker.io" = { mirror = %[1]q }
  }
  image_builder = { buildkit = { address = %[2]q } }
}
resource "kfp_image" "python" {
  repository = "%[3]s-py"
  python = {
    source_dir    = "src"
    base_image    = "python:3.11-slim"
    requirements  = ["kfpone"]
    index_urls    = ["%[4]s/simple"]
    trusted_hosts = ["127.0.0.1"]
    netrc         = { env = "KFP_TEST_NETRC" }
  }
}
resource "kfp_image" "dockerfile" {
  repository = %[3]q
  dockerfile = { context = "docker", secrets = { s = { env = "KFP_TEST_BUILD" } } }
}
`, e.Host, e.buildkit, e.repo, index),
		"src/main.py": "import kfpone\n",
		"docker/Dockerfile": "FROM busybox:1.36\nARG FAIL\nRUN --mount=type=secret,id=s cat /run/secrets/s && echo && " +
			"echo printed && exit $(cat /code 2>/dev/null || echo 0)\n",
	})
	run := func(password string, args ...string) (string, error) {
		c := w.Command(args...)
		c.Env = append(c.Env, "TF_VAR_password="+password, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(w.dir, "trace.log"),
			"KFP_TEST_NETRC=machine 127.0.0.1\nlogin me\npassword index-battery\n", "KFP_TEST_BUILD=build-staple")
		out, err := c.CombinedOutput()
		findSecrets(t, "terraform "+args[0], string(out))
		return string(out), err
	}
	out, err := run("wrong-horse", "apply", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(out, "Give credentials") {
		t.Errorf("a wrong password is no error:\n%s", out)
	}
	if out, err := run("hunter2", "plan", "-input=false", "-out=plan"); err != nil {
		t.Fatal(out)
	}
	if out, err := run("hunter2", "show", "-json", "plan"); err != nil {
		t.Fatal(out)
	}
	if out, err := run("hunter2", "apply", "-input=false", "plan"); err != nil {
		t.Fatal(out)
	}
	w.Write("docker/Dockerfile", "FROM busybox:1.36\nRUN --mount=type=secret,id=s cat /run/secrets/s && echo && exit 3\n")
	if out, err := run("hunter2", "apply", "-auto-approve", "-input=false"); err == nil || !strings.Contains(out, "(secret)") {
		t.Errorf("the secret that a failing build printed is not hidden:\n%s", out)
	}
	log, err := os.ReadFile(filepath.Join(w.dir, "trace.log"))
	if err != nil || !strings.Contains(string(log), "printed") || !strings.Contains(string(log), "registry request") {
		t.Errorf("the log does not show the build: %v, %d bytes", err, len(log))
	}
	findSecretsInFiles(t, w.dir)
}

// What the plan knows comes out the same, whatever moves before apply.
func TestAccImageTagsMove(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	base := e.repo + "-base:1"
	before := pushRandom(t, base)
	image := func(name string) string {
		return fmt.Sprintf(
			"resource \"kfp_image\" %q {\n  repository = %q\n  append = { base_image = %q, files = { \"/x\" = { content = "+
				"\"x\" } } }\n}\noutput %q {\n  value = kfp_image.%s\n}\n",
			name, e.repo, base, name, name,
		)
	}
	w := e.workspace(t, map[string]string{"main.tf": requiredProviders + image("one")})
	read := func(name string) (v struct {
		Reference, Digest string
		Tag               string
		BaseDigest        string `json:"base_digest"`
	}) {
		t.Helper()
		if err := json.Unmarshal([]byte(w.mustRun("output", "-json", name)), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}

	// The base moves: the hash was over its name, and what it means is recorded.
	w.mustRun("plan", "-input=false", "-out=plan")
	after := pushRandom(t, base)
	w.mustRun("apply", "-input=false", "plan")
	one := read("one")
	if one.BaseDigest != after || before == after {
		t.Errorf("the base is recorded as %s, it was %s and is %s", one.BaseDigest, before, after)
	}
	pushRandom(t, base)
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	// Somebody else makes the image between plan and apply: it is taken.
	w.Write("main.tf", requiredProviders+image("one")+strings.Replace(image("two"), `content = "x"`, `content = "y"`, 1))
	w.mustRun("plan", "-input=false", "-out=plan")
	other := e.workspace(
		t,
		map[string]string{"main.tf": requiredProviders + strings.Replace(image("two"), `content = "x"`, `content = "y"`, 1)},
	)
	other.mustRun("apply", "-auto-approve", "-input=false")
	w.mustRun("apply", "-input=false", "plan")
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	// The content's own tag is moved after a plan that found it: Terraform refuses what is not what was planned, and the
	// next plan shows that somebody moved it.
	w.Write(
		"main.tf",
		requiredProviders+image("one")+strings.Replace(image("two"), `content = "x"`, `content = "y"`, 1)+image("three"),
	)
	w.mustRun("plan", "-input=false", "-out=plan")
	moved := pushRandom(t, e.repo+":"+one.Tag)
	if out, err := w.Run("apply", "-input=false", "plan"); err == nil || !strings.Contains(out, "inconsistent final plan") {
		t.Errorf("an image that is another one is not told of: %v\n%s", err, out)
	}
	out, err := w.Run("plan", "-input=false")
	if err != nil || !strings.Contains(out, moved) {
		t.Errorf("a moved tag is not shown: %v\n%s", err, out)
	}
	// It is deleted: the next apply makes it again.
	if err := e.client.Delete(t.Context(), e.parse(t, e.repo+"@"+moved)); err != nil {
		t.Fatal(err)
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	// Files that change after the plan are not what it was about, and Terraform refuses them likewise.
	w.Write("src/main.py", "one")
	w.Write(
		"main.tf",
		requiredProviders+fmt.Sprintf(
			"resource \"kfp_image\" \"four\" {\n  repository = %q\n  python = { source_dir = \"src\", base_image = %q }\n}\n",
			e.repo, base,
		),
	)
	w.mustRun("plan", "-input=false", "-out=plan")
	w.Write("src/main.py", "two")
	if out, err := w.Run("apply", "-input=false", "plan"); err == nil || !strings.Contains(out, "inconsistent final plan") {
		t.Errorf("changed files are not told of: %v\n%s", err, out)
	}
}

// Terraform and the provider are killed at each stage of a push: no tag points to half an image, and the next apply
// converges.
func TestAccImageKilled(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	w := e.workspace(
		t,
		map[string]string{
			"main.tf":     requiredProviders + strings.ReplaceAll(e.python("src"), "delete_on_destroy = true", ""),
			"src/main.py": strings.Repeat(t.Name(), 100_000),
		},
	)
	var tag string
	for _, at := range []string{"PATCH /blobs/", "PUT /blobs/", "PUT /manifests/kfp1"} {
		var once sync.Once
		reached := make(chan string, 1)
		e.Break(at, -1, func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
			once.Do(func() { reached <- r.URL.Path })
			e.Silence(rw, r, next)
		})
		c := w.Command("apply", "-auto-approve", "-input=false", "-lock=false")
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		select {
		case path := <-reached:
			if strings.Contains(path, "/manifests/kfp1") {
				tag = path[strings.LastIndex(path, "/")+1:]
			}
		case <-time.After(time.Minute):
			t.Errorf("%s was never reached", at)
		}
		if err := syscall.Kill(-c.Process.Pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		e.Mend()
	}
	if ok, err := e.client.Exists(t.Context(), e.parse(t, e.repo+":"+tag)); tag == "" || ok || err != nil {
		t.Errorf("the tag %q exists after the kills: %v", tag, err)
	}
	w.mustRun("apply", "-auto-approve", "-input=false", "-lock=false")
	cfg, err := e.client.Config(t.Context(), e.parse(t, e.repo+":"+tag), registry.Direct)
	if err != nil || cfg.Workdir != "/app" {
		t.Errorf("the image is not whole: %v", err)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false", "-lock=false")
}

// Times of what users wait for, and a context of 200 MiB in 200 files with names in Unicode.
func TestAccImageTimes(t *testing.T) { //nolint:paralleltest // it measures
	e := newImageEnv(t)
	w := e.workspace(t, map[string]string{
		"main.tf": requiredProviders + e.config("") + fmt.Sprintf(`
resource "kfp_image" "append" {
  repository = "%[1]s-append"
  python     = { source_dir = "src", base_image = "python:3.11-slim" }
}
resource "kfp_image" "build" {
  repository = "%[1]s-build"
  dockerfile = { context = "docker" }
}
`, e.repo),
		"src/main.py":       "print('one')\n",
		"docker/Dockerfile": "FROM python:3.11-slim\nRUN python3 -c 'print(1)'\nCOPY main.py /app/\n",
		"docker/main.py":    fmt.Sprintf("print(%q)\n", e.repo),
	})
	timed := func(what string, args ...string) {
		start := time.Now()
		e.Requests()
		w.mustRun(args...)
		t.Logf(
			"%-50s %6s, %d requests to the registry", what, time.Since(start).Round(10*time.Millisecond), len(e.Requests()),
		)
	}
	apply := []string{"apply", "-auto-approve", "-input=false"}
	timed("first apply, two images", apply...)
	requests := func() []string {
		e.Requests()
		w.mustRun(apply...)
		return e.manifests()
	}
	if got := requests(); slices.ContainsFunc(got, func(r string) bool { return !strings.HasPrefix(r, "HEAD ") }) || len(got) != 2 {
		t.Errorf("an apply without changes asks for %q, want two HEADs", got)
	}
	timed("second apply", apply...)
	w.Write("src/main.py", "print('two')\n")
	timed("one line changed, append", append(apply, "-target=kfp_image.append")...)
	w.Write("docker/main.py", fmt.Sprintf("print(%q)\n", e.repo+"2"))
	timed("one line changed, BuildKit", append(apply, "-target=kfp_image.build")...)

	noise := rand.NewChaCha8([32]byte{1})
	for i := range 200 {
		b := make([]byte, 1<<20)
		_, _ = noise.Read(b)
		w.Write(fmt.Sprintf("docker/däta/%c%03d.bin", 'α'+rune(i%20), i), string(b))
	}
	w.Write("docker/Dockerfile", "FROM busybox:1.36\nCOPY . /data\nRUN test $(find /data/däta -type f | wc -l) = 200\n")
	timed("200 MiB in 200 files, BuildKit, plan", "plan", "-input=false")
	timed("200 MiB in 200 files, BuildKit, apply", append(apply, "-target=kfp_image.build")...)
	timed("the same again", apply...)
	if err := os.Rename(filepath.Join(w.dir, "docker", "däta"), filepath.Join(w.dir, "src", "däta")); err != nil {
		t.Fatal(err)
	}
	timed("200 MiB in 200 files, append, apply", append(apply, "-target=kfp_image.append")...)

	// What cannot be read is told of, all of it at once, at the attribute.
	for _, link := range [][2]string{{"loop", "src/loop"}, {"/etc", "src/out"}} {
		if err := os.Symlink(link[0], filepath.Join(w.dir, link[1])); err != nil {
			t.Fatal(err)
		}
	}
	out, err := w.Run("plan", "-input=false")
	if err == nil || !strings.Contains(out, "src/loop") || !strings.Contains(out, "src/out") || !strings.Contains(out, "python.source_dir") {
		t.Errorf("links that lead out or nowhere are not told of: %v\n%s", err, out)
	}
}
