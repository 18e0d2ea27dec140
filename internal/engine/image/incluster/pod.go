package incluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
)

const (
	containerName = "buildkitd"
	roleLabel     = "terraform-provider-kfp/role"
	role          = "image-builder"
	managedBy     = "app.kubernetes.io/managed-by"
	user          = 1000 // of the rootless image
	removeTimeout = 30 * time.Second
)

// start makes the pod and waits until it runs. What stays of pods that ended is removed on the way.
func (b *Builder) start(ctx context.Context, reference string, progress func(image.Progress)) (*session, error) {
	name := fmt.Sprintf("kfp-image-builder-%08x", rand.Uint32())
	s := &session{cluster: b.cluster, namespace: b.options.Namespace, name: name, leash: make(chan struct{})}
	step := fmt.Sprintf("start pod %s/%s", s.namespace, s.name)
	progress(image.Progress{Step: step, State: image.Started})
	begin := time.Now()
	b.sweep(ctx)
	fail := func(message string, lines []string, remedy string) (*session, error) {
		progress(image.Progress{Step: step, State: image.Failed, Line: message})
		e := image.BuildError{
			Reference: reference, Lines: lines, Remedy: remedy,
			Message: "the builder's pod " + s.namespace + "/" + s.name + " does not start: " + strings.TrimRight(message, ". \n"),
		}
		if ctx.Err() == nil {
			b.failure = failure{e, time.Now()}
		}
		return nil, image.NewBuildError(ctx, e)
	}
	if _, err := b.cluster.Create(ctx, cluster.Pods, b.pod(name)); err != nil {
		var ce *backend.Error
		remedy := "Check image_builder.in_cluster."
		if errors.As(err, &ce) && ce.Remedy() != "" {
			remedy = ce.Remedy()
		}
		if backend.ReasonOf(err) == backend.Forbidden {
			remedy = "The namespace must admit pods without a seccomp profile (Pod Security level privileged), and the " +
				"provider's user must be allowed to create, get, watch, list and delete pods and to create pods/exec there."
		}
		return fail(err.Error(), nil, remedy)
	}
	if err := b.await(ctx, s); err != nil {
		lines, _ := b.cluster.LastLines(context.WithoutCancel(ctx), s.namespace, s.name, containerName, 20)
		b.remove(ctx, s)
		return fail(err.Error(), lines, "Check image_builder.in_cluster: image, pull secrets, resources and node selector.")
	}
	b.hold(s) //nolint:contextcheck // the pod is held until it is removed, also by builds that come later
	progress(image.Progress{Step: step, State: image.Done, Duration: time.Since(begin).Round(time.Millisecond)})
	return s, nil
}

// hold ties the pod to this process: a program in it waits for the end of its input, which comes when the connection
// ends, however this process ends, and then ends the daemon.
func (b *Builder) hold(s *session) {
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	s.drop = func() {
		cancel()
		_ = w.Close()
	}
	go func() {
		defer close(s.leash)
		_ = b.cluster.Exec(
			ctx, s.namespace, s.name, containerName, []string{"sh", "-c", "cat >/dev/null; kill 1"},
			cluster.Streams{In: r, Out: io.Discard},
		)
	}()
}

// await waits for the container to run.
func (b *Builder) await(ctx context.Context, s *session) error {
	ctx, cancel := context.WithTimeout(ctx, b.options.StartTimeout)
	defer cancel()
	last := "it was not seen yet"
	err := b.cluster.Follow(ctx, cluster.Pods, s.namespace, s.name, func(o *backend.Object) (bool, error) {
		if o == nil {
			return false, errors.New("somebody removed it")
		}
		var pod corev1.Pod
		if err := o.Into(&pod); err != nil {
			return false, err
		}
		running, state, err := stateOf(pod)
		last = state
		return running, err
	})
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("after %s %s", b.options.StartTimeout, last)
	}
	return err
}

// hopeless are reasons for which a container waits in vain.
var hopeless = map[string]bool{
	"InvalidImageName": true, "ErrImageNeverPull": true, "CreateContainerConfigError": true, "ImagePullBackOff": true,
	"RunContainerError": true,
}

