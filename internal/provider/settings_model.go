package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// settingsModel is embedded by tasks and used alone for defaults.
type settingsModel struct {
	Retry            types.Object  `tfsdk:"retry"`
	Timeout          durationValue `tfsdk:"timeout"`
	Cache            types.Object  `tfsdk:"cache"`
	Resources        types.Object  `tfsdk:"resources"`
	Env              types.Map     `tfsdk:"env"`
	SecretEnv        types.Map     `tfsdk:"secret_env"`
	ConfigMapEnv     types.Map     `tfsdk:"config_map_env"`
	FieldEnv         types.Map     `tfsdk:"field_env"`
	Volumes          types.Map     `tfsdk:"volumes"`
	NodeSelector     types.Map     `tfsdk:"node_selector"`
	Tolerations      types.List    `tfsdk:"tolerations"`
	Affinity         jsonValue     `tfsdk:"affinity"`
	Labels           types.Map     `tfsdk:"labels"`
	Annotations      types.Map     `tfsdk:"annotations"`
	ServiceAccount   types.String  `tfsdk:"service_account"`
	ImagePullPolicy  types.String  `tfsdk:"image_pull_policy"`
	ImagePullSecrets types.Set     `tfsdk:"image_pull_secrets"`
	PriorityClass    types.String  `tfsdk:"priority_class"`
	SecurityContext  types.Object  `tfsdk:"security_context"`
	Synchronization  types.Object  `tfsdk:"synchronization"`
}

type retryModel struct {
	Limit      types.Int64  `tfsdk:"limit"`
	Policy     types.String `tfsdk:"policy"`
	Expression types.String `tfsdk:"expression"`
	Backoff    types.Object `tfsdk:"backoff"`
}

type backoffModel struct {
	Duration durationValue `tfsdk:"duration"`
	Factor   types.Float64 `tfsdk:"factor"`
	Max      durationValue `tfsdk:"max"`
}

type cacheModel struct {
	Enabled types.Bool    `tfsdk:"enabled"`
	MaxAge  durationValue `tfsdk:"max_age"`
	Key     types.String  `tfsdk:"key"`
}

type resourcesModel struct {
	Requests types.Map `tfsdk:"requests"`
	Limits   types.Map `tfsdk:"limits"`
}

type keyRefModel struct {
	Name     types.String `tfsdk:"name"`
	Key      types.String `tfsdk:"key"`
	Optional types.Bool   `tfsdk:"optional"`
}

type volumeModel struct {
	MountPath types.String `tfsdk:"mount_path"`
	SubPath   types.String `tfsdk:"sub_path"`
	ReadOnly  types.Bool   `tfsdk:"read_only"`
	Secret    types.String `tfsdk:"secret"`
	ConfigMap types.String `tfsdk:"config_map"`
	Claim     types.String `tfsdk:"claim"`
	EmptyDir  types.Object `tfsdk:"empty_dir"`
	Ephemeral types.Object `tfsdk:"ephemeral"`
}

type emptyDirModel struct {
	Medium    types.String  `tfsdk:"medium"`
	SizeLimit quantityValue `tfsdk:"size_limit"`
}

type ephemeralModel struct {
	Size         quantityValue `tfsdk:"size"`
	StorageClass types.String  `tfsdk:"storage_class"`
	AccessModes  types.Set     `tfsdk:"access_modes"`
}

type tolerationModel struct {
	Key               types.String `tfsdk:"key"`
	Operator          types.String `tfsdk:"operator"`
	Value             types.String `tfsdk:"value"`
	Effect            types.String `tfsdk:"effect"`
	TolerationSeconds types.Int64  `tfsdk:"toleration_seconds"`
}

type securityContextModel struct {
	RunAsUser                types.Int64 `tfsdk:"run_as_user"`
	RunAsGroup               types.Int64 `tfsdk:"run_as_group"`
	RunAsNonRoot             types.Bool  `tfsdk:"run_as_non_root"`
	FSGroup                  types.Int64 `tfsdk:"fs_group"`
	ReadOnlyRootFilesystem   types.Bool  `tfsdk:"read_only_root_filesystem"`
	AllowPrivilegeEscalation types.Bool  `tfsdk:"allow_privilege_escalation"`
	Privileged               types.Bool  `tfsdk:"privileged"`
	AddCapabilities          types.Set   `tfsdk:"add_capabilities"`
	DropCapabilities         types.Set   `tfsdk:"drop_capabilities"`
}

