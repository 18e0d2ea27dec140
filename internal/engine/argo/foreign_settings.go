package argo

import (
	"strconv"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// settings reads what a template says about its pod: in this language tasks say it. What is read is taken out of rest.
func (r *foreignReader) settings() {
	s, t := &r.Settings, r.rest
	if t.ActiveDeadlineSeconds != nil && t.ActiveDeadlineSeconds.Type == intstr.Int {
		s.Timeout = durationText(time.Duration(t.ActiveDeadlineSeconds.IntVal) * time.Second)
		t.ActiveDeadlineSeconds = nil
	}
	if retry, ok := foreignRetry(t.RetryStrategy); ok {
		s.Retry, t.RetryStrategy = retry, nil
	}
	s.NodeSelector, t.NodeSelector = t.NodeSelector, nil
	s.ServiceAccount, t.ServiceAccountName = t.ServiceAccountName, ""
	s.PriorityClass, t.PriorityClassName = t.PriorityClassName, ""
	for _, tol := range t.Tolerations {
		s.Tolerations = append(s.Tolerations, spec.Toleration{
			Key: tol.Key, Operator: string(tol.Operator), Value: tol.Value, Effect: string(tol.Effect), TolerationSeconds: tol.TolerationSeconds,
		})
	}
	t.Tolerations = nil
	s.Labels, s.Annotations = t.Metadata.Labels, t.Metadata.Annotations
	t.Metadata = wfv1.Metadata{}
	if locks, ok := foreignLocks(t.Synchronization); ok {
		s.Synchronization, t.Synchronization = locks, nil
	}
	container := t.Container
	if t.Script != nil {
		container = &t.Script.Container
	}
	s.ImagePullPolicy, container.ImagePullPolicy = string(container.ImagePullPolicy), ""
	r.mounts(container)
	r.rights(container)
}

// foreignRetry reads what a retry can say: a number of repetitions, a policy, a condition, pauses.
func foreignRetry(s *wfv1.RetryStrategy) (*spec.Retry, bool) {
	if s == nil || s.Limit == nil || s.Affinity != nil {
		return nil, false
	}
	limit, err := strconv.ParseInt(s.Limit.String(), 10, 64)
	if err != nil {
		return nil, false
	}
	r := &spec.Retry{Limit: limit, Policy: string(s.RetryPolicy)}
	if s.Expression != "" {
		text, ok := expr.NewDecompiler(graph.RetryEnv).Value(s.Expression, spec.Boolean)
		if !ok {
			return nil, false
		}
		if r.Expression = text; r.Policy == "" {
			r.Policy = string(wfv1.RetryPolicyAlways)
		}
	}
	if b := s.Backoff; b != nil {
		if r.Backoff = foreignBackoff(b); r.Backoff == nil {
			return nil, false
		}
	}
	return r, true
}

func foreignBackoff(b *wfv1.Backoff) *spec.Backoff {
	first, firstOK := foreignDuration(b.Duration)
	most, mostOK := foreignDuration(b.MaxDuration)
	if !firstOK || !mostOK || b.Cap != "" || first == "" {
		return nil
	}
	out := &spec.Backoff{Duration: first, Max: most}
	if b.Factor != nil {
		factor, err := strconv.ParseFloat(b.Factor.String(), 64)
		if err != nil {
			return nil
		}
		out.Factor = &factor
	}
	return out
}

// foreignDuration reads Argo's durations: those of Go, or a number of seconds.
func foreignDuration(text string) (string, bool) {
	if text == "" {
		return "", true
	}
	if seconds, err := strconv.Atoi(text); err == nil {
		return durationText(time.Duration(seconds) * time.Second), true
	}
	d, err := time.ParseDuration(text)
	return durationText(d), err == nil
}

// foreignLocks reads the locks that are in the namespace itself.
func foreignLocks(s *wfv1.Synchronization) (*spec.Synchronization, bool) {
	if s == nil {
		return nil, false
	}
	all := s.DeepCopy()
	if m := all.Mutex; m != nil { //nolint:staticcheck // people still write it
		all.Mutexes = append(all.Mutexes, m)
	}
	if m := all.Semaphore; m != nil { //nolint:staticcheck // people still write it
		all.Semaphores = append(all.Semaphores, m)
	}
	for _, m := range all.Mutexes {
		if m == nil || m.Namespace != "" || m.Database || strings.Contains(m.Name, "{{") {
			return nil, false
		}
	}
	for _, m := range all.Semaphores {
		if m == nil || m.ConfigMapKeyRef == nil || m.Namespace != "" || strings.Contains(m.ConfigMapKeyRef.Name+m.ConfigMapKeyRef.Key, "{{") {
			return nil, false
		}
	}
	return decompileSynchronization(all), true
}

// mounts reads the volumes that the container mounts. Those that it does not are nothing.
func (r *foreignReader) mounts(container *corev1.Container) {
	sources := map[string]spec.Volume{}
	for _, list := range [][]corev1.Volume{r.object.Spec.Volumes, r.rest.Volumes} {
		for _, v := range list {
			if source, ok := foreignVolume(v); ok {
				sources[v.Name] = source
			}
		}
	}
	var left []corev1.VolumeMount
	mounted := map[string]bool{}
	for _, m := range container.VolumeMounts {
		v, ok := sources[m.Name]
		simple := m.SubPathExpr == "" && m.MountPropagation == nil && m.RecursiveReadOnly == nil && !strings.Contains(m.MountPath+m.SubPath, "{{")
		if !ok || mounted[m.Name] || !simple {
			left = append(left, m)
			continue
		}
		mounted[m.Name] = true
		v.MountPath, v.SubPath, v.ReadOnly = m.MountPath, m.SubPath, m.ReadOnly
		set(&r.Settings.Volumes, m.Name, v)
	}
	container.VolumeMounts, r.rest.Volumes = left, nil
}

func foreignVolume(v corev1.Volume) (spec.Volume, bool) {
	switch {
	case v.Secret != nil:
		ok := len(v.Secret.Items) == 0 && v.Secret.DefaultMode == nil && !isTrue(v.Secret.Optional)
		return spec.Volume{Secret: v.Secret.SecretName}, ok && !strings.Contains(v.Secret.SecretName, "{{")
	case v.ConfigMap != nil:
		ok := len(v.ConfigMap.Items) == 0 && v.ConfigMap.DefaultMode == nil && !isTrue(v.ConfigMap.Optional)
		return spec.Volume{ConfigMap: v.ConfigMap.Name}, ok && !strings.Contains(v.ConfigMap.Name, "{{")
	case v.PersistentVolumeClaim != nil:
		c := v.PersistentVolumeClaim
		return spec.Volume{Claim: c.ClaimName}, !c.ReadOnly && !strings.Contains(c.ClaimName, "{{")
	case v.EmptyDir != nil:
		e := &spec.EmptyDir{Medium: string(v.EmptyDir.Medium)}
		if v.EmptyDir.SizeLimit != nil {
			e.SizeLimit = v.EmptyDir.SizeLimit.String()
		}
		return spec.Volume{EmptyDir: e}, true
	}
	return spec.Volume{}, false
}

// rights reads the security contexts of the pod and the container, which wins.
func (r *foreignReader) rights(container *corev1.Container) {
	var s spec.SecurityContext
	pod, own := r.rest.SecurityContext, container.SecurityContext
	if pod == nil {
		pod = r.object.Spec.SecurityContext.DeepCopy()
	}
	if pod != nil {
		s.RunAsUser, s.RunAsGroup, s.RunAsNonRoot, s.FSGroup = pod.RunAsUser, pod.RunAsGroup, pod.RunAsNonRoot, pod.FSGroup
		pod.RunAsUser, pod.RunAsGroup, pod.RunAsNonRoot, pod.FSGroup = nil, nil, nil, nil
		if seccomp := pod.SeccompProfile; seccomp != nil && seccomp.Type == corev1.SeccompProfileTypeRuntimeDefault {
			pod.SeccompProfile = nil // ours
		}
		r.rest.SecurityContext = pod
	}
	if own != nil {
		s.RunAsUser, s.RunAsGroup, s.RunAsNonRoot = either(own.RunAsUser, s.RunAsUser), either(own.RunAsGroup, s.RunAsGroup), either(own.RunAsNonRoot, s.RunAsNonRoot)
		s.ReadOnlyRootFilesystem, s.AllowPrivilegeEscalation, s.Privileged = own.ReadOnlyRootFilesystem, own.AllowPrivilegeEscalation, own.Privileged
		if c := own.Capabilities; c != nil {
			s.AddCapabilities, s.DropCapabilities = capabilityNames(c.Add), capabilityNames(c.Drop)
		}
		own.RunAsUser, own.RunAsGroup, own.RunAsNonRoot, own.ReadOnlyRootFilesystem = nil, nil, nil, nil
		own.AllowPrivilegeEscalation, own.Privileged, own.Capabilities = nil, nil, nil
		if seccomp := own.SeccompProfile; seccomp != nil && seccomp.Type == corev1.SeccompProfileTypeRuntimeDefault {
			own.SeccompProfile = nil
		}
	}
	if !equal(s, spec.SecurityContext{}) {
		r.Settings.SecurityContext = &s
	}
}

func either[V any](first, second *V) *V {
	if first != nil {
		return first
	}
	return second
}

func capabilityNames(list []corev1.Capability) []string {
	var names []string
	for _, c := range list {
		names = append(names, string(c))
	}
	return names
}
