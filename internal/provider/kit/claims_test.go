package kit

import (
	"testing"
)

// An instance may name its object again, as it does in the second step of a replacement; another one may not.
func TestClaims(t *testing.T) {
	t.Parallel()
	var c claims
	run := Claim{"kfp_run", "etl", "r"}
	first, again := c.Take(run, "a"), c.Take(run, "a")
	if !first || !again || c.Take(run, "b") || !c.Take(Claim{"kfp_run", "ml", "r"}, "b") || !c.Take(Claim{"kfp_pipeline", "etl", "r"}, "b") {
		t.Error("claims are mixed up")
	}
	if c.Holder(run) != "a" || c.Holder(Claim{"kfp_run", "etl", "other"}) == "" {
		t.Error("the holder is not known")
	}
}
