package handwritten

import (
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// IsSchedule reports whether a CronWorkflow is one that people wrote.
func IsSchedule(labels map[string]string) bool {
	return IsTemplate(labels) && labels[layout.KindLabel] == ""
}

// Schedule reads a CronWorkflow that people wrote. r is what ReadRecurringRun read of it, with the pipeline
// that it runs; timezone is that of the spec, UTC where there is none.
func Schedule(
	cron layout.Decoder, r spec.RecurringRun, timezone string,
) (spec.RecurringRun, []layout.Unread, error) {
	var c wfv1.CronWorkflow
	if err := cron(&c); err != nil {
		return r, nil, err
	}
	r.Timezone = timezone
	f := cronSchedule{run: &r, cron: &c}
	f.arguments()
	if c.Spec.StartingDeadlineSeconds != nil && *c.Spec.StartingDeadlineSeconds == 0 {
		r.StartingDeadline = nil // none is asked for
	}
	f.rest()
	return r, sortUnread(f.unread), nil
}

// ScheduledTemplate is the WorkflowTemplate that a CronWorkflow runs, or what is in the way.
func ScheduledTemplate(cron layout.Decoder) (string, []layout.Unread, error) {
	var c wfv1.CronWorkflow
	if err := cron(&c); err != nil {
		return "", nil, err
	}
	const at = "spec.workflowSpec"
	switch ref := c.Spec.WorkflowSpec.WorkflowTemplateRef; {
	case ref == nil && len(c.Spec.WorkflowSpec.Templates) > 0:
		return "", []layout.Unread{
			{
				Path: at + ".templates",
				Reason: "the schedule holds a workflow of its own; move it into a WorkflowTemplate, import that as a " +
					"kfp_pipeline, and let the schedule refer to it by workflowTemplateRef",
			},
		}, nil
	case ref == nil:
		return "", []layout.Unread{
			{Path: at + ".workflowTemplateRef", Reason: "it runs no WorkflowTemplate; a recurring run runs a kfp_pipeline"},
		}, nil
	case ref.ClusterScope:
		return "", []layout.Unread{
			{
				Path: at + ".workflowTemplateRef.clusterScope",
				Reason: "ClusterWorkflowTemplates are not looked at; copy it into the namespace as a WorkflowTemplate, and " +
					"import that as a kfp_pipeline",
			},
		}, nil
	default:
		return ref.Name, nil, nil
	}
}

// NoPipelineYet is the error for a schedule whose WorkflowTemplate is no pipeline of this provider.
func NoPipelineYet(namespace, template string) layout.Unread {
	return layout.Unread{Path: "spec.workflowSpec.workflowTemplateRef", Reason: "WorkflowTemplate " + layout.QuoteName(template) + " is no pipeline of this provider; import it first (import { to = kfp_pipeline." +
		plainName(template) + ", id = " + layout.QuoteName(namespace+"/"+template) + " }), apply, and then import the " +
		"schedule"}

}

type cronSchedule struct {
	run    *spec.RecurringRun
	cron   *wfv1.CronWorkflow
	unread []layout.Unread
}

func (f *cronSchedule) miss(path, reason string) {
	f.unread = append(f.unread, layout.Unread{Path: path, Reason: reason})
}

// arguments reads the parameters. Names are those of the pipeline, which has no hyphens in them.
func (f *cronSchedule) arguments() {
	at := "spec.workflowSpec.arguments"
	env := graph.ScheduleEnv(f.run.Timezone)
	read := map[string]string{}
	for _, p := range f.cron.Spec.WorkflowSpec.Arguments.Parameters {
		here := layout.Keyed(at+".parameters", p.Name)
		name := p.Name
		in, known := f.run.Pipeline.Inputs[name]
		if !known {
			name = plainName(name)
			in, known = f.run.Pipeline.Inputs[name]
		}
		switch {
		case !known:
			f.miss(
				here,
				"pipeline "+layout.QuoteName(f.run.Pipeline.Name)+" has no such parameter; take it out, or give the pipeline "+
					"the parameter",
			)
			continue
		case p.Value == nil:
			f.miss(here, "only a value can be written")
			continue
		}
		if text, ok := expr.NewDecompiler(env).Text(p.Value.String(), in.Type); ok {
			read[name] = text
			continue
		}
		text, unknown := expr.FromTags(p.Value.String(), scheduleTag, nil)
		for _, u := range unknown {
			f.miss(here, scheduleReason(u))
		}
		read[name] = text
	}
	f.run.Parameters = read
	for _, a := range f.cron.Spec.WorkflowSpec.Arguments.Artifacts {
		f.miss(
			layout.Keyed(at+".artifacts", a.Name),
			"a schedule gives parameters alone; give the task's input the address of what exists already",
		)
	}
}

func scheduleTag(tag string) (string, bool) {
	if tag == "workflow.scheduledTime" {
		return "schedule.time", true
	}
	of, ok := ofRun(tag)
	return of, ok && of != "run.status"
}

func scheduleReason(tag string) string {
	if strings.Contains(tag, "workflow.creationTimestamp") {
		return "nothing here stands for " + layout.Abbreviated(tag) + `; use {{ format_time(schedule.time, "2006-01-02") }}, the time that the run was due`
	}
	return "nothing here stands for " + layout.Abbreviated(tag) + "; a schedule's parameters know schedule.time, " +
		"schedule.local_time and run.name, run.id, run.created_at"
}

// rest tells what a recurring run cannot say.
func (f *cronSchedule) rest() {
	s := f.cron.Spec.DeepCopy()
	s.Schedule, s.Schedules, s.Timezone, s.When, s.Suspend, s.ConcurrencyPolicy = "", nil, "", "", false, ""
	s.StartingDeadlineSeconds, s.SuccessfulJobsHistoryLimit, s.FailedJobsHistoryLimit = nil, nil, nil
	w := &s.WorkflowSpec
	if w.WorkflowTemplateRef == nil {
		w.Templates, w.Entrypoint = nil, "" // the whole of it is told already
	}
	w.WorkflowTemplateRef, w.ServiceAccountName, w.Arguments = nil, "", wfv1.Arguments{}
	if m := s.WorkflowMetadata; m != nil {
		delete(m.Annotations, layout.DescribeKey)
	}
	left, err := layout.AsJSON(s)
	if err != nil {
		f.miss("spec", err.Error())
		return
	}
	f.unread = append(f.unread, unreadBelow("spec", left, scheduleReasons)...)
}

// scheduleReasons say of fields of a CronWorkflow why they cannot be written.
var scheduleReasons = withDefaults(map[string]string{
	"stopStrategy":          "a schedule ends by its end_time, or by enabled = false",
	"labels":                "labels of runs are those of the pipeline; give it labels",
	"annotations":           "annotations of runs cannot be written, but for the description",
	"entrypoint":            "a pipeline has one entrypoint; import one for each",
	"templates":             "what runs is the pipeline; templates of the schedule's own cannot be written",
	"ttlStrategy":           "give the pipeline ttl",
	"podGC":                 "give the pipeline pod_gc",
	"activeDeadlineSeconds": "give the pipeline timeout",
	"parallelism":           "give the pipeline parallelism",
	"archiveLogs":           "give the pipeline archive_logs",
	"artifactRepositoryRef": "give the pipeline artifact_repository",
	"artifactGC":            "give the pipeline artifact_gc",
	"onExit":                "give the pipeline on_exit",
	"hooks":                 "hooks cannot be written; give the pipeline on_exit",
	"podMetadata":           "give the pipeline defaults = { labels = …, annotations = … }",
	"securityContext":       "give the pipeline defaults = { security_context = … }",
	"volumes":               "give the pipeline defaults = { volumes = … }",
	"synchronization":       "give the pipeline synchronization, or the recurring run max_concurrency",
	"volumeClaimTemplates":  podReasons["volumeClaimTemplates"],
	"podSpecPatch":          "write what it patches as attributes of the tasks",
	"templateDefaults":      "give the pipeline defaults",
	"metrics":               templateReasons["metrics"],
	"priority":              workflowReasons["priority"],
	"suspend":               workflowReasons["suspend"],
})

// withDefaults adds the reasons for what is a default of the pipeline's. The account is the recurring run's own.
func withDefaults(reasons map[string]string) map[string]string {
	for field, setting := range settings.WorkflowNames() {
		if field == "serviceAccountName" {
			continue
		}
		reasons[field] = "give the pipeline defaults = { " + setting + " = … }"
	}
	return reasons
}
