package runtime_test

import (
	"os/exec"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// startLimit is how much later than by python3 alone a pod may reach the user's code.
const startLimit = 60 * time.Millisecond

// TestStart measures whole runs, which also read inputs and write outputs. The fastest of several counts, since this
// machine does other things too. It must not run beside other tests.
func TestStart(t *testing.T) { //nolint:paralleltest // it measures time
	python(t)
	for _, interpreter := range interpreters() {
		p := startPod(t, interpreter)
		command := []string{interpreter, "-u", p.path("component", runtime.FileName), p.inputsFile(map[string]string{"state": "OH"})}
		var bare, full time.Duration
		for i := range 5 {
			bare = fastest(i, bare, func() { p.command(exec.Command(interpreter, "-c", "pass")) })
			full = fastest(i, full, func() { p.command(exec.Command(command[0], command[1:]...)) })
		}
		t.Logf("%s: %v, python3 -c pass %v: overhead %v", interpreter, full, bare, full-bare)
		if full-bare > startLimit {
			t.Errorf("%s: overhead %v, more than %v", interpreter, full-bare, startLimit)
		}
	}
}

func fastest(i int, soFar time.Duration, run func()) time.Duration {
	start := time.Now()
	run()
	if took := time.Since(start); i == 0 || took < soFar {
		return took
	}
	return soFar
}

func startPod(t testing.TB, interpreter string) *pod {
	t.Helper()
	config := function("get_state_tax_rate", spec.Float, argument("state", runtime.Parameter, spec.String))
	return newPod(t, interpreter, config, map[string]string{"user.py": taxRate})
}

func BenchmarkStart(b *testing.B) {
	p := startPod(b, python(b))
	inputs := p.inputsFile(map[string]string{"state": "OH"})
	b.Run("python3 -c pass", func(b *testing.B) {
		for b.Loop() {
			p.command(exec.Command(p.python, "-c", "pass"))
		}
	})
	b.Run("component", func(b *testing.B) {
		for b.Loop() {
			p.command(exec.Command(p.python, "-u", p.path("component", runtime.FileName), inputs))
		}
	})
}
