package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// optionsModel holds the settings of a pipeline as a whole.
type optionsModel struct {
	Parallelism        types.Int64  `tfsdk:"parallelism"`
	Timeout            types.String `tfsdk:"timeout"`
	FailFast           types.Bool   `tfsdk:"fail_fast"`
	TTL                types.Object `tfsdk:"ttl"`
	PodGC              types.String `tfsdk:"pod_gc"`
	ArchiveLogs        types.Bool   `tfsdk:"archive_logs"`
	ArtifactGC         types.String `tfsdk:"artifact_gc"`
	ArtifactRepository types.Object `tfsdk:"artifact_repository"`
	Synchronization    types.Object `tfsdk:"synchronization"`
	RunLabels          types.Map    `tfsdk:"run_labels"`
}

type ttlModel struct {
	AfterCompletion types.String `tfsdk:"after_completion"`
	AfterSuccess    types.String `tfsdk:"after_success"`
	AfterFailure    types.String `tfsdk:"after_failure"`
}

type repositoryModel struct {
	ConfigMap types.String `tfsdk:"config_map"`
	Key       types.String `tfsdk:"key"`
}

func optionsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"parallelism": schema.Int64Attribute{Optional: true, MarkdownDescription: "How many tasks of a run are in progress at a time. Default: no bound.",
			Validators: []validator.Int64{int64validator.AtLeast(1)}},
		"timeout":   durationAttribute("Time that a run may take, such as `2h`. Default: no limit."),
		"fail_fast": schema.BoolAttribute{Optional: true, MarkdownDescription: "Start no more tasks once one has failed. Default: `true`."},
		"ttl": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "How long ended runs are kept. Default: for ever.",
			Attributes: map[string]schema.Attribute{
				"after_completion": durationAttribute("Whatever became of the run, such as `168h`."),
				"after_success":    durationAttribute("Runs that succeeded."),
				"after_failure":    durationAttribute("Runs that failed."),
			},
		},
		"pod_gc": schema.StringAttribute{Optional: true,
			MarkdownDescription: "When pods are removed: `OnPodCompletion`, `OnPodSuccess`, `OnWorkflowCompletion` or `OnWorkflowSuccess`. Default: with their run. Logs go with them unless `archive_logs` is set.",
			Validators:          []validator.String{stringvalidator.OneOf("OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess")}},
		"archive_logs": schema.BoolAttribute{Optional: true, MarkdownDescription: "Keep the pods' logs in the artifact repository. Default: as Argo is set up."},
		"artifact_gc": schema.StringAttribute{Optional: true,
			MarkdownDescription: "When artifacts are removed: `OnWorkflowCompletion`, `OnWorkflowDeletion` or `Never`. Default: `Never`.",
			Validators:          []validator.String{stringvalidator.OneOf("OnWorkflowCompletion", "OnWorkflowDeletion", "Never")}},
		"artifact_repository": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Where artifacts are kept. Default: the namespace's or Argo's own.",
			Attributes: map[string]schema.Attribute{
				"config_map": schema.StringAttribute{Required: true, MarkdownDescription: "Name of the config map that describes it."},
				"key":        schema.StringAttribute{Required: true, MarkdownDescription: "Key in the config map."},
			},
		},
		"synchronization": synchronizationAttribute(),
		"run_labels":      textMap("Labels of the runs."),
	}
}

func (m optionsModel) spec(ctx context.Context, t *texts) spec.Options {
	o := spec.Options{
		Parallelism: t.number(m.Parallelism), Timeout: t.one(m.Timeout), FailFast: t.optionalFlag(m.FailFast), PodGC: t.one(m.PodGC),
		ArchiveLogs: t.optionalFlag(m.ArchiveLogs), ArtifactGC: t.one(m.ArtifactGC), Labels: t.strings(ctx, m.RunLabels),
		Synchronization: synchronizationSpec(ctx, m.Synchronization, t),
	}
	var ttl ttlModel
	if t.object(ctx, m.TTL, &ttl) {
		o.TTL = &spec.TTL{AfterCompletion: t.one(ttl.AfterCompletion), AfterSuccess: t.one(ttl.AfterSuccess), AfterFailure: t.one(ttl.AfterFailure)}
	}
	var repository repositoryModel
	if t.object(ctx, m.ArtifactRepository, &repository) {
		o.ArtifactRepository = &spec.RepositoryRef{ConfigMap: t.one(repository.ConfigMap), Key: t.one(repository.Key)}
	}
	return o
}
