package graph

import (
	"maps"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// maxClaimName leaves room for the name of the run, which Argo puts before that of its claim.
const maxClaimName = 30

// checkClaims finds what is wrong with the claims of a run.
func (c *checker) checkClaims() {
	claims := c.pipeline.Options.VolumeClaims
	for _, name := range spec.Names(claims) {
		at := problem.At("volume_claims").Key(name)
		check.ObjectName(&c.problems, at, name)
		if len(name) > maxClaimName {
			c.problems.Errorf(
				at, "Name too long", "%q has %d characters. Argo puts the name of the run before it: use at most %d.", name, len(name),
				maxClaimName,
			)
		}
		settings.CheckClaim(&c.problems, at, claims[name])
		if !c.isMounted(name) {
			c.problems.Warnf(
				at, "Claim without a use",
				"No task mounts it, and each run waits for it to be made. Mount it, volumes = { data = { mount_path = \"/data\", "+
					"claim = %q } }, or remove it.", name,
			)
		}
	}
}

// isMounted reports whether a task has a volume of the claim, or nobody knows yet.
func (c *checker) isMounted(claim string) bool {
	p := c.pipeline
	if p.Open != (spec.Open{}) {
		return true
	}
	all := []map[string]spec.Task{p.Tasks, p.OnExit, {"": {Settings: p.Defaults}}}
	for _, group := range p.Groups {
		if group.Open != (spec.Open{}) {
			return true
		}
		all = append(all, group.Tasks, group.OnExit)
	}
	for _, tasks := range all {
		for t := range maps.Values(tasks) {
			if t.Component.Kind == spec.PipelineKind {
				return true // which may mount the claims of the run that it is in
			}
			for _, v := range t.Volumes {
				if v.Claim == claim || v.Claim == spec.Unknown {
					return true
				}
			}
		}
	}
	return false
}
