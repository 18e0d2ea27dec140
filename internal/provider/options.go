package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// optionsModel holds the settings of a pipeline as a whole.
type optionsModel struct {
	Parallelism        types.Int64   `tfsdk:"parallelism"`
	Timeout            durationValue `tfsdk:"timeout"`
	FailFast           types.Bool    `tfsdk:"fail_fast"`
	TTL                types.Object  `tfsdk:"ttl"`
	PodGC              types.String  `tfsdk:"pod_gc"`
	ArchiveLogs        types.Bool    `tfsdk:"archive_logs"`
	ArtifactGC         types.String  `tfsdk:"artifact_gc"`
	ArtifactRepository types.Object  `tfsdk:"artifact_repository"`
	Synchronization    types.Object  `tfsdk:"synchronization"`
	RunLabels          types.Map     `tfsdk:"run_labels"`
}

type ttlModel struct {
	AfterCompletion durationValue `tfsdk:"after_completion"`
	AfterSuccess    durationValue `tfsdk:"after_success"`
	AfterFailure    durationValue `tfsdk:"after_failure"`
}

type repositoryModel struct {
	ConfigMap types.String `tfsdk:"config_map"`
	Key       types.String `tfsdk:"key"`
}

// optionsAttributes are the settings of a pipeline as a whole. As with settings, the engine checks them.
func optionsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"parallelism": schema.Int64Attribute{Optional: true, MarkdownDescription: "How many tasks, and in a run how many pods, are in progress at a time, at least 1. A task that is a pipeline counts as one, whose own `parallelism` bounds its tasks. The tasks of `on_exit` have the same bound. Default: no bound."},
		"timeout":     durationAttribute("Time that a run may take, in whole seconds, such as `\"2h\"`. Tasks that are not over by then fail. It does not count where the pipeline is a task of another one; the plan warns there. Default: no limit."),
		"fail_fast":   schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether no more tasks start once one has failed. Default: `true`."},
		"ttl": nestedAttribute("How long runs are kept in the cluster after their end, in whole seconds. Where two apply, the more special one counts. Default: for good.", map[string]schema.Attribute{
			"after_completion": durationAttribute("Whatever became of the run, such as `\"168h\"`."),
			"after_success":    durationAttribute("Where the run succeeded."),
			"after_failure":    durationAttribute("Where the run failed."),
		}),
		"pod_gc": optionalText("When pods are removed: `OnPodCompletion` (each at its end), `OnPodSuccess` (each at its end, unless it failed), `OnWorkflowCompletion` (with the end of the run) or " +
			"`OnWorkflowSuccess` (with the end of the run, unless it failed). Their logs go with them unless `archive_logs` is set. Default: together with their run."),
		"archive_logs": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the logs of pods are kept in the artifact repository. Default: as Argo Workflows is set up."},
		"artifact_gc": optionalText("When artifacts are removed: `OnWorkflowCompletion` (with the end of the run), `OnWorkflowDeletion` (together with the run) or `Never`. " +
			"Those of tasks with `cache` stay, since other runs use them. Default: `Never`."),
		"artifact_repository": nestedAttribute("Where artifacts are kept. Default: the namespace's repository, or else that of Argo Workflows.", map[string]schema.Attribute{
			"config_map": requiredText("Name of the config map that describes the repository, in the run's namespace."),
			"key":        requiredText("Key of the config map under which the description is."),
		}),
		"synchronization": nestedAttribute(synchronizationText("a run, or a task that is this pipeline,"), synchronizationObject.attributes()),
		"run_labels":      textMap("Labels of the runs (not of their pods: `defaults.labels` are those)."),
	}
}

// spec reads the options.
func (m optionsModel) spec(ctx context.Context, t *texts) spec.Options {
	o := spec.Options{
		Parallelism: t.number(m.Parallelism), Timeout: t.one(m.Timeout.StringValue), FailFast: t.optionalFlag(m.FailFast), PodGC: t.one(m.PodGC),
		ArchiveLogs: t.optionalFlag(m.ArchiveLogs), ArtifactGC: t.one(m.ArtifactGC), Labels: t.strings(ctx, m.RunLabels),
		Synchronization: synchronizationObject.readObject(ctx, t, m.Synchronization),
	}
	var ttl ttlModel
	if t.object(ctx, m.TTL, &ttl) {
		o.TTL = &spec.TTL{AfterCompletion: t.one(ttl.AfterCompletion.StringValue), AfterSuccess: t.one(ttl.AfterSuccess.StringValue), AfterFailure: t.one(ttl.AfterFailure.StringValue)}
	}
	var repository repositoryModel
	if t.object(ctx, m.ArtifactRepository, &repository) {
		o.ArtifactRepository = &spec.RepositoryRef{ConfigMap: t.one(repository.ConfigMap), Key: t.one(repository.Key)}
	}
	return o
}

var optionsType = types.ObjectType{AttrTypes: attributeTypes(optionsAttributes())}

// newOptionsModel writes options that were read from the cluster. Prior is what the state holds; nil: nothing.
func newOptionsModel(ctx context.Context, o spec.Options, prior *optionsModel) (optionsModel, diag.Diagnostics) {
	var diags diag.Diagnostics
	w := values{diags: &diags}
	var old optionsModel
	if prior != nil {
		old = *prior
	}
	m := optionsModel{
		Parallelism: types.Int64PointerValue(o.Parallelism), Timeout: textIn(o.Timeout, old.Timeout), FailFast: types.BoolPointerValue(o.FailFast),
		PodGC: w.text(o.PodGC, old.PodGC), ArchiveLogs: types.BoolPointerValue(o.ArchiveLogs), ArtifactGC: w.text(o.ArtifactGC, old.ArtifactGC),
		Synchronization: synchronizationObject.writeObject(ctx, w, o.Synchronization, old.Synchronization),
		RunLabels:       w.texts(ctx, typeAt(optionsType, "run_labels"), o.Labels, old.RunLabels),
	}
	m.TTL = nested(ctx, w, typeAt(optionsType, "ttl"), o.TTL, old.TTL, func(t spec.TTL, old ttlModel) ttlModel {
		return ttlModel{
			AfterCompletion: textIn(t.AfterCompletion, old.AfterCompletion),
			AfterSuccess:    textIn(t.AfterSuccess, old.AfterSuccess), AfterFailure: textIn(t.AfterFailure, old.AfterFailure),
		}
	})
	m.ArtifactRepository = nested(ctx, w, typeAt(optionsType, "artifact_repository"), o.ArtifactRepository, old.ArtifactRepository,
		func(r spec.RepositoryRef, _ repositoryModel) repositoryModel {
			return repositoryModel{ConfigMap: types.StringValue(r.ConfigMap), Key: types.StringValue(r.Key)}
		})
	return m, diags
}
