package argo

import (
	"encoding/json"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// pod is the patch that podPatch writes. Texts that were tags are placeholders.
type pod struct {
	ServiceAccountName    string                        `json:"serviceAccountName"`
	PriorityClassName     string                        `json:"priorityClassName"`
	ActiveDeadlineSeconds *int64                        `json:"activeDeadlineSeconds"`
	NodeSelector          map[string]string             `json:"nodeSelector"`
	Tolerations           []corev1.Toleration           `json:"tolerations"`
	Affinity              json.RawMessage               `json:"affinity"`
	ImagePullSecrets      []corev1.LocalObjectReference `json:"imagePullSecrets"`
	Volumes               []corev1.Volume               `json:"volumes"`
	SecurityContext       podRights                     `json:"securityContext"`
	Containers            []podContainer                `json:"containers"`
}

type podRights struct {
	RunAsUser    *int64 `json:"runAsUser"`
	RunAsGroup   *int64 `json:"runAsGroup"`
	RunAsNonRoot *bool  `json:"runAsNonRoot"`
	FSGroup      *int64 `json:"fsGroup"`
}

type podContainer struct {
	Name            string          `json:"name"`
	ImagePullPolicy string          `json:"imagePullPolicy"`
	Env             []podEnv        `json:"env"`
	Resources       *podResources   `json:"resources"`
	VolumeMounts    []podMount      `json:"volumeMounts"`
	SecurityContext containerRights `json:"securityContext"`
}

type podEnv struct {
	Name      string               `json:"name"`
	Value     json.RawMessage      `json:"value"`
	ValueFrom *corev1.EnvVarSource `json:"valueFrom"`
}

type podResources struct {
	Requests map[string]json.RawMessage `json:"requests"`
	Limits   map[string]json.RawMessage `json:"limits"`
}

type podMount struct {
	Name      string `json:"name"`
	MountPath string `json:"mountPath"`
	SubPath   string `json:"subPath"`
	ReadOnly  bool   `json:"readOnly"`
}

type containerRights struct {
	ReadOnlyRootFilesystem   *bool `json:"readOnlyRootFilesystem"`
	AllowPrivilegeEscalation *bool `json:"allowPrivilegeEscalation"`
	Privileged               *bool `json:"privileged"`
	Capabilities             struct {
		Add  []string `json:"add"`
		Drop []string `json:"drop"`
	} `json:"capabilities"`
}

// withPlaceholders makes JSON of a patch that holds tags, and returns the tags.
func withPlaceholders(patch string) (string, []string) {
	var b strings.Builder
	var tags []string
	for {
		before, rest, ok := strings.Cut(patch, "{{")
		b.WriteString(before)
		if !ok {
			return b.String(), tags
		}
		inner, after, _ := strings.Cut(rest, "}}")
		b.WriteString(placeholderJSON(len(tags)))
		tags = append(tags, "{{"+inner+"}}")
		patch = after
	}
}

// tagOf is the text that stood for a value: a tag, or the value itself.
func tagOf(raw json.RawMessage, tags []string) string {
	for i, tag := range tags {
		if string(raw) == placeholderJSON(i) {
			return tag
		}
	}
	return string(raw)
}

// pod undoes podPatch.
func (r *taskReader) pod(patch string) {
	text, tags := withPlaceholders(patch)
	var p pod
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		r.d.miss(r.path, "the patch of its pod is not what this provider writes: "+err.Error())
		return
	}
	argo := func(raw json.RawMessage) string { return tagOf(raw, tags) }
	s := &r.merged
	s.ServiceAccount, s.PriorityClass, s.NodeSelector = p.ServiceAccountName, p.PriorityClassName, p.NodeSelector
	s.Timeout = secondsText(p.ActiveDeadlineSeconds)
	for _, t := range p.Tolerations {
		s.Tolerations = append(s.Tolerations, spec.Toleration{
			Key: t.Key, Operator: string(t.Operator), Value: t.Value, Effect: string(t.Effect), TolerationSeconds: t.TolerationSeconds,
		})
	}
	s.Affinity = strings.ReplaceAll(string(p.Affinity), `{\u007b`, "{{")
	for _, ref := range p.ImagePullSecrets {
		s.ImagePullSecrets = append(s.ImagePullSecrets, ref.Name)
	}
	main := podContainer{}
	if len(p.Containers) > 0 {
		main = p.Containers[0]
	}
	s.ImagePullPolicy = main.ImagePullPolicy
	r.rights(p.SecurityContext, main.SecurityContext)
	r.volumes(p.Volumes, main.VolumeMounts)
	r.environment(main.Env, argo)
	if main.Resources != nil {
		s.Resources = &spec.Resources{}
		r.quantities(".resources.requests", main.Resources.Requests, &s.Resources.Requests, argo)
		r.quantities(".resources.limits", main.Resources.Limits, &s.Resources.Limits, argo)
	}
}

