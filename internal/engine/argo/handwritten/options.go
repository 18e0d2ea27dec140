package handwritten

import (
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// options reads what the workflow says as a whole, and tells the rest.
func (g *templateGraph) options(entry *wfv1.Template) {
	s := g.spec
	o := spec.Options{
		Parallelism: s.Parallelism, Timeout: wire.Seconds(s.ActiveDeadlineSeconds), ArchiveLogs: s.ArchiveLogs,
	}
	if entry.Parallelism != nil && (o.Parallelism == nil || *entry.Parallelism < *o.Parallelism) {
		o.Parallelism = entry.Parallelism
	}
	if entry.DAG != nil {
		o.FailFast = entry.DAG.FailFast
	}
	s.Parallelism, s.ActiveDeadlineSeconds, s.ArchiveLogs = nil, nil, nil
	if t := s.TTLStrategy; t != nil {
		o.TTL = &spec.TTL{
			AfterCompletion: wire.Seconds(
				t.SecondsAfterCompletion,
			), AfterSuccess: wire.Seconds(t.SecondsAfterSuccess), AfterFailure: wire.Seconds(t.SecondsAfterFailure),
		}
		s.TTLStrategy = nil
	}
	if s.PodGC != nil {
		o.PodGC, s.PodGC.Strategy = string(s.PodGC.Strategy), ""
	}
	if s.ArtifactGC != nil {
		o.ArtifactGC, s.ArtifactGC.Strategy = string(s.ArtifactGC.Strategy), ""
	}
	if r := s.ArtifactRepositoryRef; r != nil {
		o.ArtifactRepository, s.ArtifactRepositoryRef = &spec.RepositoryRef{ConfigMap: r.ConfigMap, Key: r.Key}, nil
	}
	if locks, ok := readLocks(s.Synchronization); ok {
		o.Synchronization, s.Synchronization = locks, nil
	}
	if m := s.WorkflowMetadata; m != nil {
		o.Labels, m.Labels = m.Labels, nil
	}
	s.Entrypoint, s.OnExit, s.Templates, s.Arguments = "", "", nil, wfv1.Arguments{}
	o.VolumeClaims = g.claims()
	g.pipeline.Options = o
	s.Volumes, s.SecurityContext = nil, nil // the tasks have what they mount, and their rights
	left, err := layout.AsJSON(s)
	if err != nil {
		g.miss("spec", err.Error())
		return
	}
	settings.TakeWorkflow(left, &g.pipeline.Defaults)
	g.unread = append(g.unread, unreadBelow("spec", left, workflowReasons)...)
}

// workflowReasons say of fields of a workflow why they cannot be written.
var workflowReasons = map[string]string{
	"templateDefaults":             podReasons["templateDefaults"],
	"podSpecPatch":                 templateReasons["podSpecPatch"],
	"volumeClaimGC":                "claims of a run go when it has succeeded, and else with its Workflow (ttl)",
	"hostAliases":                  templateReasons["hostAliases"],
	"hostNetwork":                  podReasons["hostNetwork"],
	"dnsPolicy":                    podReasons["dnsPolicy"],
	"dnsConfig":                    podReasons["dnsConfig"],
	"schedulerName":                templateReasons["schedulerName"],
	"automountServiceAccountToken": templateReasons["automountServiceAccountToken"],
	"executor":                     templateReasons["executor"],
	"hooks":                        "hooks cannot be written; use on_exit",
	"metrics":                      templateReasons["metrics"],
	"retryStrategy":                "a run is not repeated as a whole; give the tasks retry",
	"synchronization":              templateReasons["synchronization"],
	"suspend":                      "a run begins at once; begin with a task that has approval",
	"priority":                     "the order in which Argo's controller takes runs cannot be written",
	"podPriority":                  "use priority_class",
	"podDisruptionBudget":          "a budget for disruptions cannot be written",
	"podGC":                        "only the strategy can be written",
	"artifactGC":                   "only the strategy can be written",
	"workflowMetadata":             "only labels can be written",
	"workflowTemplateRef":          "a pipeline is its tasks; import the WorkflowTemplate that it refers to",
	"shutdown":                     "it is of a run in progress",
}
