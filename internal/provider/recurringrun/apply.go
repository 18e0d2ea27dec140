package recurringrun

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// settlePause is how long Argo's controller is given to see a WorkflowTemplate before it is made to look at the
// CronWorkflow that uses it: one whose template it does not know yet it lays aside for up to 20 minutes.
const settlePause = time.Second

// apply puts the recurring run into the cluster.
func (r *Resource) apply(ctx context.Context, m *Model, verb string, diags *diag.Diagnostics) {
	if m.Pin.ValueBool() {
		m.PinnedPipeline = m.pinned()
	}
	read, ds := m.Read(ctx)
	diags.Append(ds...)
	kit.AddErrors(diags, read.problems)
	kit.AddErrors(diags, graph.CheckRecurringRun(read.spec))
	if diags.HasError() {
		return
	}
	objects, err := compileFor(r.Session, read.spec)
	if err != nil {
		diags.AddError("Cannot compile the recurring run", err.Error())
		return
	}
	if !kit.Reported(diags, func(problems *problem.List) bool {
		return r.Session.ReadyForSchedules(
			ctx, read.spec.Namespace, read.spec.ServiceAccount, read.spec.MaxConcurrency != nil, problems,
		)
	}) {
		return
	}
	if err := r.Put(ctx, read.spec, objects, verb); err != nil {
		kit.AddClusterError(diags, verb, "recurring run", read.spec.Name, err)
		return
	}
	diags.Append(m.SetDerived(read)...)
	r.SettleURL(&m.URL, page, m.Namespace, m.Name, types.StringNull())
	if m.NextRuns.IsUnknown() {
		m.setNextRuns(read, time.Now())
	}
}

// compileFor compiles a recurring run for the controller that is to run it.
func compileFor(d *kit.Session, s spec.RecurringRun) (compile.RecurringRunObjects, error) {
	objects, err := compile.RecurringRun(s)
	if err == nil {
		objects.ForInstance(d.InstanceID)
	}
	return objects, err
}

// pinned is the version to keep: the planned one, or the pipeline's where the plan did not know it yet.
func (m *Model) pinned() types.Object {
	if version, ok := m.PinnedPipeline.Attributes()["version"]; kit.IsKnown(m.PinnedPipeline) && ok && kit.IsKnown(version) {
		return m.PinnedPipeline
	}
	return m.Pipeline
}

// Put writes a recurring run into the cluster, and what it needs beside it.
func (r *Resource) Put(
	ctx context.Context, s spec.RecurringRun, objects compile.RecurringRunObjects, verb string,
) error {
	c := r.Session.Backend
	live, err := r.Session.Existing(ctx, backend.CronWorkflows, s.Namespace, s.Name)
	if err == nil && verb == "create" {
		err = r.Session.RefuseExisting(
			live, "kfp_recurring_run", live != nil && len(compile.Differences(live.Raw(), objects.Cron)) == 0,
		)
	}
	if err != nil {
		return err
	}
	if err := r.prepareTemplate(ctx, s); err != nil {
		return err
	}
	if objects.Limit != nil {
		if _, err := c.Apply(ctx, backend.ConfigMaps, objects.Limit, true); err != nil {
			return err
		}
	}
	if live == nil && verb == "create" {
		err = r.Session.Create(ctx, backend.CronWorkflows, objects.Cron, s.Namespace, s.Name, "kfp_recurring_run")
	} else {
		err = r.putOver(ctx, live, objects.Cron)
	}
	if err != nil {
		return err
	}
	if objects.Limit == nil {
		if err := c.Delete(ctx, backend.ConfigMaps, s.Namespace, compile.LimitName(s.Name), ""); err != nil {
			return err
		}
	}
	if verb != "create" && live != nil && compile.SameTemplate(live.Raw(), objects.Cron) {
		return nil
	}
	return r.remind(ctx, s)
}

// putOver makes a CronWorkflow what it should be, in place of live; nil: somebody has removed that.
func (r *Resource) putOver(ctx context.Context, live *backend.Object, cron map[string]any) error {
	c := r.Session.Backend
	if live != nil {
		if _, err := c.Patch(ctx, backend.CronWorkflows, live.Namespace, live.Name, compile.CalmPatch(live.Raw(), cron)); err != nil {
			return err
		}
	}
	// What others have changed by hand the plan has shown, so it is taken back. Another program that applies the object
	// itself is a conflict.
	force := live == nil || !live.AppliedByOthers() || r.Session.ForceConflicts
	_, err := c.Apply(ctx, backend.CronWorkflows, cron, force)
	return err
}

// remind makes Argo's controller look at the object once more.
func (r *Resource) remind(ctx context.Context, s spec.RecurringRun) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settlePause):
	}
	_, err := r.Session.Backend.Patch(ctx, backend.CronWorkflows, s.Namespace, s.Name, compile.ReminderPatch(time.Now()))
	return err
}

// prepareTemplate makes the copy that a pinned recurring run uses, and refuses a pipeline whose semaphores would be
// lost.
func (r *Resource) prepareTemplate(ctx context.Context, s spec.RecurringRun) error {
	if s.Pinned {
		if err := r.Session.PinPipeline(ctx, s.Pipeline); err != nil {
			return err
		}
	}
	if s.MaxConcurrency == nil {
		return nil
	}
	template, err := r.Session.Backend.Get(ctx, backend.WorkflowTemplates, s.Namespace, s.Pipeline.Name)
	if backend.IsNotFound(err) {
		return nil // a pinned one may be gone
	}
	if err != nil {
		return err
	}
	if compile.HasSemaphores(template.Raw()) {
		return fmt.Errorf("max_concurrency cannot be used with pipeline %s, which has synchronization.semaphores of its "+
			"own: Argo takes semaphores of a run in place of those of its pipeline. "+
			"Bound the runs by a semaphore of the pipeline alone", s.Pipeline.Name)
	}
	return nil
}
