package argo

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// podPatch turns a task's settings into a strategic merge patch of its pod's spec, as JSON that may hold Argo tags.
// The JSON is a hidden argument of the task, so that settings cost no template of their own. Texts are inserted by
// insert, which returns a JSON value or a tag that becomes one. Empty: the settings change nothing in the pod.
func podPatch(s spec.Settings, insert func(text string) (string, error)) (string, error) {
	if s.AreUnset() {
		return "", nil
	}
	b := patchBuilder{insert: insert}
	patch := map[string]any{}
	b.pod(patch, s)
	if main := b.main(s); len(main) > 0 {
		main["name"] = "main"
		patch["containers"] = []any{main}
	}
	if b.err != nil {
		return "", b.err
	}
	if len(patch) == 0 {
		return "", nil
	}
	text, err := wire.Marshal(patch)
	if err != nil {
		return "", fmt.Errorf("encoding the pod patch: %w", err)
	}
	return b.fill(escapeJSONBraces(text)), nil
}

// patchBuilder collects texts under placeholders, because a tag is not a JSON value until Argo has replaced it.
type patchBuilder struct {
	insert func(string) (string, error)
	texts  []string
	err    error
}

// A placeholder begins with a NUL, which no text of a user holds: it stands for the text's number, as a string and in JSON.
func placeholder(i int) string     { return fmt.Sprintf("\x00%d", i) }
func placeholderJSON(i int) string { return fmt.Sprintf(`"\u0000%d"`, i) }

// text stands for a user's text that may hold expressions.
func (b *patchBuilder) text(text string) string {
	value, err := b.insert(text)
	if err != nil && b.err == nil {
		b.err = err
	}
	b.texts = append(b.texts, value)
	return placeholder(len(b.texts) - 1)
}

func (b *patchBuilder) fill(patch string) string {
	for i, value := range slices.Backward(b.texts) {
		patch = strings.ReplaceAll(patch, placeholderJSON(i), value)
	}
	return patch
}

// escapeJSONBraces keeps constants in the JSON from being taken for tags. Outside strings JSON has no "{{".
func escapeJSONBraces(text string) string {
	return strings.ReplaceAll(text, "{{", `{\u007b`)
}

func (b *patchBuilder) pod(patch map[string]any, s spec.Settings) {
	setIf(patch, "serviceAccountName", s.ServiceAccount)
	setIf(patch, "priorityClassName", s.PriorityClass)
	if s.Timeout != "" {
		patch["activeDeadlineSeconds"] = b.seconds(s.Timeout)
	}
	if len(s.NodeSelector) > 0 {
		patch["nodeSelector"] = s.NodeSelector
	}
	if len(s.Tolerations) > 0 {
		var list []corev1.Toleration
		for _, t := range s.Tolerations {
			list = append(list, corev1.Toleration{
				Key: t.Key, Operator: corev1.TolerationOperator(t.Operator), Value: t.Value,
				Effect: corev1.TaintEffect(t.Effect), TolerationSeconds: t.TolerationSeconds,
			})
		}
		patch["tolerations"] = list
	}
	if s.Affinity != "" {
		patch["affinity"] = json.RawMessage(s.Affinity)
	}
	var pull []corev1.LocalObjectReference
	for _, name := range slices.Sorted(slices.Values(s.ImagePullSecrets)) {
		pull = append(pull, corev1.LocalObjectReference{Name: name})
	}
	if pull != nil {
		patch["imagePullSecrets"] = pull
	}
	if volumes := b.volumes(s); volumes != nil {
		patch["volumes"] = volumes
	}
	if sc := s.SecurityContext; sc != nil {
		pod := map[string]any{}
		setPointer(pod, "runAsUser", sc.RunAsUser)
		setPointer(pod, "runAsGroup", sc.RunAsGroup)
		setPointer(pod, "runAsNonRoot", sc.RunAsNonRoot)
		setPointer(pod, "fsGroup", sc.FSGroup)
		if len(pod) > 0 {
			patch["securityContext"] = pod
		}
	}
}

func (b *patchBuilder) main(s spec.Settings) map[string]any {
	main := map[string]any{}
	setIf(main, "imagePullPolicy", s.ImagePullPolicy)
	if env := b.env(s); env != nil {
		main["env"] = env
	}
	if s.Resources != nil {
		main["resources"] = b.resources(*s.Resources)
	}
	var mounts []corev1.VolumeMount
	for _, name := range sortedVolumes(s) {
		v := s.Volumes[name]
		mounts = append(mounts, corev1.VolumeMount{Name: volumeName(name), MountPath: v.MountPath, SubPath: v.SubPath, ReadOnly: v.ReadOnly})
	}
	if mounts != nil {
		main["volumeMounts"] = mounts
	}
	if sc := s.SecurityContext; sc != nil {
		container := map[string]any{}
		setPointer(container, "readOnlyRootFilesystem", sc.ReadOnlyRootFilesystem)
		setPointer(container, "allowPrivilegeEscalation", sc.AllowPrivilegeEscalation)
		setPointer(container, "privileged", sc.Privileged)
		if sc.AddCapabilities != nil || sc.DropCapabilities != nil {
			capabilities := map[string]any{}
			if sc.AddCapabilities != nil {
				capabilities["add"] = sc.AddCapabilities
			}
			if sc.DropCapabilities != nil {
				capabilities["drop"] = sc.DropCapabilities
			}
			container["capabilities"] = capabilities
		}
		if len(container) > 0 {
			main["securityContext"] = container
		}
	}
	return main
}

