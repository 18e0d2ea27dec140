package graph

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestClaimsOfARunAreChecked(t *testing.T) {
	t.Parallel()
	mounts := func(claim string) spec.Task {
		return spec.Task{
			Component: printer, Inputs: map[string]string{"text": "x"},
			Settings: spec.Settings{Volumes: map[string]spec.Volume{"v": {MountPath: "/v", Claim: claim}}},
		}
	}
	p := spec.Pipeline{
		Namespace: "etl", Name: "p",
		Groups: map[string]spec.Group{"g": {Tasks: map[string]spec.Task{"t": mounts("of-group")}}},
		Tasks:  map[string]spec.Task{"t": mounts("of-task"), "g": useOf("g")},
		Options: spec.Options{VolumeClaims: map[string]spec.EphemeralClaim{
			"of-group": {Size: "1Gi"}, "of-task": {Size: "much"}, "idle": {Size: "1Gi", AccessModes: []string{"Write"}},
			"Wrong_Name": {Size: "1Gi"}, "a-name-that-leaves-no-room-for-others": {Size: "1Gi"},
		}},
	}
	_, problems := Check(p)
	heads, details := found(problems)
	want := []string{
		`volume_claims["Wrong_Name"]: Claim without a use`,
		`volume_claims["Wrong_Name"]: Invalid name`,
		`volume_claims["a-name-that-leaves-no-room-for-others"]: Claim without a use`,
		`volume_claims["a-name-that-leaves-no-room-for-others"]: Name too long`,
		`volume_claims["idle"].access_modes: Unknown access mode`,
		`volume_claims["idle"]: Claim without a use`,
		`volume_claims["of-task"].size: Invalid quantity`,
	}
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, details)
	}
}