// stateOf tells whether the container runs, in what state the pod is, as a clause, and what it will not recover from.
func stateOf(pod corev1.Pod) (running bool, state string, err error) {
	for _, c := range pod.Status.ContainerStatuses {
		switch {
		case c.State.Running != nil:
			return true, "it runs", nil
		case c.State.Terminated != nil:
			return false, "", fmt.Errorf(
				"it ended at once with exit code %d: %s", c.State.Terminated.ExitCode, c.State.Terminated.Reason,
			)
		case c.State.Waiting != nil && hopeless[c.State.Waiting.Reason]:
			return false, "", fmt.Errorf("%s: %s", c.State.Waiting.Reason, c.State.Waiting.Message)
		case c.State.Waiting != nil && c.State.Waiting.Reason != "":
			return false, "it waits: " + strings.TrimSpace(c.State.Waiting.Reason+" "+c.State.Waiting.Message), nil
		}
	}
	if pod.Status.Phase == corev1.PodFailed {
		return false, "", fmt.Errorf("%s %s", pod.Status.Reason, pod.Status.Message)
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return false, "no node takes it: " + c.Message, nil
		}
	}
	return false, "it is " + string(pod.Status.Phase), nil
}

// remove deletes the pod, whether or not ctx has ended.
func (b *Builder) remove(ctx context.Context, s *session) {
	if s.drop != nil {
		s.drop()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTimeout)
	defer cancel()
	_ = b.cluster.Delete(ctx, cluster.Pods, s.namespace, s.name, "")
}

// sweep removes pods that ended because their process was killed.
func (b *Builder) sweep(ctx context.Context) {
	pods, err := b.cluster.Pods(ctx, b.options.Namespace, roleLabel+"="+role)
	if err != nil {
		return // it is no part of this build
	}
	for _, p := range pods {
		if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
			_ = b.cluster.Delete(ctx, cluster.Pods, p.Namespace, p.Name, string(p.UID))
		}
	}
}

// pod is as BuildKit's documentation has it for rootless builds: an ordinary user, and no seccomp and AppArmor profile,
// since a build makes namespaces of its own.
func (b *Builder) pod(name string) *corev1.Pod {
	o := b.options
	container := corev1.Container{
		Name: containerName, Image: o.Image, Resources: o.Resources,
		Args: []string{"--oci-worker-no-process-sandbox"},
		SecurityContext: &corev1.SecurityContext{
			RunAsUser: new(int64(user)), RunAsGroup: new(int64(user)), RunAsNonRoot: new(true),
			SeccompProfile:  &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined},
			AppArmorProfile: &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined},
		},
		VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/home/user/.local/share/buildkit"}},
	}
	if config := daemonConfig(b.registry.InsecureHosts()); config != "" {
		container.Env = []corev1.EnvVar{{Name: "KFP_BUILDKITD_TOML", Value: config}}
		container.Command = []string{
			"sh", "-c",
			`printf %s "$KFP_BUILDKITD_TOML" >/tmp/buildkitd.toml && exec rootlesskit buildkitd --config /tmp/buildkitd.toml "$@"`,
			"buildkitd",
		}
	}
	spec := corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever, ServiceAccountName: o.ServiceAccount, AutomountServiceAccountToken: new(false),
		EnableServiceLinks: new(false), TerminationGracePeriodSeconds: new(int64(5)),
		NodeSelector: o.NodeSelector, Tolerations: o.Tolerations, Containers: []corev1.Container{container},
		Volumes: []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
	}
	for _, s := range o.ImagePullSecrets {
		spec.ImagePullSecrets = append(spec.ImagePullSecrets, corev1.LocalObjectReference{Name: s})
	}
	return &corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: o.Namespace, Annotations: o.Annotations,
			Labels: map[string]string{managedBy: "terraform-provider-kfp", roleLabel: role},
		},
		Spec: spec,
	}
}

// daemonConfig allows plain http to the hosts, for the base images that the daemon pulls.
func daemonConfig(hosts []string) string {
	var b strings.Builder
	for _, h := range hosts {
		fmt.Fprintf(&b, "[registry.%q]\n  http = true\n  insecure = true\n", h)
	}
	return b.String()
}
