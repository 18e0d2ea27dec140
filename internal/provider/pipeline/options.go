package pipeline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// optionsModel holds the settings of a pipeline as a whole.
type optionsModel struct {
	Parallelism        types.Int64       `tfsdk:"parallelism"`
	Timeout            kit.DurationValue `tfsdk:"timeout"`
	FailFast           types.Bool        `tfsdk:"fail_fast"`
	TTL                types.Object      `tfsdk:"ttl"`
	PodGC              types.String      `tfsdk:"pod_gc"`
	ArchiveLogs        types.Bool        `tfsdk:"archive_logs"`
	ArtifactGC         types.String      `tfsdk:"artifact_gc"`
	ArtifactRepository types.Object      `tfsdk:"artifact_repository"`
	PipelineRoot       types.String      `tfsdk:"pipeline_root"`
	Synchronization    types.Object      `tfsdk:"synchronization"`
	VolumeClaims       types.Map         `tfsdk:"volume_claims"`
	RunLabels          types.Map         `tfsdk:"run_labels"`
}

type ttlModel struct {
	AfterCompletion kit.DurationValue `tfsdk:"after_completion"`
	AfterSuccess    kit.DurationValue `tfsdk:"after_success"`
	AfterFailure    kit.DurationValue `tfsdk:"after_failure"`
}

type repositoryModel struct {
	ConfigMap types.String `tfsdk:"config_map"`
	Key       types.String `tfsdk:"key"`
}

// optionsAttributes are the settings of a pipeline as a whole. As with settings, the engine checks them.
func optionsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"parallelism": schema.Int64Attribute{
			Optional: true,
			MarkdownDescription: "How many tasks, and in a run how many pods, are in progress at a time, at least 1. A task " +
				"that is a pipeline counts as one, whose own `parallelism` bounds its tasks. The tasks of `on_exit` have the " +
				"same bound. Default: no bound.",
		},
		"timeout": kit.DurationAttribute("Time that a run may take, in whole seconds, such as `\"2h\"`. Tasks that are " +
			"not over by then fail. It does not count where the pipeline is a task of another one; the plan warns there. " +
			"Default: no limit."),
		"fail_fast": failFastAttribute(),
		"ttl": kit.NestedAttribute("How long runs are kept in the cluster after their end, in whole seconds. Where two "+
			"apply, the more special one counts. Default: for good.", map[string]schema.Attribute{
			"after_completion": kit.DurationAttribute("Whatever became of the run, such as `\"168h\"`."),
			"after_success":    kit.DurationAttribute("Where the run succeeded."),
			"after_failure":    kit.DurationAttribute("Where the run failed."),
		}),
		"pod_gc": kit.OptionalText("When pods are removed: `OnPodCompletion` (each at its end), `OnPodSuccess` (each at " +
			"its end, unless it failed), `OnWorkflowCompletion` (with the end of the run) or " +
			"`OnWorkflowSuccess` (with the end of the run, unless it failed). Their logs go with them unless `archive_logs` " +
			"is set. Default: together with their run."),
		"archive_logs": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether the logs of pods are kept in the artifact repository. Default: as Argo Workflows " +
				"is set up.",
		},
		"artifact_gc": kit.OptionalText("When artifacts are removed: `OnWorkflowCompletion` (with the end of the run), " +
			"`OnWorkflowDeletion` (together with the run) or `Never`. " +
			"Those of tasks with `cache` stay, since other runs use them. Default: `Never`."),
		"artifact_repository": kit.NestedAttribute("Where artifacts are kept. Default: the namespace's repository, or "+
			"else that of Argo Workflows.", map[string]schema.Attribute{
			"config_map": kit.RequiredText("Name of the config map that describes the repository, in the run's namespace."),
			"key":        kit.RequiredText("Key of the config map under which the description is."),
		}),
		"pipeline_root": kit.OptionalText("Address below which the artifacts of runs are kept, in place of " +
			"`artifact_repository`: `s3://bucket/prefix` or `gs://bucket/prefix`. Options follow a `?`: for s3 `endpoint`, " +
			"`region`, `insecure` and `secret`, a Secret in the run's namespace with the keys `accesskey` and `secretkey` " +
			"(`access_key` and `secret_key` name others); for gs `secret` with the key `serviceAccountKey` (`key` names another). " +
			"Without `secret` the pods' own identity counts. The provider describes the place to Argo in a config map. " +
			"It does not count where the pipeline is a task of another one; the plan warns there."),
		"synchronization": kit.NestedAttribute(
			synchronizationText("a run, or a task that is this pipeline,"), synchronizationObject.Attributes(),
		),
		"volume_claims": claimsObject.Attributes()["volume_claims"],
		"run_labels":    kit.TextMap("Labels of the runs (not of their pods: `defaults.labels` are those)."),
	}
}

