package image

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/dockerfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/layers"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// Labels that images get.
const (
	LabelContent    = "io.github.terraform-provider-kfp.content-hash"
	LabelBase       = "org.opencontainers.image.base.name"
	LabelBaseDigest = "org.opencontainers.image.base.digest"
)

// Result is an image that exists.
type Result struct {
	Digest     string // "sha256:…", of the index where there is one
	Reference  string // repository@digest, which is what components use
	BaseDigest string // what the base meant when the image was made; empty for a Dockerfile, or if it is not known
	Work       Work   // what was done
}

// Ensure makes the image unless the registry has it. Concurrent calls for the same image do the work once. The builder
// may be nil where NeedsBuilder says no; it is not used unless something must be built. The progress may be nil. Errors
// are a *registry.Error, a *BuildError, or a *files.Error where a file changed meanwhile.
func (p *Prepared) Ensure(
	ctx context.Context, reg *registry.Client, builder Builder, progress func(Progress),
) (Result, error) {
	if progress == nil {
		progress = func(Progress) {}
	}
	unlock, err := flights.lock(ctx, p.Reference.String())
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	digest, err := reg.Digest(ctx, p.Reference)
	if err == nil {
		return p.result(digest, p.recordedBase(ctx, reg), Nothing), nil
	}
	if registry.KindOf(err) != registry.NotFound {
		return Result{}, err
	}
	if p.spec.Dockerfile != nil {
		return p.ensureDockerfile(ctx, reg, builder, progress)
	}
	base, work := p.base, Layers
	if p.depsHash != "" {
		if work, err = p.ensureDependencies(ctx, reg, builder, progress); err != nil {
			return Result{}, err
		}
		base = p.Dependencies
	}
	digest, baseDigest, err := p.putLayers(ctx, reg, base, progress)
	if err != nil {
		return Result{}, err
	}
	return p.result(digest, baseDigest, work), nil
}

func (p *Prepared) result(digest, base string, w Work) Result {
	return Result{Digest: digest, Reference: p.repo.Digest(digest).String(), BaseDigest: base, Work: w}
}

// recordedBase reads which base an image was made from. Not to know it is no reason to fail.
func (p *Prepared) recordedBase(ctx context.Context, reg *registry.Client) string {
	if p.spec.Dockerfile != nil {
		return ""
	}
	cfg, err := reg.Config(ctx, p.Reference, registry.Direct)
	if err != nil {
		return ""
	}
	return cfg.Labels[LabelBaseDigest]
}

// step reports the beginning and end of something that f does.
func step(progress func(Progress), name string, f func() error) error {
	start := time.Now()
	progress(Progress{Step: name, State: Started})
	err := f()
	end := Progress{Step: name, State: Done, Duration: time.Since(start)}
	if err != nil {
		end.State, end.Line = Failed, err.Error()
	}
	progress(end)
	return err
}

// putLayers pushes the parts on top of a base, and returns the digests of the image and of the user's base.
func (p *Prepared) putLayers(
	ctx context.Context, reg *registry.Client, base registry.Reference, progress func(Progress),
) (digest, baseDigest string, err error) {
	var img remote.Taggable
	err = step(progress, "put layers onto "+base.String(), func() error {
		img, baseDigest, err = p.assemble(ctx, reg, base)
		return err
	})
	if err != nil {
		return "", "", err
	}
	err = step(progress, "push "+p.Reference.String(), func() error { return reg.Push(ctx, p.Reference, img) })
	if err != nil {
		return "", "", err
	}
	digest, err = layers.Digest(img)
	return digest, baseDigest, err
}

func (p *Prepared) assemble(
	ctx context.Context, reg *registry.Client, base registry.Reference,
) (remote.Taggable, string, error) {
	via := registry.ViaMirror
	if p.depsHash != "" {
		via = registry.Direct
	}
	d, err := reg.Fetch(ctx, base, via)
	if err != nil {
		return nil, "", err
	}
	cfg, baseDigest := p.config(), d.Digest.String()
	if p.depsHash != "" {
		// The dependencies say which base they were built on.
		deps, err := reg.Config(ctx, base, via)
		if err != nil {
			return nil, "", err
		}
		baseDigest = deps.Labels[LabelBaseDigest]
	}
	if baseDigest != "" {
		cfg.Labels[LabelBaseDigest] = baseDigest
	}
	parts, err := p.layers(ctx)
	if err != nil {
		return nil, "", err
	}
	img, err := layers.Apply(ctx, d, p.spec.Platforms, cfg, parts...)
	if err != nil {
		return nil, "", reg.Wrap(ctx, base, err)
	}
	return img, baseDigest, nil
}

func (p *Prepared) config() layers.Config {
	cfg := layers.Config{Labels: map[string]string{LabelContent: p.ContentHash, LabelBase: p.base.String()}}
	switch {
	case p.spec.Python != nil:
		cfg.Workdir, cfg.EnvPrepend = AppDir, map[string]string{"PYTHONPATH": AppDir}
	case p.spec.Append != nil:
		a := p.spec.Append
		cfg.Env, cfg.Entrypoint, cfg.Cmd, cfg.Workdir, cfg.User = a.Env, a.Entrypoint, a.Cmd, a.Workdir, a.User
	}
	return cfg
}