type synchronizationModel struct {
	Mutexes    types.Set  `tfsdk:"mutexes"`
	Semaphores types.List `tfsdk:"semaphores"`
}

type semaphoreModel struct {
	ConfigMap types.String `tfsdk:"config_map"`
	Key       types.String `tfsdk:"key"`
}

// spec reads the settings.
func (m settingsModel) spec(ctx context.Context, t *texts) spec.Settings {
	s := spec.Settings{
		Timeout: t.one(m.Timeout.StringValue), Env: t.strings(ctx, m.Env), FieldEnv: t.strings(ctx, m.FieldEnv),
		SecretEnv: t.keyRefs(ctx, m.SecretEnv), ConfigMapEnv: t.keyRefs(ctx, m.ConfigMapEnv),
		NodeSelector: t.strings(ctx, m.NodeSelector), Affinity: t.one(m.Affinity.StringValue),
		Labels: t.strings(ctx, m.Labels), Annotations: t.strings(ctx, m.Annotations),
		ServiceAccount: t.one(m.ServiceAccount), ImagePullPolicy: t.one(m.ImagePullPolicy),
		ImagePullSecrets: t.set(ctx, m.ImagePullSecrets), PriorityClass: t.one(m.PriorityClass),
	}
	var retry retryModel
	if t.object(ctx, m.Retry, &retry) {
		s.Retry = retry.spec(ctx, t)
	}
	var cache cacheModel
	if t.object(ctx, m.Cache, &cache) {
		s.Cache = &spec.Cache{Enabled: t.flag(cache.Enabled), MaxAge: t.one(cache.MaxAge.StringValue), Key: t.one(cache.Key)}
	}
	s.Resources = t.resources(ctx, m.Resources)
	s.Volumes = volumesSpec(ctx, m.Volumes, t)
	s.Tolerations = tolerationsSpec(ctx, m.Tolerations, t)
	var security securityContextModel
	if t.object(ctx, m.SecurityContext, &security) {
		s.SecurityContext = security.spec(ctx, t)
	}
	s.Synchronization = synchronizationSpec(ctx, m.Synchronization, t)
	return s
}

func (m retryModel) spec(ctx context.Context, t *texts) *spec.Retry {
	r := &spec.Retry{Policy: t.one(m.Policy), Expression: t.one(m.Expression)}
	if n := t.number(m.Limit); n != nil {
		r.Limit = *n
	}
	var backoff backoffModel
	if t.object(ctx, m.Backoff, &backoff) {
		r.Backoff = &spec.Backoff{Duration: t.one(backoff.Duration.StringValue), Max: t.one(backoff.Max.StringValue)}
		if backoff.Factor.IsUnknown() {
			t.unknown = true
		} else {
			r.Backoff.Factor = backoff.Factor.ValueFloat64Pointer()
		}
	}
	return r
}

// tolerationsSpec tells an empty list from none: it replaces that of defaults.
func tolerationsSpec(ctx context.Context, l types.List, t *texts) []spec.Toleration {
	if !isKnown(l) {
		t.unknown = t.unknown || l.IsUnknown()
		return nil
	}
	list := []spec.Toleration{}
	for _, model := range elements[tolerationModel](ctx, l, t) {
		list = append(list, spec.Toleration{
			Key: t.one(model.Key), Operator: t.one(model.Operator), Value: t.one(model.Value), Effect: t.one(model.Effect),
			TolerationSeconds: t.number(model.TolerationSeconds),
		})
	}
	return list
}

// spec is nil while a part is unknown: what a user may be depends on what a flag is, so that nothing can be said of
// one without the other.
func (m securityContextModel) spec(ctx context.Context, t *texts) *spec.SecurityContext {
	part := texts{diags: t.diags}
	s := &spec.SecurityContext{
		RunAsUser: part.number(m.RunAsUser), RunAsGroup: part.number(m.RunAsGroup), RunAsNonRoot: part.optionalFlag(m.RunAsNonRoot), FSGroup: part.number(m.FSGroup),
		ReadOnlyRootFilesystem: part.optionalFlag(m.ReadOnlyRootFilesystem), AllowPrivilegeEscalation: part.optionalFlag(m.AllowPrivilegeEscalation),
		Privileged: part.optionalFlag(m.Privileged), AddCapabilities: part.set(ctx, m.AddCapabilities), DropCapabilities: part.set(ctx, m.DropCapabilities),
	}
	if part.unknown {
		t.unknown = true
		return nil
	}
	return s
}

