package incluster

import (
	"context"
	"net"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/buildkit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// Options say how the pod is made.
type Options struct {
	Namespace        string
	Image            string // a rootless BuildKit, whose entrypoint is "rootlesskit buildkitd"
	ServiceAccount   string
	ImagePullSecrets []string
	NodeSelector     map[string]string
	Tolerations      []corev1.Toleration
	Annotations      map[string]string
	Resources        corev1.ResourceRequirements
	StartTimeout     time.Duration // until the daemon answers; default DefaultStartTimeout
}

// Defaults of Options.
const (
	DefaultImage        = "moby/buildkit:v0.34.2-rootless"
	DefaultStartTimeout = 3 * time.Minute
)

// Builder is an image.Builder. Builds that run at the same time share one pod, which is removed after the last of
// them. It is safe for concurrent use.
type Builder struct {
	options  Options
	cluster  *cluster.Client
	registry *registry.Client

	gate    chan struct{} // holds one element while session is looked at or changed
	session *session
	failure failure
}

// failure is why a pod did not start. Builds that waited for it would each wait as long for the same.
type failure struct {
	err image.BuildError
	at  time.Time
}

// failureLife is how long a failure counts.
const failureLife = time.Minute

var _ image.Builder = (*Builder)(nil)

// New makes a builder. It sends nothing.
func New(o Options, c *cluster.Client, reg *registry.Client) *Builder {
	if o.Image == "" {
		o.Image = DefaultImage
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = DefaultStartTimeout
	}
	return &Builder{options: o, cluster: c, registry: reg, gate: make(chan struct{}, 1)}
}

// Build implements image.Builder.
func (b *Builder) Build(ctx context.Context, req image.BuildRequest, progress func(image.Progress)) (string, error) {
	if progress == nil {
		progress = func(image.Progress) {}
	}
	s, err := b.acquire(ctx, req.Reference.String(), progress)
	if err != nil {
		return "", err
	}
	defer b.release(ctx, s)
	inner, err := buildkit.New(buildkit.Options{Dial: s.dial, Connect: b.options.StartTimeout}, b.registry)
	if err != nil {
		return "", image.NewBuildError(ctx, image.BuildError{Reference: req.Reference.String(), Message: err.Error()})
	}
	return inner.Build(ctx, req, progress)
}

// acquire takes part in the session, or starts one. Whoever comes meanwhile waits.
func (b *Builder) acquire(ctx context.Context, reference string, progress func(image.Progress)) (*session, error) {
	select {
	case b.gate <- struct{}{}:
		defer func() { <-b.gate }()
	case <-ctx.Done():
		return nil, image.NewBuildError(
			ctx, image.BuildError{Reference: reference, Message: "the build was cancelled", Remedy: "Run again."},
		)
	}
	if b.session == nil || b.session.ended() {
		if !b.failure.at.IsZero() && time.Since(b.failure.at) < failureLife {
			again := b.failure.err
			again.Reference = reference
			return nil, image.NewBuildError(ctx, again)
		}
		s, err := b.start(ctx, reference, progress)
		if err != nil {
			return nil, err
		}
		b.session = s
	}
	b.session.users++
	return b.session, nil
}

// release removes the pod with its last user, also where the build was cancelled.
func (b *Builder) release(ctx context.Context, s *session) {
	b.gate <- struct{}{}
	defer func() { <-b.gate }()
	if s.users--; s.users > 0 {
		return
	}
	if b.session == s {
		b.session = nil
	}
	b.remove(ctx, s)
}

// session is one pod.
type session struct {
	cluster         *cluster.Client
	namespace, name string
	users           int
	leash           chan struct{} // closed when the pod lets go
	drop            func()
}

func (s *session) ended() bool {
	select {
	case <-s.leash:
		return true
	default:
		return false
	}
}

// dial opens a connection to the daemon: the standard streams of a program in the pod that talks to its socket.
func (s *session) dial(context.Context) (net.Conn, error) {
	//nolint:contextcheck // the context of a dial ends with it, and not with the connection
	return s.cluster.Pipe(s.namespace, s.name, containerName, []string{"buildctl", "dial-stdio"}), nil
}
