package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// The oldest version of Argo Workflows that understands what the provider writes.
const oldestMajor, oldestMinor = 3, 6

// checkController says so where no controller would run what is made in a namespace. A controller that is merely not
// ready is a warning: it may be starting.
func (d *data) checkController(ctx context.Context, namespace string, diags *diag.Diagnostics) {
	found, everywhere, err := d.cluster.Controllers(ctx, usualNamespaces(namespace)...)
	if err != nil {
		tflog.Debug(ctx, "Cannot look for Argo's controller", map[string]any{"error": err.Error()})
		return
	}
	title, text, certain := controllerProblem(found, everywhere, namespace)
	switch {
	case title == "":
	case certain:
		diags.AddError(title, text)
	default:
		diags.AddWarning(title, text)
	}
}

// controllerProblem says why no controller takes up runs of a namespace; empty: one does, as far as can be seen.
func controllerProblem(found []cluster.Controller, everywhere bool, namespace string) (title, text string, certain bool) {
	if len(found) == 0 {
		if !everywhere {
			return "", "", false
		}
		return "No workflow controller was found", "No Deployment of this cluster runs Argo's workflow-controller, so runs will stay pending, unless it runs elsewhere.\n\n" +
			"Install it (guide \"Installation and RBAC\").", false
	}
	var serving []cluster.Controller
	var others strings.Builder
	for _, c := range found {
		switch {
		case c.Serves(namespace):
			serving = append(serving, c)
		case c.InstanceID != "":
			fmt.Fprintf(&others, "\n  %s/%s serves only workflows with instance id %q", c.Namespace, c.Name, c.InstanceID)
		default:
			fmt.Fprintf(&others, "\n  %s/%s serves only namespace %s", c.Namespace, c.Name, c.Managed)
		}
	}
	if len(serving) == 0 {
		if !everywhere {
			return "", "", false
		}
		return "No workflow controller serves the namespace", fmt.Sprintf("Runs in namespace %s would stay pending for ever:\n%s\n\n"+
			"Use a namespace that is served, or install a controller for this one (its arguments --namespaced and --managed-namespace, and instanceID in its config map, decide).", namespace, others.String()), true
	}
	return servingProblem(serving)
}

// servingProblem looks for one among the controllers that works.
func servingProblem(serving []cluster.Controller) (title, text string, certain bool) {
	for _, c := range serving {
		name := c.Namespace + "/" + c.Name
		major, minor, known := c.Version()
		switch {
		case known && (major < oldestMajor || major == oldestMajor && minor < oldestMinor):
			title, certain = "The workflow controller is too old", true
			text = fmt.Sprintf("Controller %s is %s. The provider writes what Argo Workflows understands from v%d.%d on.\n\nUpgrade Argo Workflows.", name, c.Image, oldestMajor, oldestMinor)
		case c.Wanted == 0:
			title, certain = "The workflow controller is switched off", true
			text = fmt.Sprintf("Deployment %s has no replicas, so runs would stay pending.\n\nSwitch it on: kubectl scale -n %s deployment/%s --replicas=1", name, c.Namespace, c.Name)
		case c.Ready == 0:
			title, certain = "The workflow controller is not ready", false
			text = fmt.Sprintf("No replica of deployment %s is ready. Runs are pending until one is.\n\nSee why: kubectl describe -n %s deployment/%s", name, c.Namespace, c.Name)
		default:
			return "", "", false
		}
	}
	return title, text, certain
}
