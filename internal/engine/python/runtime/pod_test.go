package runtime_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// interpreters returns the Pythons of this machine that the runtime promises to work on, the default one first.
var interpreters = sync.OnceValue(func() []string {
	candidates := []string{"python3"}
	for _, pattern := range []string{"/usr/bin/python3", "/usr/bin/python3.*[0-9]", "$HOME/.pyenv/versions/3.*/bin/python3"} {
		found, _ := filepath.Glob(os.ExpandEnv(pattern))
		candidates = append(candidates, found...)
	}
	var usable []string
	seen := map[string]bool{}
	for _, path := range candidates {
		// The executable itself, since pyenv's python3 on PATH is a shell script that takes its time.
		out, err := exec.Command(
			path, "-c", "import sys; assert sys.version_info >= (3, 8); print(sys.executable, sys.version)",
		).Output()
		executable, version, ok := strings.Cut(string(out), " ")
		if err == nil && ok && !seen[version] {
			seen[version] = true
			usable = append(usable, executable)
		}
	}
	return usable
})

// python returns the default interpreter.
func python(t testing.TB) string {
	t.Helper()
	if len(interpreters()) == 0 {
		t.Skip("there is no python3 on this machine")
	}
	return interpreters()[0]
}

// whole makes every pod have all of kfp_runtime.py, also what its component does not need.
var whole bool

// TestMain runs all tests a second time, on one Python, with the whole of kfp_runtime.py: components that need it are
// like all others.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		whole = true
		code = m.Run()
	}
	os.Exit(code)
}

// pod is a component's pod: the directories that Argo and Kubernetes would mount.
type pod struct {
	t      testing.TB
	python string
	dir    string
	env    []string
	config runtime.Config
}

// newPod lays out the component's directory as the kubelet does for a config map: with links to a hidden directory.
func newPod(t testing.TB, interpreter string, config runtime.Config, files map[string]string) *pod {
	t.Helper()
	text, err := config.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return newRawPod(t, interpreter, config, text, files)
}

func newRawPod(t testing.TB, interpreter string, config runtime.Config, text string, files map[string]string) *pod {
	t.Helper()
	p := &pod{t: t, python: interpreter, dir: t.TempDir(), config: config}
	all := maps.Clone(files)
	all[runtime.FileName] = config.Runtime()
	if whole {
		all[runtime.FileName] = runtime.Config{SDK: true}.Runtime()
	}
	all[runtime.ConfigName] = text
	for _, dir := range []string{"component/..1", "inputs", "outputs", "image", "tmp"} {
		must(t, os.MkdirAll(p.path(dir), 0o755))
	}
	must(t, os.Symlink("..1", p.path("component/..data")))
	for name, content := range all {
		must(t, os.WriteFile(p.path("component/..1", name), []byte(content), 0o644))
		must(t, os.Symlink("..data/"+name, p.path("component", name)))
	}
	must(t, os.WriteFile(p.path("termination-log"), nil, 0o666))
	p.env = []string{
		"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=/nonexistent", "TMPDIR=" + p.path("tmp"), "KFP_TERMINATION_LOG=" + p.path("termination-log"),
		"KFP_INPUTS_DIR=" + p.path("inputs"), "KFP_OUTPUTS_DIR=" + p.path("outputs"),
	}
	return p
}

func (p *pod) path(parts ...string) string {
	return filepath.Join(append([]string{p.dir}, parts...)...)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// result is how a pod ended.
type result struct {
	*pod
	code           int
	stdout, stderr string
	termination    string
}

// inputsFile writes texts as Argo fills in {{inputs.parameters}}.
func (p *pod) inputsFile(texts map[string]string) string {
	p.t.Helper()
	type parameter struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	list := []parameter{{"kfp-setting", "ignored"}}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		list = append(list, parameter{name, texts[name]})
	}
	text, err := json.Marshal(list)
	must(p.t, err)
	must(p.t, os.WriteFile(p.path("inputs.json"), text, 0o644))
	return p.path("inputs.json")
}

// run runs the component on the wire texts of its inputs.
func (p *pod) run(texts map[string]string) result {
	p.t.Helper()
	return p.command(exec.Command(p.python, "-u", p.path("component", runtime.FileName), p.inputsFile(texts)))
}

func (p *pod) command(cmd *exec.Cmd) result {
	p.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.path("image"), p.env, &stdout, &stderr
	// A component that hangs is ended with all the processes that it started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(p.t, cmd.Start())
	patience := time.AfterFunc(time.Minute, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	err := cmd.Wait()
	patience.Stop()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	termination, err := os.ReadFile(p.path("termination-log"))
	must(p.t, err)
	return result{p, cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), string(termination)}
}

// output returns an output's text as Argo would read it.
func (r result) output(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(r.path("outputs", name))
	if err != nil {
		r.t.Fatalf("%v\nstderr: %s", err, r.stderr)
	}
	return asArgoReads(string(text))
}

// file returns the bytes of a file of the pod.
func (r result) file(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(r.path(name))
	if err != nil {
		r.t.Fatalf("%v\nstderr: %s", err, r.stderr)
	}
	return string(text)
}

// asArgoReads cuts one newline off the end of an output.
func asArgoReads(text string) string { return strings.TrimSuffix(text, "\n") }

// succeeded fails the test unless the component did its work.
func (r result) succeeded() result {
	r.t.Helper()
	if r.code != 0 || r.stderr != "" || r.termination != "" {
		r.t.Fatalf("exit code %d\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
	return r
}

// failed checks the exit code and that the last line of the log, which is the termination message too, is message.
func (r result) failed(code int, message string) result {
	r.t.Helper()
	lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
	if last := lines[len(lines)-1]; r.code != code || last != "kfp: "+message {
		r.t.Errorf(
			"exit code %d, want %d\nlast line  %s\nwant       kfp: %s\nstderr:\n%s", r.code, code, last, message, r.stderr,
		)
	}
	if r.termination != message {
		r.t.Errorf("termination message %q, want %q", r.termination, message)
	}
	return r
}

// function is the Config of a lightweight component that takes parameters and returns one value.
func function(name string, returns spec.Type, arguments ...runtime.Argument) runtime.Config {
	c := runtime.Config{
		Function: name, Source: "user.py", Lightweight: true, Arguments: arguments, Returns: runtime.ReturnsNone,
	}
	for _, a := range arguments {
		if a.Passing == runtime.OutputArtifact || a.Passing == runtime.OutputPath {
			c = withOutput(c, a.Name, a.Type)
		}
	}
	if returns != "" {
		c.Returns = runtime.ReturnsValue
		c = withOutput(c, spec.DefaultOutput, returns)
	}
	return c
}

func withOutput(c runtime.Config, name string, t spec.Type) runtime.Config {
	outputs := map[string]spec.Type{name: t}
	maps.Copy(outputs, c.Outputs)
	c.Outputs = outputs
	return c
}

func argument(name string, passing runtime.Passing, t spec.Type) runtime.Argument {
	return runtime.Argument{Name: name, Passing: passing, Type: t}
}

func optional(a runtime.Argument) runtime.Argument {
	a.Optional = true
	return a
}

// onEach runs a test on every interpreter.
func onEach(t *testing.T, test func(t *testing.T, interpreter string)) {
	t.Helper()
	python(t)
	all := interpreters()
	if whole {
		all = all[:1]
	}
	for _, interpreter := range all {
		t.Run(strings.ReplaceAll(strings.Trim(interpreter, "/"), "/", "_"), func(t *testing.T) {
			t.Parallel()
			test(t, interpreter)
		})
	}
}