// claimsObject is what of the options is declared as the settings of tasks are.
var claimsObject = kit.ObjectOf(
	kit.ObjectMapRow("volume_claims", func(o *spec.Options) *map[string]spec.EphemeralClaim { return &o.VolumeClaims },
		"Persistent volumes of a run, by name: they are made when it starts, and removed when it has succeeded, or else "+
			"together with it. A task mounts one by `volumes = { work = { mount_path = \"/work\", claim = \"NAME\" } }`. Of "+
			"a pipeline that is a task of another one, that other one has to declare them too.", ephemeralObject),
)

// spec reads the options.
func (m optionsModel) spec(ctx context.Context, t *kit.Reader) spec.Options {
	o := spec.Options{
		Parallelism: t.Number(m.Parallelism), Timeout: t.Text(m.Timeout.StringValue), FailFast: t.OptionalFlag(m.FailFast), PodGC: t.Text(m.PodGC),
		ArchiveLogs: t.OptionalFlag(m.ArchiveLogs), ArtifactGC: t.Text(m.ArtifactGC), Labels: t.Strings(ctx, m.RunLabels),
		PipelineRoot:    t.Text(m.PipelineRoot),
		Synchronization: synchronizationObject.ReadObject(ctx, t, m.Synchronization),
		VolumeClaims:    claimsObject.Read(ctx, t, map[string]attr.Value{"volume_claims": m.VolumeClaims}).VolumeClaims,
	}
	var ttl ttlModel
	if t.Object(ctx, m.TTL, &ttl) {
		o.TTL = &spec.TTL{
			AfterCompletion: t.Text(ttl.AfterCompletion.StringValue), AfterSuccess: t.Text(ttl.AfterSuccess.StringValue),
			AfterFailure: t.Text(ttl.AfterFailure.StringValue),
		}
	}
	var repository repositoryModel
	if t.Object(ctx, m.ArtifactRepository, &repository) {
		o.ArtifactRepository = &spec.RepositoryRef{ConfigMap: t.Text(repository.ConfigMap), Key: t.Text(repository.Key)}
	}
	return o
}

var optionsType = types.ObjectType{AttrTypes: kit.AttributeTypes(optionsAttributes())}

// newOptionsModel writes options that were read from the cluster. Prior is what the state holds; nil: nothing.
func newOptionsModel(ctx context.Context, o spec.Options, prior *optionsModel) (optionsModel, diag.Diagnostics) {
	var diags diag.Diagnostics
	w := kit.Writer{Diags: &diags}
	var old optionsModel
	if prior != nil {
		old = *prior
	}
	m := optionsModel{
		Parallelism: types.Int64PointerValue(o.Parallelism), Timeout: kit.TextIn(o.Timeout, old.Timeout), FailFast: types.BoolPointerValue(o.FailFast),
		PodGC: w.Text(o.PodGC, old.PodGC), ArchiveLogs: types.BoolPointerValue(o.ArchiveLogs), ArtifactGC: w.Text(
			o.ArtifactGC, old.ArtifactGC,
		),
		PipelineRoot:    w.Text(o.PipelineRoot, old.PipelineRoot),
		Synchronization: synchronizationObject.WriteObject(ctx, w, o.Synchronization, old.Synchronization),
		VolumeClaims: kit.As[types.Map](claimsObject.Write(
			ctx, w, o, map[string]attr.Value{"volume_claims": old.VolumeClaims},
		)["volume_claims"]),
		RunLabels: w.Texts(ctx, kit.TypeAt(optionsType, "run_labels"), o.Labels, old.RunLabels),
	}
	m.TTL = kit.Nested(ctx, w, kit.TypeAt(optionsType, "ttl"), o.TTL, old.TTL, func(t spec.TTL, old ttlModel) ttlModel {
		return ttlModel{
			AfterCompletion: kit.TextIn(t.AfterCompletion, old.AfterCompletion),
			AfterSuccess: kit.TextIn(
				t.AfterSuccess, old.AfterSuccess,
			), AfterFailure: kit.TextIn(t.AfterFailure, old.AfterFailure),
		}
	})
	m.ArtifactRepository = kit.Nested(ctx, w, kit.TypeAt(
		optionsType, "artifact_repository",
	), o.ArtifactRepository, old.ArtifactRepository,
		func(r spec.RepositoryRef, _ repositoryModel) repositoryModel {
			return repositoryModel{ConfigMap: types.StringValue(r.ConfigMap), Key: types.StringValue(r.Key)}
		})
	return m, diags
}
