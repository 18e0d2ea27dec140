package operate

import (
	"slices"
	"testing"
)

func TestLinesOfTheExecutorAreLeftOut(t *testing.T) {
	t.Parallel()
	lines := []string{
		`time="2026-03-01T10:00:00.000Z" level=info msg="sub-process exited" argo=true error="exit status 1"`, // 3.7
		`time=2026-03-01T10:00:00.000Z level=INFO msg="sub-process exited" argo=true error="exit status 1"`,   // 4.0
		`time=2026-03-01T10:00:00.000Z level=INFO msg="capturing logs" argo=true`,
		`{"argo":true,"level":"info","msg":"capturing logs","time":"2026-03-01T10:00:00.000Z"}`, // 3.7, --log-format json
		`{"time":"2026-03-01T10:00:00.000Z","level":"INFO","msg":"capturing logs","argo":true}`, // 4.0, the same
		`Error: exit status 1`,
		``,
	}
	user := []string{
		`Traceback (most recent call last):`, `time=12 seconds`, `time="noon" argo=trueish`, `{"argo": true}`, `{"msg": "x", "time": "y"}`, `{`,
		`  time=2026 argo=true`, `argo=true`,
	}
	if got := withoutExecutor(slices.Concat(lines, user, lines)); !slices.Equal(got, user) {
		t.Errorf("got %q, want %q", got, user)
	}
}