func (b *patchBuilder) env(s spec.Settings) []any {
	var env []any
	for _, name := range sortedKeys(s.Env) {
		env = append(env, map[string]any{"name": name, "value": b.text(s.Env[name])})
	}
	for _, name := range sortedKeys(s.SecretEnv) {
		env = append(env, corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: s.SecretEnv[name].Name}, Key: s.SecretEnv[name].Key, Optional: optionalPointer(s.SecretEnv[name].Optional),
		}}})
	}
	for _, name := range sortedKeys(s.ConfigMapEnv) {
		env = append(env, corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: s.ConfigMapEnv[name].Name}, Key: s.ConfigMapEnv[name].Key, Optional: optionalPointer(s.ConfigMapEnv[name].Optional),
		}}})
	}
	for _, name := range sortedKeys(s.FieldEnv) {
		env = append(env, corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: s.FieldEnv[name]}}})
	}
	if secrets := secretPlaces(s); secrets != nil {
		env = append(env, corev1.EnvVar{Name: runtime.SecretsVariable, Value: strings.ReplaceAll(strings.Join(secrets, ":"), "$", "$$")})
	}
	return env
}

// secretPlaces are the variables and the paths in which a container finds values of Secrets.
func secretPlaces(s spec.Settings) []string {
	places := sortedKeys(s.SecretEnv)
	for _, name := range sortedVolumes(s) {
		if v := s.Volumes[name]; v.Secret != "" {
			places = append(places, v.MountPath)
		}
	}
	return places
}

func (b *patchBuilder) resources(r spec.Resources) map[string]any {
	out := map[string]any{}
	for key, quantities := range map[string]map[string]string{"requests": r.Requests, "limits": r.Limits} {
		list := map[string]any{}
		for name, text := range quantities {
			list[name] = text
			if strings.Contains(text, "{{") {
				list[name] = b.text(text)
			}
		}
		if len(list) > 0 {
			out[key] = list
		}
	}
	return out
}

// volumeName keeps a user's volumes apart from the component's own and Argo's.
func volumeName(name string) string {
	return "user-" + strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// sortedVolumes sorts by the names in the pod, since those are all that can be read back.
func sortedVolumes(s spec.Settings) []string {
	names := sortedKeys(s.Volumes)
	slices.SortFunc(names, func(a, b string) int { return compare(volumeName(a), volumeName(b)) })
	return names
}

func (b *patchBuilder) volumes(s spec.Settings) []corev1.Volume {
	var volumes []corev1.Volume
	for _, name := range sortedVolumes(s) {
		source, err := volumeSource(s.Volumes[name])
		if err != nil && b.err == nil {
			b.err = fmt.Errorf("volume %s: %w", name, err)
		}
		volumes = append(volumes, corev1.Volume{Name: volumeName(name), VolumeSource: source})
	}
	return volumes
}

func volumeSource(v spec.Volume) (corev1.VolumeSource, error) {
	switch {
	case v.Secret != "":
		return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: v.Secret}}, nil
	case v.ConfigMap != "":
		return corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: v.ConfigMap}}}, nil
	case v.Claim != "":
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: v.Claim}}, nil
	case v.EmptyDir != nil:
		e := &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMedium(v.EmptyDir.Medium)}
		if v.EmptyDir.SizeLimit != "" {
			q, err := resource.ParseQuantity(v.EmptyDir.SizeLimit)
			if err != nil {
				return corev1.VolumeSource{}, err
			}
			e.SizeLimit = &q
		}
		return corev1.VolumeSource{EmptyDir: e}, nil
	case v.Ephemeral != nil:
		return ephemeralSource(*v.Ephemeral)
	}
	return corev1.VolumeSource{}, fmt.Errorf("no source is given")
}

func ephemeralSource(e spec.EphemeralClaim) (corev1.VolumeSource, error) {
	q, err := resource.ParseQuantity(e.Size)
	if err != nil {
		return corev1.VolumeSource{}, err
	}
	claim := corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: q}},
	}
	if len(e.AccessModes) > 0 {
		claim.AccessModes = nil
		for _, m := range e.AccessModes {
			claim.AccessModes = append(claim.AccessModes, corev1.PersistentVolumeAccessMode(m))
		}
	}
	if e.StorageClass != "" {
		claim.StorageClassName = &e.StorageClass
	}
	return corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{
		VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{ObjectMeta: metav1.ObjectMeta{}, Spec: claim},
	}}, nil
}

// seconds rounds a duration up, since Kubernetes counts whole seconds and none would be no limit.
func (b *patchBuilder) seconds(text string) int64 {
	d, err := time.ParseDuration(text)
	if err != nil && b.err == nil {
		b.err = err
	}
	return max(1, int64(math.Ceil(d.Seconds())))
}

func setIf(m map[string]any, key, value string) {
	if value != "" {
		m[key] = value
	}
}

func setPointer[V any](m map[string]any, key string, value *V) {
	if value != nil {
		m[key] = *value
	}
}

func optionalPointer(b bool) *bool {
	if !b {
		return nil
	}
	return &b
}
