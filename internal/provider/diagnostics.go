package provider

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// addProblems turns what the engine found into diagnostics at their attributes.
func addProblems(diags *diag.Diagnostics, problems problem.List) {
	for _, p := range problems {
		switch {
		case len(p.Path) == 0 && p.Severity == problem.Warning:
			diags.AddWarning(p.Title, p.Detail)
		case len(p.Path) == 0:
			diags.AddError(p.Title, p.Detail)
		case p.Severity == problem.Warning:
			diags.AddAttributeWarning(attributePath(p.Path), p.Title, detail(p))
		default:
			diags.AddAttributeError(attributePath(p.Path), p.Title, detail(p))
		}
	}
}

// report turns what work finds wrong into diagnostics.
func report(diags *diag.Diagnostics, work func(*problem.List)) {
	var found problem.List
	work(&found)
	addProblems(diags, found)
}

// reported is report for work that has a result.
func reported[T any](diags *diag.Diagnostics, work func(*problem.List) T) T {
	var found problem.List
	result := work(&found)
	addProblems(diags, found)
	return result
}

// addErrors leaves the warnings out: an apply repeats what its plan said already.
func addErrors(diags *diag.Diagnostics, problems problem.List) {
	addProblems(diags, slices.DeleteFunc(slices.Clone(problems), func(p problem.Problem) bool { return p.Severity != problem.Error }))
}

// detail starts with the whole path, since the diagnostic's own ends where Terraform stops to look.
func detail(p problem.Problem) string {
	if len(p.Path) == 0 {
		return p.Detail
	}
	return p.Path.String() + ": " + p.Detail
}

// attributePath is the part of a path of which Terraform shows the line.
func attributePath(p problem.Path) path.Path { return shownPath(wholePath(p)) }

// wholePath is a path of the engine's as one of the framework's.
func wholePath(p problem.Path) path.Path {
	out := path.Empty()
	for i, step := range p {
		switch step.Kind {
		case problem.AttributeStep:
			if i == 0 {
				out = path.Root(step.Attribute)
			} else {
				out = out.AtName(step.Attribute)
			}
		case problem.KeyStep:
			out = out.AtMapKey(step.Key)
		case problem.IndexStep:
			out = out.AtListIndex(step.Index)
		}
	}
	return out
}

// addErrorAt tells of what is wrong at a path of the framework's.
func addErrorAt(diags *diag.Diagnostics, at path.Path, title, detail string) {
	diags.AddAttributeError(shownPath(at), title, at.String()+": "+detail)
}

// addWarningAt is addErrorAt for what does not stop a plan.
func addWarningAt(diags *diag.Diagnostics, at path.Path, title, detail string) {
	diags.AddAttributeWarning(shownPath(at), title, at.String()+": "+detail)
}

// shownPath is an attribute, and a key of it, so that a mistake in tasks["x"] points at the task. For anything below Terraform
// would show the line of the resource alone.
func shownPath(at path.Path) path.Path {
	steps := at.Steps()
	for len(steps) > 2 {
		at, steps = at.ParentPath(), steps[:len(steps)-1]
	}
	if len(steps) == 2 {
		if _, isKey := steps[1].(path.PathStepElementKeyString); !isKey {
			return at.ParentPath()
		}
	}
	return at
}

// addClusterError tells that a request failed: what was attempted, what is wrong, what to do.
func addClusterError(diags *diag.Diagnostics, verb, what, name string, err error) {
	title := fmt.Sprintf("Cannot %s %s %s", verb, what, name)
	diags.AddError(title, clusterDetail(err))
}

// addReadError keeps what the state holds where the cluster cannot be asked, and says so in one warning for all resources, in
// words that nobody takes for a plan without changes.
func (d *data) addReadError(diags *diag.Diagnostics, what, name string, err error) {
	switch {
	case cluster.IsUnknown(err):
	case d.cluster.Configured() != nil:
		report(diags, func(problems *problem.List) { d.isConfigured("reading "+what+" "+name, problems) })
		return
	default:
		addClusterError(diags, "read", what, name, err)
		return
	}
	if _, told := d.unchecked.LoadOrStore(cluster.ReasonOf(err), true); !told {
		diags.AddWarning("Cluster not checked", fmt.Sprintf("What the cluster holds is not known, of %s %s and of all that is read in the same way: the plan goes on with what the state holds. "+
			"That it shows no change does not mean that nothing was changed.\n\n%s", what, name, clusterDetail(err)))
	}
}
