package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// addProblems turns what the engine found into diagnostics at their attributes.
func addProblems(diags *diag.Diagnostics, problems problem.List) {
	for _, p := range problems {
		if p.Severity == problem.Warning {
			diags.AddAttributeWarning(attributePath(p.Path), p.Title, detail(p))
			continue
		}
		diags.AddAttributeError(attributePath(p.Path), p.Title, detail(p))
	}
}

// addErrors leaves the warnings out: an apply repeats what its plan said already.
func addErrors(diags *diag.Diagnostics, problems problem.List) {
	for _, p := range problems {
		if p.Severity == problem.Error {
			diags.AddAttributeError(attributePath(p.Path), p.Title, detail(p))
		}
	}
}

// detail starts with the path, because Terraform shows only the line of the resource for what is below a map.
func detail(p problem.Problem) string {
	if len(p.Path) == 0 {
		return p.Detail
	}
	return p.Path.String() + ": " + p.Detail
}

func attributePath(p problem.Path) path.Path {
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

// addClusterError tells that a request failed: what was attempted, what is wrong, what to do.
func addClusterError(diags *diag.Diagnostics, verb, what, name string, err error) {
	title := fmt.Sprintf("Cannot %s %s %s", verb, what, name)
	diags.AddError(title, clusterDetail(err))
}

func clusterDetail(err error) string {
	if errors.Is(err, cluster.ErrNotConfigured) {
		_, why, _ := strings.Cut(err.Error(), cluster.ErrNotConfigured.Error())
		return "The provider is given no Kubernetes cluster to work on" + why + ".\n\nSet config_path (or KUBE_CONFIG_PATH), or host and credentials, in the provider's configuration. Planning needs no cluster, applying does."
	}
	text := err.Error()
	var e *cluster.Error
	if errors.As(err, &e) && e.Remedy() != "" {
		text += "\n\n" + e.Remedy()
	}
	return text
}

// addReadError keeps what the state holds where the cluster cannot be asked, and says so in a warning.
func addReadError(diags *diag.Diagnostics, what, name string, err error) {
	if cluster.IsUnknown(err) {
		diags.AddWarning(fmt.Sprintf("Cannot check %s %s against the cluster", what, name), clusterDetail(err)+"\n\nThe plan goes on with what the state holds.")
		return
	}
	addClusterError(diags, "read", what, name, err)
}
