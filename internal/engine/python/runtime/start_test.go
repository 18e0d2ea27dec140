package runtime_test

import (
	"os/exec"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// startLimit is how much more processor time than python3 alone a pod may need. It is far above what an idle machine
// takes (12 to 27 ms), since other work on it makes the same instructions take longer.
const startLimit = 200 * time.Millisecond

// TestStart measures whole runs, which also read inputs and write outputs. Processor time, of the best of several,
// counts, since this machine does other things too.
func TestStart(t *testing.T) { //nolint:paralleltest // it measures time
	python(t)
	for _, interpreter := range interpreters() {
		p := startPod(t, interpreter)
		command := []string{
			interpreter, "-u", p.path("component", runtime.FileName), p.inputsFile(map[string]string{"state": "OH"}),
		}
		var bare, full time.Duration
		for i := range 5 {
			bare = least(i, bare, p, exec.Command(interpreter, "-c", "pass"))
			full = least(i, full, p, exec.Command(command[0], command[1:]...))
		}
		t.Logf("%s: %v, python3 -c pass %v: overhead %v", interpreter, full, bare, full-bare)
		if full-bare > startLimit {
			t.Errorf("%s: overhead %v, more than %v", interpreter, full-bare, startLimit)
		}
	}
}

// least runs a command and returns its processor time, or what is less.
func least(i int, soFar time.Duration, p *pod, cmd *exec.Cmd) time.Duration {
	p.command(cmd)
	if took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); i == 0 || took < soFar {
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