func (r *taskReader) rights(pod podRights, container containerRights) {
	s := spec.SecurityContext{
		RunAsUser: pod.RunAsUser, RunAsGroup: pod.RunAsGroup, RunAsNonRoot: pod.RunAsNonRoot, FSGroup: pod.FSGroup,
		ReadOnlyRootFilesystem: container.ReadOnlyRootFilesystem, AllowPrivilegeEscalation: container.AllowPrivilegeEscalation,
		Privileged: container.Privileged, AddCapabilities: container.Capabilities.Add, DropCapabilities: container.Capabilities.Drop,
	}
	if !equal(s, spec.SecurityContext{}) {
		r.merged.SecurityContext = &s
	}
}

func (r *taskReader) environment(env []podEnv, argo func(json.RawMessage) string) {
	before := r.d.prior.Defaults.Merge(r.prior.Settings).Env
	for _, e := range env {
		switch {
		case e.Name == runtime.SecretsVariable: // it follows from the others
		case e.ValueFrom == nil:
			text := argo(e.Value)
			r.text(keyed(".env", e.Name), text, before[e.Name],
				func(d *expr.Decompiler, env expr.Env) (string, bool) { return readJSON(d, env, text, before[e.Name]) },
				func(text string) { set(&r.merged.Env, e.Name, text) })
		case e.ValueFrom.SecretKeyRef != nil:
			ref := e.ValueFrom.SecretKeyRef
			set(&r.merged.SecretEnv, e.Name, spec.KeyRef{Name: ref.Name, Key: ref.Key, Optional: ref.Optional != nil && *ref.Optional})
		case e.ValueFrom.ConfigMapKeyRef != nil:
			ref := e.ValueFrom.ConfigMapKeyRef
			set(&r.merged.ConfigMapEnv, e.Name, spec.KeyRef{Name: ref.Name, Key: ref.Key, Optional: ref.Optional != nil && *ref.Optional})
		case e.ValueFrom.FieldRef != nil:
			set(&r.merged.FieldEnv, e.Name, e.ValueFrom.FieldRef.FieldPath)
		}
	}
}

// readJSON undoes texts.json. The spelling of before stays if it compiles to the same, so that what comes from the
// defaults is known again.
func readJSON(d *expr.Decompiler, env expr.Env, argo, before string) (string, bool) {
	again, err := texts{env: env}.json(before)
	if err == nil && again == argo {
		return before, true
	}
	return d.JSON(argo)
}

func (r *taskReader) quantities(at string, raw map[string]json.RawMessage, to *map[string]string, argo func(json.RawMessage) string) {
	for name, value := range raw {
		text := argo(value)
		if !strings.Contains(text, "{{") {
			var constant string
			if err := json.Unmarshal(value, &constant); err != nil {
				constant = text // a number
			}
			set(to, name, constant)
			continue
		}
		before := ""
		if p := r.d.prior.Defaults.Merge(r.prior.Settings).Resources; p != nil {
			before = p.Limits[name]
			if strings.HasSuffix(at, "requests") {
				before = p.Requests[name]
			}
		}
		r.text(keyed(at, name), text, before,
			func(d *expr.Decompiler, env expr.Env) (string, bool) { return readJSON(d, env, text, before) },
			func(text string) { set(to, name, text) })
	}
}

func (r *taskReader) volumes(volumes []corev1.Volume, mounts []podMount) {
	known := map[string]string{}
	for name := range r.d.prior.Defaults.Merge(r.prior.Settings).Volumes {
		known[volumeName(name)] = name
	}
	sources := map[string]corev1.VolumeSource{}
	for _, v := range volumes {
		sources[v.Name] = v.VolumeSource
	}
	for _, m := range mounts {
		source, ok := sources[m.Name]
		if !ok {
			continue
		}
		name := known[m.Name]
		if name == "" {
			name = strings.TrimPrefix(m.Name, "user-")
		}
		v := readVolume(source)
		v.MountPath, v.SubPath, v.ReadOnly = m.MountPath, m.SubPath, m.ReadOnly
		set(&r.merged.Volumes, name, v)
	}
}

// readVolume undoes volumeSource.
func readVolume(source corev1.VolumeSource) spec.Volume {
	var v spec.Volume
	switch {
	case source.Secret != nil:
		v.Secret = source.Secret.SecretName
	case source.ConfigMap != nil:
		v.ConfigMap = source.ConfigMap.Name
	case source.PersistentVolumeClaim != nil:
		v.Claim = source.PersistentVolumeClaim.ClaimName
	case source.EmptyDir != nil:
		v.EmptyDir = &spec.EmptyDir{Medium: string(source.EmptyDir.Medium)}
		if q := source.EmptyDir.SizeLimit; q != nil {
			v.EmptyDir.SizeLimit = q.String()
		}
	case source.Ephemeral != nil && source.Ephemeral.VolumeClaimTemplate != nil:
		claim := source.Ephemeral.VolumeClaimTemplate.Spec
		size := claim.Resources.Requests[corev1.ResourceStorage]
		v.Ephemeral = &spec.EphemeralClaim{Size: size.String()}
		if claim.StorageClassName != nil {
			v.Ephemeral.StorageClass = *claim.StorageClassName
		}
		for _, mode := range claim.AccessModes {
			v.Ephemeral.AccessModes = append(v.Ephemeral.AccessModes, string(mode))
		}
		if equal(v.Ephemeral.AccessModes, []string{string(corev1.ReadWriteOnce)}) {
			v.Ephemeral.AccessModes = nil
		}
	}
	return v
}
