package kfpir

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// KFP's library for Kubernetes has tasks that make and remove a PersistentVolumeClaim, which its driver does without a
// pod. What is made for a run is a claim of the run here, which Argo removes with it.

// The images that stand for such tasks.
const (
	createClaim = "argostub/createpvc"
	deleteClaim = "argostub/deletepvc"
)

// makesClaim reports whether the task makes or removes a claim, and so is none here.
func (n *node) makesClaim() bool {
	return n.to.executor != nil && n.to.executor.Container != nil &&
		(n.to.executor.Container.Image == createClaim || n.to.executor.Container.Image == deleteClaim)
}

// runClaim begins the name that Argo gives to a claim of a run.
const runClaim = "{{ run.name }}-"

// claimName is the name of the claim that a task makes, as the run knows it.
func (s *scope) claimName(n *node) value {
	return value{code: "run.name + " + quote("-"+n.to.name), text: runClaim + n.to.name, typ: spec.String,
		line: n.ir.Line}
}

// claims makes claims of the run of the tasks that make them.
func (s *scope) claims() {
	removed := false
	for _, name := range spec.Names(s.tasks) {
		n := s.tasks[name]
		removed = removed || n.makesClaim() && n.to.executor.Container.Image == deleteClaim
	}
	for _, name := range spec.Names(s.tasks) {
		n := s.tasks[name]
		switch {
		case !n.makesClaim():
		case s.of.label != rootLabel || n.loop() || n.ir.Trigger.Condition != "":
			s.gap(n.ir.Line, gapClaims, "Task %q is in a part of the pipeline that may run more than once, or not "+
				"at all.", name)
		case n.to.executor.Container.Image == createClaim:
			s.claim(n, removed)
		}
	}
}

func (s *scope) claim(n *node, removed bool) {
	given := s.given(n)
	text := func(name string) string { t, _ := given[name].constant.(string); return t }
	for _, name := range spec.Names(given) {
		s.claimDetail(n, name, given[name], removed)
	}
	const longest = 30
	n.to.name = cut(asObjectName(n.name), longest, "-", n.name)
	claim := spec.EphemeralClaim{Size: text("size"), StorageClass: text("storage_class_name")}
	modes, _ := given["access_modes"].constant.([]any)
	for _, mode := range modes {
		claim.AccessModes = append(claim.AccessModes, plain(mode))
	}
	if !removed {
		s.warnf(n.ir.Line, "Claim that ends with its run", "Task %q makes a claim that nothing removes in KFP. Here "+
			"it is "+
			"removed with the run. For data that stays, make a claim with Terraform, and give its name as a "+
			"parameter.", n.name)
	}
	put(&s.out.Pipeline.Options.VolumeClaims, n.to.name, claim)
}

// claimDetail looks at one of the properties that a task makes a claim with.
func (s *scope) claimDetail(n *node, name string, v value, removed bool) {
	switch {
	case v.none(), v.code == "" && plain(v.constant) == "{}":
	case name == "pvc_name_suffix":
	case name == "pvc_name" && removed:
		s.warnf(v.line, "Name of a claim", "Task %q gives it a name of its own. Here its run does, so that runs do not "+
			"get in each other's way.", n.name)
	case name == "storage_class":
		s.warnf(v.line, "Property that KFP does not know", "Task %q makes a claim with storage_class. KFP reads "+
			"storage_class_name, and takes the class that the cluster takes for claims without one.", n.name)
	case v.code == "" && (name == "size" || name == "access_modes" || name == "storage_class_name"):
	default:
		s.gap(v.line, gapClaims, "Task %q makes one with %s.", n.name, name)
	}
}

// claimOf is the claim that a volume mounts: one of the run by its name there.
func (s *scope) claimOf(text string) string {
	if name, ok := strings.CutPrefix(text, runClaim); ok {
		if _, known := s.out.Pipeline.Options.VolumeClaims[name]; known {
			return expr.Data(name, false)
		}
	}
	return text
}