// ensureDependencies builds the image with the requirements unless it is there.
func (p *Prepared) ensureDependencies(
	ctx context.Context, reg *registry.Client, builder Builder, progress func(Progress),
) (Work, error) {
	unlock, err := flights.lock(ctx, p.Dependencies.String())
	if err != nil {
		return "", err
	}
	defer unlock()
	if ok, err := reg.Exists(ctx, p.Dependencies); err != nil || ok {
		return Layers, err
	}
	req := BuildRequest{
		Reference: p.Dependencies, Dockerfile: p.text, Platforms: sortedSet(p.spec.Platforms), Key: p.depsHash,
		Labels: map[string]string{LabelContent: p.depsHash, LabelBase: p.base.String()},
	}
	if p.logins.Netrc != "" {
		req.Secrets = map[string][]byte{dockerfile.NetrcSecret: []byte(p.logins.Netrc)}
		req.Hide = p.logins.Passwords
	}
	if n := p.spec.Python.Netrc; n != nil {
		if req.Secrets, err = readSecrets(p.Dependencies, map[string]Secret{dockerfile.NetrcSecret: *n}); err != nil {
			return "", err
		}
		req.Hide = dockerfile.NetrcPasswords(string(req.Secrets[dockerfile.NetrcSecret]))
	}
	digest, err := reg.Resolve(ctx, p.base)
	switch registry.KindOf(err) {
	case registry.NotFound:
		return "", err
	case "":
		if err != nil {
			return "", err
		}
		req.Pins = []Pin{{p.base, digest}}
		req.Labels[LabelBaseDigest] = digest
	default:
		// The builder may reach a registry that this process does not; the base's digest is then not recorded.
		progress(Progress{Step: "base " + p.base.String(), State: Failed, Line: err.Error()})
	}
	_, err = p.build(ctx, reg, builder, req, progress)
	return Build, err
}

func (p *Prepared) ensureDockerfile(
	ctx context.Context, reg *registry.Client, builder Builder, progress func(Progress),
) (Result, error) {
	d := p.spec.Dockerfile
	secrets, err := readSecrets(p.Reference, d.Secrets)
	if err != nil {
		return Result{}, err
	}
	digest, err := p.build(ctx, reg, builder, BuildRequest{
		Reference: p.Reference, Dockerfile: p.text, Context: p.tree, Target: d.Target, Args: d.Args,
		Platforms: sortedSet(p.spec.Platforms), Labels: map[string]string{
			LabelContent: p.ContentHash,
		}, Secrets: secrets, Key: p.ContentHash,
	}, progress)
	if err != nil {
		return Result{}, err
	}
	return p.result(digest, "", Build), nil
}

// build runs the builder and sets the tag. A file that changed after it was hashed would be in the image under a tag
// that stands for other content, and the builder would not notice.
func (p *Prepared) build(
	ctx context.Context, reg *registry.Client, b Builder, req BuildRequest, progress func(Progress),
) (string, error) {
	if b == nil {
		return "", &BuildError{
			Reference: req.Reference.String(),
			Message:   "commands must run in the image and no builder is configured",
			Remedy:    "Give image_builder in the provider's configuration.",
		}
	}
	digest, err := b.Build(ctx, req, progress)
	if err != nil {
		return "", err
	}
	if req.Context != nil {
		sum, _, err := req.Context.Sum(ctx)
		if err != nil {
			return "", err
		}
		if sum != p.contextSum {
			return "", &files.Error{
				Path: p.spec.Dockerfile.Context, Reason: "a file changed while the image was built", Remedy: "Run again.",
			}
		}
	}
	return digest, step(progress, "tag "+req.Reference.String(), func() error {
		return reg.Tag(
			ctx, req.Reference, digest,
		)
	})
}

// readSecrets reads the values of build secrets, at the last moment.
func readSecrets(ref registry.Reference, secrets map[string]Secret) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, id := range secretIDs(secrets) {
		s := secrets[id]
		fail := func(why string) error {
			return &BuildError{
				Reference: ref.String(), Message: fmt.Sprintf("the build secret %q %s", id, why),
				Remedy: "Set it where Terraform runs.",
			}
		}
		if s.Env != "" {
			v, ok := os.LookupEnv(s.Env)
			if !ok {
				return nil, fail(fmt.Sprintf("is read from the environment variable %s, which is not set", s.Env))
			}
			out[id] = []byte(v)
			continue
		}
		b, err := os.ReadFile(s.File)
		if err != nil {
			return nil, fail("cannot be read: " + err.Error())
		}
		out[id] = b
	}
	return out, nil
}

// flights lets one call at a time work on a tag.
var flights = keyedLock{held: map[string]chan struct{}{}}

type keyedLock struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

// lock waits for a key. The error is the context's.
func (k *keyedLock) lock(ctx context.Context, key string) (unlock func(), err error) {
	for {
		k.mu.Lock()
		other, busy := k.held[key]
		if !busy {
			mine := make(chan struct{})
			k.held[key] = mine
			k.mu.Unlock()
			return func() {
				k.mu.Lock()
				delete(k.held, key)
				k.mu.Unlock()
				close(mine)
			}, nil
		}
		k.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
