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

// TestStart measures whole runs, which also read inputs and write outputs, by the processor time that they take: it is
// what a start consists of, and other work on the machine hardly touches it. The least of several runs counts.
func TestStart(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		p := startPod(t, interpreter)
		inputs := p.inputsFile(map[string]string{"state": "OH"})
		bare := p.leastTime("-c", "pass")
		full := p.leastTime("-u", p.path("component", runtime.FileName), inputs)
		t.Logf("component %v, python3 -c pass %v: overhead %v", full, bare, full-bare)
		if full-bare > startLimit {
			t.Errorf("overhead %v, more than %v", full-bare, startLimit)
		}
	})
}

func (p *pod) leastTime(arguments ...string) time.Duration {
	p.t.Helper()
	least := time.Hour
	for range 5 {
		cmd := exec.Command(p.python, arguments...)
		p.command(cmd).succeeded()
		least = min(least, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	return least
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
