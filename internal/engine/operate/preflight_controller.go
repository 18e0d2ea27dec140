package operate

import (
	"context"
	"fmt"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// controllersOf are the controllers that were found for a namespace.
type controllersOf struct {
	found      []backend.Controller
	everywhere bool
	err        error
}

// controllers looks for Argo's controllers once.
func (o *Operator) controllers(
	ctx context.Context, namespace string,
) (found []backend.Controller, everywhere bool, err error) {
	p := &o.preflights
	p.looking.Lock()
	defer p.looking.Unlock()
	c, known := p.controllers[namespace]
	if !known {
		c.found, c.everywhere, c.err = o.inspector().Controllers(ctx, usualNamespaces(namespace)...)
		if p.controllers == nil {
			p.controllers = map[string]controllersOf{}
		}
		p.controllers[namespace] = c
	}
	return c.found, c.everywhere, c.err
}

// checkController says so where no controller would run what is made in a namespace. A controller that is merely not
// ready is a warning: it may be starting.
func (o *Operator) checkController(ctx context.Context, namespace string, problems *problem.List) {
	found, everywhere, err := o.controllers(ctx, namespace)
	if err != nil {
		o.debug(ctx, "Cannot look for Argo's controller", map[string]any{"error": err.Error()})
		return
	}
	title, text, certain := controllerProblem(found, everywhere, namespace, o.InstanceID)
	switch {
	case title == "":
		if text := faultOf(found, namespace, o.InstanceID); text != "" {
			problems.Warning("The workflow controller has a fault", text)
		}
	case certain:
		problems.Error(title, text)
	default:
		problems.Warning(title, text)
	}
}

// controllerProblem says why no controller takes up runs of a namespace that carry an instance id, if not empty; empty:
// one does, as far as can be seen.
func controllerProblem(
	found []backend.Controller, everywhere bool, namespace, instance string,
) (title, text string, certain bool) {
	if len(found) == 0 {
		if !everywhere {
			return "", "", false
		}
		return "No workflow controller was found", "No Deployment of this cluster runs Argo's workflow-controller, so " +
			"runs will stay pending, unless it runs elsewhere.\n\n" +
			"Install it (guide \"Installation and RBAC\").", false
	}
	var serving []backend.Controller
	var others strings.Builder
	for _, c := range found {
		if c.Serves(namespace, instance) {
			serving = append(serving, c)
			continue
		}
		fmt.Fprintf(&others, "\n  %s/%s serves only %s", c.Namespace, c.Name, servedBy(c))
	}
	if len(serving) == 0 {
		if !everywhere {
			return "", "", false
		}
		return "No workflow controller serves the namespace", fmt.Sprintf("Runs in namespace %s%s would stay pending for "+
			"ever:\n%s\n\n"+
			"Use a namespace that is served, set the provider's instance_id to that of a controller, or install one (its "+
			"arguments --namespaced and --managed-namespace, and instanceID in its config map, decide).",
			namespace, withInstance(instance), others.String()), true
	}
	return servingProblem(serving)
}

// servedBy says which workflows a controller runs.
func servedBy(c backend.Controller) string {
	which := "workflows"
	if c.Managed != "" {
		which = "namespace " + c.Managed
	}
	if c.InstanceID == "" {
		return which + " without instance id"
	}
	return which + fmt.Sprintf(" with instance id %q", c.InstanceID)
}

func withInstance(instance string) string {
	if instance == "" {
		return ""
	}
	return fmt.Sprintf(" with instance id %q", instance)
}

// servingProblem looks for one among the controllers that works.
func servingProblem(serving []backend.Controller) (title, text string, certain bool) {
	for _, c := range serving {
		name := c.Namespace + "/" + c.Name
		fault, faulty := c.Fault()
		switch {
		case faulty && fault.Fatal:
			title, certain = "The workflow controller is too old", true
			text = fmt.Sprintf("Controller %s is %s. %s.\n\nUpgrade to %s.", name, c.Image, fault.What, backend.SupportedArgo)
		case c.Wanted == 0:
			title, certain = "The workflow controller is switched off", true
			text = fmt.Sprintf(
				"Deployment %s has no replicas, so runs would stay pending.\n\nSwitch it on: kubectl scale -n %s deployment/%s "+
					"--replicas=1",
				name, c.Namespace, c.Name,
			)
		case c.Ready == 0:
			title, certain = "The workflow controller is not ready", false
			text = fmt.Sprintf(
				"No replica of deployment %s is ready. Runs are pending until one is.\n\nSee why: kubectl describe -n %s "+
					"deployment/%s",
				name, c.Namespace, c.Name,
			)
		default:
			return "", "", false
		}
	}
	return title, text, certain
}

// faultOf says what runs of a namespace must do without, though they are run, if no controller does better.
func faultOf(found []backend.Controller, namespace, instance string) (text string) {
	for _, c := range found {
		if !c.Serves(namespace, instance) {
			continue
		}
		fault, faulty := c.Fault()
		if !faulty {
			return ""
		}
		text = fmt.Sprintf(
			"Controller %s/%s is %s. %s.\n\nUpgrade to %s.", c.Namespace, c.Name, c.Image, fault.What, backend.SupportedArgo,
		)
	}
	return text
}

// What a run sets beside its template, which a restricted controller may forbid.
const (
	accountOverride   = "serviceAccountName"
	semaphoreOverride = "synchronization"
)

// overrides are the fields that runs of this kind set.
func overrides(serviceAccount string, bounded bool) []string {
	var fields []string
	if serviceAccount != "" {
		fields = append(fields, accountOverride)
	}
	if bounded {
		fields = append(fields, semaphoreOverride)
	}
	return fields
}

// checkOverrides says so where every controller that serves a namespace would end its runs for what they set.
func (o *Operator) checkOverrides(ctx context.Context, namespace string, fields []string, problems *problem.List) {
	found, _, err := o.controllers(ctx, namespace)
	if err != nil {
		return // checkController has told
	}
	if title, text := overrideProblem(found, namespace, o.InstanceID, fields); title != "" {
		problems.Error(title, text)
	}
}

var overrideRemedies = map[string]string{
	accountOverride: "service_account: set it in the defaults of the pipeline, whose pods then have it, and leave it " +
		"out here and in the provider's configuration",
	semaphoreOverride: "max_concurrency: use concurrency = \"forbid\", or synchronization of the pipeline",
}

func overrideProblem(found []backend.Controller, namespace, instance string, fields []string) (title, text string) {
	for _, c := range found {
		if !c.Serves(namespace, instance) {
			continue
		}
		forbidden := c.Forbids(fields)
		if len(forbidden) == 0 {
			return "", ""
		}
		var remedies strings.Builder
		for _, f := range forbidden {
			fmt.Fprintf(&remedies, "\n  %s", overrideRemedies[f])
		}
		title = "The workflow controller does not let runs set this"
		text = fmt.Sprintf("Controller %s/%s runs with templateReferencing: %s, under which runs may not set %s beside "+
			"their pipeline: each would end with an error.\n%s\n\n"+
			"Or allow it: %s=%s in the environment of the controller (3.7.18 and 4.1 have it, 4.0 does not).",
			c.Namespace, c.Name, c.Referencing, strings.Join(forbidden, " and "), remedies.String(), "WORKFLOW_USER_OVERRIDE_ALLOWLIST", strings.Join(forbidden, ","))
	}
	return title, text
}
