package kit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// AddHandwrittenUnread tells every place of an object of other people's that cannot be written; false if there is any.
func AddHandwrittenUnread(diags *diag.Diagnostics, what string, live *backend.Object, unread []layout.Unread) bool {
	if len(unread) == 0 {
		return true
	}
	diags.AddError("Cannot import "+what+" "+live.Name, fmt.Sprintf("%s/%s was written by hand, and these places of it "+
		"cannot be written as a kfp_%s:\n\n%s\n\nNothing was changed.",
		live.Namespace, live.Name, strings.ReplaceAll(what, " ", "_"), UnreadLines(unread)))
	return false
}

// AddProblems turns what the engine found into diagnostics at their attributes.
func AddProblems(diags *diag.Diagnostics, problems problem.List) {
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

// Report turns what work finds wrong into diagnostics.
func Report(diags *diag.Diagnostics, work func(*problem.List)) {
	var found problem.List
	work(&found)
	AddProblems(diags, found)
}

// Reported is report for work that has a result.
func Reported[T any](diags *diag.Diagnostics, work func(*problem.List) T) T {
	var found problem.List
	result := work(&found)
	AddProblems(diags, found)
	return result
}

// AddErrors leaves the warnings out: an apply repeats what its plan said already.
func AddErrors(diags *diag.Diagnostics, problems problem.List) {
	AddProblems(diags, slices.DeleteFunc(
		slices.Clone(problems), func(p problem.Problem) bool { return p.Severity != problem.Error },
	))
}

// detail starts with the whole path, since the diagnostic's own ends where Terraform stops to look.
func detail(p problem.Problem) string {
	if len(p.Path) == 0 {
		return p.Detail
	}
	return p.Path.String() + ": " + p.Detail
}

// attributePath is the part of a path of which Terraform shows the line.
func attributePath(p problem.Path) path.Path { return shownPath(WholePath(p)) }

// WholePath is a path of the engine's as one of the framework's.
func WholePath(p problem.Path) path.Path {
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

// AddErrorAt tells of what is wrong at a path of the framework's.
func AddErrorAt(diags *diag.Diagnostics, at path.Path, title, detail string) {
	diags.AddAttributeError(shownPath(at), title, at.String()+": "+detail)
}

// AddWarningAt is AddErrorAt for what does not stop a plan.
func AddWarningAt(diags *diag.Diagnostics, at path.Path, title, detail string) {
	diags.AddAttributeWarning(shownPath(at), title, at.String()+": "+detail)
}

// shownPath is an attribute, and a key of it, so that a mistake in tasks["x"] points at the task. For anything below
// Terraform would show the line of the resource alone.
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

// AddClusterError tells that a request failed: what was attempted, what is wrong, what to do.
func AddClusterError(diags *diag.Diagnostics, verb, what, name string, err error) {
	title := fmt.Sprintf("Cannot %s %s %s", verb, what, name)
	diags.AddError(title, operate.ClusterDetail(err))
}

// AddReadError keeps what the state holds where the cluster cannot be asked, and says so in one warning for all
// resources, in words that nobody takes for a plan without changes.
func (d *Session) AddReadError(diags *diag.Diagnostics, what, name string, err error) {
	switch {
	case backend.IsUnknown(err):
	case d.Backend.Configured() != nil:
		Report(diags, func(problems *problem.List) { d.IsConfigured("reading "+what+" "+name, problems) })
		return
	default:
		AddClusterError(diags, "read", what, name, err)
		return
	}
	if _, told := d.unchecked.LoadOrStore(backend.ReasonOf(err), true); !told {
		diags.AddWarning("Cluster not checked", fmt.Sprintf("What the cluster holds is not known, of %s %s and of all "+
			"that is read in the same way: the plan goes on with what the state holds. "+
			"That it shows no change does not mean that nothing was changed.\n\n%s", what, name, operate.ClusterDetail(err)))
	}
}

// HasUnknown tells whether a value is unknown somewhere in its depth.
func HasUnknown(v attr.Value) bool {
	if v.IsUnknown() {
		return true
	}
	switch v := v.(type) {
	case types.Map:
		return slices.ContainsFunc(slices.Collect(maps.Values(v.Elements())), HasUnknown)
	case types.Object:
		return slices.ContainsFunc(slices.Collect(maps.Values(v.Attributes())), HasUnknown)
	case types.List:
		return slices.ContainsFunc(v.Elements(), HasUnknown)
	case types.Set:
		return slices.ContainsFunc(v.Elements(), HasUnknown)
	}
	return false
}

// Sentence makes a clause of the engine's into one.
func Sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimRight(s[1:], ".") + "."
}

// AddUnread tells every place of an object that cannot be written as a configuration; false if there is any.
func AddUnread(diags *diag.Diagnostics, what, name string, unread []layout.Unread) bool {
	if len(unread) == 0 {
		return true
	}
	diags.AddError("Cannot import "+what+" "+name, "The object in the cluster says more than a kfp_"+what+" can:\n\n"+UnreadLines(unread)+
		"\n\nChange these places in the cluster, or declare the "+what+" anew under another name.")
	return false
}

// UnreadLines lists places of an object, a line each.
func UnreadLines(unread []layout.Unread) string {
	var lines []string
	for _, u := range unread {
		lines = append(lines, "  - "+u.String())
	}
	return strings.Join(lines, "\n")
}
