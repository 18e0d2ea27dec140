package operate

import (
	"slices"
	"testing"
	"time"
)

// Collected is what is cached of versions that are gone, and what nobody has asked for in a long time; not that of
// other namespaces and versions.
func TestStaleCaches(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	got := staleCaches(map[string]time.Time{
		"kfp-cache-etl-load-v1-k": now, "kfp-cache-etl-load-v2-k": now, "kfp-cache-etl-load-v2-old": now.Add(-31 * 24 * time.Hour),
		"kfp-cache-etl-load-v2-used": now.Add(-29 * 24 * time.Hour), "kfp-cache-ml-load-v1-k": now, "kfp-cache-ml-load-v1-old": now.AddDate(-1, 0, 0),
		"somebody-elses": now.AddDate(-1, 0, 0),
	}, "etl", []string{"load-v1"}, now)
	if want := []string{"kfp-cache-etl-load-v1-k", "kfp-cache-etl-load-v2-old"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