func volumesSpec(ctx context.Context, m types.Map, t *texts) map[string]spec.Volume {
	models := mapElements[volumeModel](ctx, m, t)
	if models == nil {
		return nil
	}
	volumes := make(map[string]spec.Volume, len(models))
	for name, model := range models {
		if model.EmptyDir.IsUnknown() || model.Ephemeral.IsUnknown() {
			t.unknown = true
			continue // it may have a source or not
		}
		v := spec.Volume{
			MountPath: t.one(model.MountPath), SubPath: t.one(model.SubPath), ReadOnly: t.flag(model.ReadOnly),
			Secret: t.one(model.Secret), ConfigMap: t.one(model.ConfigMap), Claim: t.one(model.Claim),
		}
		var empty emptyDirModel
		if t.object(ctx, model.EmptyDir, &empty) {
			v.EmptyDir = &spec.EmptyDir{Medium: t.one(empty.Medium), SizeLimit: t.one(empty.SizeLimit.StringValue)}
		}
		var claim ephemeralModel
		if t.object(ctx, model.Ephemeral, &claim) {
			v.Ephemeral = &spec.EphemeralClaim{Size: t.one(claim.Size.StringValue), StorageClass: t.one(claim.StorageClass), AccessModes: t.set(ctx, claim.AccessModes)}
		}
		volumes[name] = v
	}
	return volumes
}

func synchronizationSpec(ctx context.Context, o types.Object, t *texts) *spec.Synchronization {
	var m synchronizationModel
	if !t.object(ctx, o, &m) {
		return nil
	}
	s := &spec.Synchronization{Mutexes: t.set(ctx, m.Mutexes)}
	for _, model := range elements[semaphoreModel](ctx, m.Semaphores, t) {
		s.Semaphores = append(s.Semaphores, spec.Semaphore{ConfigMap: t.one(model.ConfigMap), Key: t.one(model.Key)})
	}
	return s
}

func (t *texts) resources(ctx context.Context, o types.Object) *spec.Resources {
	var m resourcesModel
	if !t.object(ctx, o, &m) {
		return nil
	}
	return &spec.Resources{Requests: t.strings(ctx, m.Requests), Limits: t.strings(ctx, m.Limits)}
}

func (t *texts) keyRefs(ctx context.Context, m types.Map) map[string]spec.KeyRef {
	models := mapElements[keyRefModel](ctx, m, t)
	if models == nil {
		return nil
	}
	refs := make(map[string]spec.KeyRef, len(models))
	for name, model := range models {
		refs[name] = spec.KeyRef{Name: t.one(model.Name), Key: t.one(model.Key), Optional: t.flag(model.Optional)}
	}
	return refs
}

// object reads a nested object into a model; false if it is null or unknown.
func (t *texts) object(ctx context.Context, o types.Object, model any) bool {
	if o.IsUnknown() {
		t.unknown = true
	}
	if o.IsNull() || o.IsUnknown() {
		return false
	}
	if !fill(o, model) {
		t.diags.Append(o.As(ctx, model, objectOptions)...)
	}
	return true
}

func (t *texts) flag(v types.Bool) bool {
	t.unknown = t.unknown || v.IsUnknown()
	return v.ValueBool()
}

// optionalFlag is nil while the flag is unknown; the framework's own pointer would be to false.
func (t *texts) optionalFlag(v types.Bool) *bool {
	if v.IsUnknown() {
		t.unknown = true
		return nil
	}
	return v.ValueBoolPointer()
}

// number is nil while the number is unknown; the framework's own pointer would be to 0.
func (t *texts) number(v types.Int64) *int64 {
	if v.IsUnknown() {
		t.unknown = true
		return nil
	}
	return v.ValueInt64Pointer()
}

// mapElements reads a map of objects.
func mapElements[M any](ctx context.Context, m types.Map, t *texts) map[string]M {
	if m.IsUnknown() {
		t.unknown = true
	}
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	models := map[string]M{}
	for key, v := range m.Elements() {
		var model M
		if o, ok := v.(types.Object); ok && t.object(ctx, o, &model) {
			models[key] = model
		}
	}
	return models
}

// elements reads a list of objects.
func elements[M any](ctx context.Context, l types.List, t *texts) []M {
	if l.IsUnknown() {
		t.unknown = true
	}
	var models []M
	for _, v := range l.Elements() {
		var model M
		if o, ok := v.(types.Object); ok && t.object(ctx, o, &model) {
			models = append(models, model)
		}
	}
	return models
}
