package layers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// Config is what to change in the configuration of an image. Its zero value changes nothing.
type Config struct {
	Env        map[string]string // is added, and replaces what has the same name
	EnvPrepend map[string]string // is put before the value that the base has, with a colon between
	Entrypoint []string          // nil keeps the base's; another value also removes the base's Cmd, as a Dockerfile does
	Cmd        []string          // nil keeps the base's
	Workdir    string
	User       string
	Labels     map[string]string
}

// Apply puts layers and configuration onto a base: onto its one image, or onto each image of its index that has one of
// the platforms, all if none are given. What it returns can be pushed. An index stays an index; attestations about the
// base's images are left out, since they are not about the new ones. Errors about the base are registry.ContentErrors.
func Apply(
	ctx context.Context, base *remote.Descriptor, platforms []string, cfg Config, layers ...*Layer,
) (remote.Taggable, error) {
	if !base.MediaType.IsIndex() {
		img, err := base.Image()
		if err != nil {
			return nil, err
		}
		if err := checkPlatform(img, platforms); err != nil {
			return nil, err
		}
		return applyImage(img, cfg, layers)
	}
	idx, err := base.ImageIndex()
	if err != nil {
		return nil, err
	}
	m, err := idx.IndexManifest()
	if err != nil {
		return nil, err
	}
	var adds []mutate.IndexAddendum
	found := map[string]bool{}
	var available []string
	for _, d := range m.Manifests {
		if !registry.IsPlatformImage(d) {
			continue
		}
		p := registry.PlatformString(*d.Platform)
		available = append(available, p)
		if len(platforms) > 0 && !slices.Contains(platforms, p) {
			continue
		}
		found[p] = true
		img, err := idx.Image(d.Digest)
		if err != nil {
			return nil, err
		}
		if img, err = applyImage(img, cfg, layers); err != nil {
			return nil, err
		}
		adds = append(adds, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: d.Platform}})
	}
	if err := missing(platforms, found, available); err != nil {
		return nil, err
	}
	return mutate.AppendManifests(mutate.IndexMediaType(empty.Index, m.MediaType), adds...), ctx.Err()
}

func missing(platforms []string, found map[string]bool, available []string) error {
	if len(available) == 0 {
		return registry.ContentError("the base's index holds no image with a platform")
	}
	for _, p := range platforms {
		if !found[p] {
			return registry.ContentError(fmt.Sprintf(
				"the base has no image for %s; it has %s", p, strings.Join(available, ", "),
			))
		}
	}
	return nil
}

func checkPlatform(img v1.Image, platforms []string) error {
	if len(platforms) == 0 {
		return nil
	}
	f, err := img.ConfigFile()
	if err != nil {
		return err
	}
	p := registry.PlatformString(v1.Platform{OS: f.OS, Architecture: f.Architecture, Variant: f.Variant})
	return missing(platforms, map[string]bool{p: true}, []string{p})
}

func applyImage(img v1.Image, cfg Config, layers []*Layer) (v1.Image, error) {
	mt, err := img.MediaType()
	if err != nil {
		return nil, err
	}
	if !mt.IsImage() {
		return nil, registry.ContentError("the base is not an image but " + string(mt))
	}
	adds := make([]mutate.Addendum, len(layers))
	for i, l := range layers {
		own := *l
		if mt == types.DockerManifestSchema2 {
			own.mediaType = types.DockerLayer
		}
		adds[i] = mutate.Addendum{
			Layer:     &own,
			MediaType: own.mediaType,
			History:   v1.History{Created: v1.Time{Time: files.Epoch}, CreatedBy: l.createdBy},
		}
	}
	if img, err = mutate.Append(img, adds...); err != nil {
		return nil, err
	}
	f, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	f = f.DeepCopy()
	cfg.change(&f.Config)
	return mutate.ConfigFile(img, f)
}

func (c Config) change(to *v1.Config) {
	for _, k := range slices.Sorted(maps.Keys(c.Env)) {
		to.Env = setEnv(to.Env, k, c.Env[k])
	}
	for _, k := range slices.Sorted(maps.Keys(c.EnvPrepend)) {
		v := c.EnvPrepend[k]
		if old := getEnv(to.Env, k); old != "" && old != v && !strings.HasPrefix(old, v+":") {
			v += ":" + old
		}
		to.Env = setEnv(to.Env, k, v)
	}
	if c.Entrypoint != nil {
		to.Entrypoint, to.Cmd = c.Entrypoint, nil
	}
	if c.Cmd != nil {
		to.Cmd = c.Cmd
	}
	if c.Workdir != "" {
		to.WorkingDir = c.Workdir
	}
	if c.User != "" {
		to.User = c.User
	}
	if len(c.Labels) > 0 {
		labels := maps.Clone(to.Labels)
		if labels == nil {
			labels = map[string]string{}
		}
		maps.Copy(labels, c.Labels)
		to.Labels = labels
	}
}

func getEnv(env []string, name string) string {
	for _, e := range env {
		if k, v, _ := strings.Cut(e, "="); k == name {
			return v
		}
	}
	return ""
}

// setEnv keeps the order of what is there, since the order is part of the digest.
func setEnv(env []string, name, value string) []string {
	for i, e := range env {
		if k, _, _ := strings.Cut(e, "="); k == name {
			env[i] = name + "=" + value
			return env
		}
	}
	return append(env, name+"="+value)
}

// Digest is the digest of what Apply returned.
func Digest(what remote.Taggable) (string, error) {
	d, ok := what.(interface{ Digest() (v1.Hash, error) })
	if !ok {
		return "", fmt.Errorf("a %T has no digest", what)
	}
	h, err := d.Digest()
	return h.String(), err
}
