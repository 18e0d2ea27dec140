package recurringrun

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

var _ resource.ResourceWithImportState = &Resource{}

// ImportState takes over a recurring run by namespace/name. The Read that follows knows by the missing pipeline that
// everything is to be read.
func (r *Resource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.ImportByName(ctx, req, resp)
}

// findPipeline reads the pipeline that a live recurring run uses: its own object and, where it is pinned, the copy.
func (r *Resource) findPipeline(ctx context.Context, m *Model, found *backend.Object, diags *diag.Diagnostics) {
	name, unread, err := handwritten.ScheduledTemplate(found.Into)
	if err != nil {
		kit.AddClusterError(diags, "read", "recurring run", found.Name, err)
		return
	}
	if len(unread) > 0 {
		addHandwrittenSchedule(diags, found, unread)
		return
	}
	template, err := r.Session.Backend.Find(ctx, backend.WorkflowTemplates, found.Namespace, name)
	switch {
	case backend.IsNotFound(err):
		diags.AddError(
			"Cannot import recurring run "+found.Name,
			fmt.Sprintf("CronWorkflow %s/%s runs WorkflowTemplate %q, which does not exist.", found.Namespace, found.Name, name),
		)
		return
	case err != nil:
		kit.AddClusterError(diags, "find the pipeline of", "recurring run", found.Name, err)
		return
	case layout.IsPinnedCopy(template.Labels):
		m.PinnedPipeline = kit.ReadRefOf(template, diags)
		m.Pipeline = m.PinnedPipeline
		m.Pin = types.BoolValue(true)
		// The pipeline itself may be at another version by now, or gone.
		if current, err := r.Session.Backend.Find(ctx, backend.WorkflowTemplates, found.Namespace, template.Labels[layout.NameLabel]); err == nil {
			m.Pipeline = kit.ReadRefOf(current, diags)
		}
		return
	}
	if _, ok := layout.IsPipeline(template.Labels); ok {
		m.Pipeline = kit.ReadRefOf(template, diags)
		return
	}
	addHandwrittenSchedule(diags, found, []layout.Unread{handwritten.NoPipelineYet(found.Namespace, name)})
}

// addHandwrittenSchedule tells why a schedule has no pipeline, and what else of it cannot be written.
func addHandwrittenSchedule(diags *diag.Diagnostics, found *backend.Object, unread []layout.Unread) {
	if _, more, err := handwritten.Schedule(found.Into, spec.RecurringRun{}, schedule.DefaultTimezone); err == nil {
		unread = append(unread, withoutArguments(more)...)
	}
	kit.AddHandwrittenUnread(diags, "recurring run", found, unread)
}

// withoutArguments leaves out what is only known of the parameters once the pipeline is.
func withoutArguments(all []layout.Unread) []layout.Unread {
	return slices.DeleteFunc(all, func(u layout.Unread) bool {
		return strings.HasPrefix(
			u.Path, "spec.workflowSpec.arguments.parameters",
		) && strings.Contains(u.Reason, "has no such parameter")
	})
}

// handwritten reads what only people write. live is what was read as if it were of this provider.
func (r *Resource) handwritten(found *backend.Object, live spec.RecurringRun, diags *diag.Diagnostics) spec.RecurringRun {
	zone := live.Timezone
	if zone == "" {
		zone = schedule.DefaultTimezone
	}
	live, unread, err := handwritten.Schedule(found.Into, live, zone)
	if err != nil {
		kit.AddClusterError(diags, "read", "recurring run", found.Name, err)
		return live
	}
	times := schedule.Spec{Crons: live.Lines, Timezone: zone, StartingDeadline: secondsText(live.StartingDeadline)}
	_, problems := schedule.Parse(times)
	for _, p := range problems {
		if p.Severity == problem.Error {
			unread = append(
				unread, layout.Unread{Path: "spec." + handwrittenTimes[strings.SplitN(p.Path.String(), "[", 2)[0]], Reason: p.Detail},
			)
		}
	}
	if _, _, ok := schedule.ParseWhen(live.When); !ok {
		unread = append(
			unread,
			layout.Unread{
				Path: "spec.when",
				Reason: "only a time before or after which nothing runs can be written, as start_time and end_time; take it out " +
					"here",
			},
		)
	}
	for _, p := range graph.CheckRecurringRun(live) {
		if p.Severity == problem.Error {
			unread = append(unread, layout.Unread{Path: p.Path.String(), Reason: p.Detail})
		}
	}
	kit.AddHandwrittenUnread(diags, "recurring run", found, unread)
	return live
}

// handwrittenTimes are the fields of a CronWorkflow that attributes are read from.
var handwrittenTimes = map[string]string{
	"crons": "schedules", "cron": "schedules", "timezone": "timezone", "starting_deadline": "startingDeadlineSeconds",
}
