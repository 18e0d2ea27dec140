package acceptance_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The ETL example against a real PostgreSQL in the test's namespace, succeeding and failing.
func TestAccETL(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.kubectl(t, "apply", "-f", "../../examples/etl/postgres.yaml")
	env.kubectl(t, "rollout", "status", "deployment/shop-database", "--timeout=120s")
	w := env.workspace(t, exampleFiles(t, "etl"))

	w.mustRun("apply", "-auto-approve", "-input=false")
	var outputs struct {
		Result struct{ Value map[string]string }
	}
	if err := json.Unmarshal([]byte(w.mustRun("output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"verified": "ok", "loaded": "2", "rejected_share": "0.4"}
	for name, text := range want {
		if got := strings.TrimSpace(outputs.Result.Value[name]); got != text {
			t.Errorf("output %s is %q, want %q", name, got, text)
		}
	}
	if err := env.checkPods(8)(nil); err != nil {
		t.Error(err)
	}

	out, err := w.Run("apply", "-auto-approve", "-input=false", "-var", "max_rejected_share=0.1")
	if err == nil {
		t.Fatalf("too many rejected orders are no failure:\n%s", out)
	}
	for _, part := range []string{`Task "validate": Failed`, "2 of 5 orders make no sense", "validate.py"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), part) {
			t.Errorf("the diagnostic lacks %q:\n%s", part, out)
		}
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// kubectl runs the dev cluster's kubectl in the test's namespace.
func (e *testEnv) kubectl(t *testing.T, args ...string) {
	t.Helper()
	args = append([]string{"kubectl", "--namespace", e.Namespace}, args...)
	if out, err := exec.CommandContext(t.Context(), os.Getenv("KFP_TEST_DEVCLUSTER"), args...).CombinedOutput(); err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
