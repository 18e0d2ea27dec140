package kfpir

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// platforms reads the second document: settings by executor, and those of the pipeline.
func (r *reader) platforms() {
	r.kubernetes = map[string]irKubernetes{}
	for _, name := range spec.Names(r.platform.Platforms) {
		p := r.platform.Platforms[name]
		if name != "kubernetes" {
			r.warnf(p.Line, "Other platform", "Settings for %q mean nothing here, as in KFP.", name)
			continue
		}
		for _, label := range spec.Names(p.Deployment.Executors) {
			n := p.Deployment.Executors[label]
			if _, ok := r.ir.Deployment.Executors[label]; !ok {
				r.warnf(n.Line, "Settings for nothing", "The pipeline has no executor %q.", label)
				continue
			}
			r.kubernetes[label] = decode[irKubernetes](n, "platforms.kubernetes.deploymentSpec.executors."+label,
				&r.findings)
		}
		r.config(p.Pipeline)
	}
}

// semaphores is the config map in which KFP looks for the limits of its semaphores.
const semaphores = "semaphore-config"

// config reads the settings of the pipeline as a whole.
func (r *reader) config(c irPipelineConfig) {
	o := &r.out.Pipeline.Options
	if c.MutexName != "" || c.SemaphoreKey != "" {
		o.Synchronization = &spec.Synchronization{}
	}
	if c.MutexName != "" {
		o.Synchronization.Mutexes = []string{c.MutexName}
	}
	if c.SemaphoreKey != "" {
		o.Synchronization.Semaphores = []spec.Semaphore{{ConfigMap: semaphores, Key: c.SemaphoreKey}}
	}
	if c.TTL > 0 {
		o.TTL = &spec.TTL{AfterCompletion: (time.Duration(c.TTL) * time.Second).String()}
	}
	if c.Parallelism > 0 {
		r.gap(c.Line, gapRunLimit, "The package bounds them at %d.", c.Parallelism)
	}
	r.workspace(c.Workspace)
}

// onKubernetes are the settings of a task that KFP's library for Kubernetes makes.
func (s *scope) onKubernetes(t *spec.Task, k irKubernetes) {
	for _, e := range k.SecretEnv {
		name := s.setting(e.SecretName, e.SecretParameter, e.Line)
		for _, key := range e.Keys {
			put(&t.SecretEnv, key.Variable, spec.KeyRef{Name: name, Key: key.SecretKey, Optional: e.Optional})
		}
	}
	for _, e := range k.ConfigMapEnv {
		name := s.setting(e.ConfigMapName, e.ConfigMapParameter, e.Line)
		for _, key := range e.Keys {
			put(&t.ConfigMapEnv, key.Variable, spec.KeyRef{Name: name, Key: key.ConfigMapKey, Optional: e.Optional})
		}
	}
	for _, e := range k.FieldEnv {
		put(&t.FieldEnv, e.Name, e.Path)
	}
	s.volumes(t, k)
	for _, p := range k.PullSecrets {
		t.ImagePullSecrets = append(t.ImagePullSecrets, s.setting(p.Name, p.Parameter, p.Line))
	}
	t.ImagePullPolicy = k.PullPolicy
	if k.Deadline > 0 {
		t.Timeout = (time.Duration(k.Deadline) * time.Second).String()
	}
	for name, label := range k.Metadata.Labels {
		put(&t.Labels, name, expr.Data(label, false))
	}
	for name, text := range k.Metadata.Annotations {
		put(&t.Annotations, name, expr.Data(text, false))
	}
	s.scheduling(t, k)
	if c := k.Security; c != nil {
		t.SecurityContext = &spec.SecurityContext{RunAsUser: c.RunAsUser, RunAsGroup: c.RunAsGroup,
			RunAsNonRoot: c.RunAsNonRoot}
	}
	if !isNull(k.InitContainers) {
		s.gap(k.InitContainers.Line, gapInitContainers, "The package asks for some.")
	}
	if !isNull(k.ResourceClaims) {
		s.gap(k.ResourceClaims.Line, gapResourceClaims, "The package asks for some.")
	}
}

// setting is a name that is a constant, or comes from a value of the graph.
func (s *scope) setting(constant string, p *irParameterValue, line int) string {
	if p == nil {
		return expr.Data(constant, false)
	}
	if p.Runtime != nil && p.TaskOutput == nil && p.Input == "" {
		v := s.constantOrInput(*p.Runtime)
		return v.as(spec.String).hole()
	}
	return s.fromValue(p, line).as(spec.String).hole()
}

func (s *scope) fromValue(p *irParameterValue, line int) value {
	if p.TaskOutput != nil {
		return s.output(*p.TaskOutput, p.TaskOutput.Parameter, false)
	}
	return s.ofGroup(p.Input, line, false)
}

var notInVolumeName = regexp.MustCompile(`[^a-z0-9]+`)

// volumes are mounted. One of the same kind and name stands once for each place.
func (s *scope) volumes(t *spec.Task, k irKubernetes) {
	add := func(name string, v spec.Volume) {
		base := strings.Trim(notInVolumeName.ReplaceAllString(strings.ToLower(name), "_"), "_")
		if base == "" || base[0] >= '0' && base[0] <= '9' {
			base = "v_" + base
		}
		const longest = 50
		base = cut(base, longest, "_", name)
		name = base
		for i := 2; t.Volumes[name].MountPath != ""; i++ {
			name = fmt.Sprintf("%s_%d", base, i)
		}
		put(&t.Volumes, name, v)
	}
	for _, v := range k.SecretVolumes {
		name := s.setting(v.SecretName, v.SecretParameter, v.Line)
		add("secret"+v.MountPath, spec.Volume{MountPath: v.MountPath, Secret: name, Optional: v.Optional})
	}
	for _, v := range k.ConfigMapVolumes {
		name := s.setting(v.ConfigMapName, v.ConfigMapParameter, v.Line)
		add("config_map"+v.MountPath, spec.Volume{MountPath: v.MountPath, ConfigMap: name, Optional: v.Optional})
	}
	for _, c := range k.Claims {
		p := c.Parameter
		if p == nil && (c.TaskOutput != nil || c.Input != "") {
			p = &irParameterValue{Place: c.Place, TaskOutput: c.TaskOutput, Input: c.Input}
		}
		claim := s.claimOf(s.setting(c.Constant, p, c.Line))
		add("claim"+c.MountPath, spec.Volume{MountPath: c.MountPath, SubPath: c.SubPath, Claim: claim})
	}
	for _, e := range k.Ephemeral {
		if e.Metadata != nil && len(e.Metadata.Labels)+len(e.Metadata.Annotations) > 0 {
			s.gap(e.Line, gapEphemeralLabels, "Volume %q has some.", e.Name)
		}
		claim := &spec.EphemeralClaim{Size: e.Size, StorageClass: e.Class, AccessModes: e.AccessModes}
		add(e.Name, spec.Volume{MountPath: e.MountPath, Ephemeral: claim})
	}
	for _, e := range k.EmptyDirs {
		add(e.Name, spec.Volume{MountPath: e.MountPath, EmptyDir: &spec.EmptyDir{Medium: e.Medium,
			SizeLimit: e.SizeLimit}})
	}
	if m := k.SharedMemory; m != nil {
		name := m.Name
		if name == "" {
			name = "shm"
		}
		add(name, spec.Volume{MountPath: "/dev/shm", EmptyDir: &spec.EmptyDir{Medium: "Memory", SizeLimit: m.Size}})
	}
}
