package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// imageSpec describes an image: layers on top of a base, and its configuration.
// Empty configuration fields keep what the base says.
type imageSpec struct {
	base       string   // reference in the local registry; empty for none
	tars       []string // layers as tar files, possibly gzipped
	files      []string // one layer of SOURCE:DEST:MODE
	env        []string
	entrypoint []string
	cmd        []string
	user       string
	workdir    string
}

// localReference finds the place in the local registry where containerd looks
// for a name: python:3.11-slim is kept as 127.0.0.1:5000/library/python:3.11-slim.
func localReference(ref string) (name.Tag, error) {
	tag, err := name.NewTag(ref, name.WithDefaultTag("latest"))
	if err != nil {
		return tag, err
	}
	if host := tag.RegistryStr(); host != name.DefaultRegistry && !slices.Contains(mirrored, host) && host != "localhost:5000" {
		return tag, fmt.Errorf("%s: only %s and names of %s can be pushed", ref, registryAddr, strings.Join(mirrored, ", "))
	}
	return name.NewTag(registryAddr+"/"+tag.RepositoryStr()+":"+tag.TagStr(), name.Insecure)
}

func buildImage(ctx context.Context, spec imageSpec) (v1.Image, error) {
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if spec.base != "" {
		ref, err := localReference(spec.base)
		if err != nil {
			return nil, err
		}
		if img, err = remote.Image(ref, remote.WithContext(ctx), remote.WithTransport(directTransport)); err != nil {
			return nil, fmt.Errorf("base image: %w", err)
		}
	}
	layers, err := spec.layers()
	if err != nil {
		return nil, err
	}
	if img, err = mutate.AppendLayers(img, layers...); err != nil {
		return nil, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.Architecture, config.OS = "amd64", "linux"
	spec.configure(&config.Config)
	return mutate.ConfigFile(img, config)
}

func (s imageSpec) layers() ([]v1.Layer, error) {
	var layers []v1.Layer
	for _, t := range s.tars {
		l, err := tarball.LayerFromFile(t, tarball.WithMediaType(types.OCILayer))
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	if len(s.files) > 0 {
		l, err := filesLayer(s.files)
		if err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	return layers, nil
}

func (s imageSpec) configure(config *v1.Config) {
	if len(config.Env) == 0 {
		config.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	}
	for _, e := range s.env {
		key, _, _ := strings.Cut(e, "=")
		config.Env = slices.DeleteFunc(config.Env, func(old string) bool { return strings.HasPrefix(old, key+"=") })
		config.Env = append(config.Env, e)
	}
	if s.entrypoint != nil {
		config.Entrypoint, config.Cmd = s.entrypoint, nil // as in a Dockerfile
	}
	if s.cmd != nil {
		config.Cmd = s.cmd
	}
	if s.user != "" {
		config.User = s.user
	}
	if s.workdir != "" {
		config.WorkingDir = s.workdir
	}
}

// directTransport never goes through a proxy: the registry is on this machine.
var directTransport = &http.Transport{Proxy: nil}

// pushImage puts an image into the local registry and makes containerd forget
// another one that it pulled under that name before.
func (c *cluster) pushImage(ctx context.Context, ref string, img v1.Image) (digest string, err error) {
	local, err := localReference(ref)
	if err != nil {
		return "", err
	}
	if err := remote.Write(local, img, remote.WithContext(ctx), remote.WithTransport(directTransport)); err != nil {
		return "", fmt.Errorf("push %s: %w", ref, err)
	}
	hash, err := img.Digest()
	if err != nil {
		return "", err
	}
	c.forgetPulled(ctx, local, hash.String())
	return hash.String(), nil
}

// pushedDigest is the digest that a name has in the local registry now.
func pushedDigest(ctx context.Context, ref string) string {
	local, err := localReference(ref)
	if err != nil {
		return ""
	}
	d, err := remote.Head(local, remote.WithContext(ctx), remote.WithTransport(directTransport))
	if err != nil {
		return ""
	}
	return d.Digest.String()
}

// forgetPulled removes names from containerd that stand for the given place in
// the registry and have another digest: a tag is pulled once only, and pods
// would go on with the old image.
func (c *cluster) forgetPulled(ctx context.Context, local name.Tag, digest string) {
	if !c.readRecord("containerd").alive() {
		return
	}
	out, err := c.ctr(ctx, "images", "ls")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || strings.Contains(fields[0], "@") || fields[2] == digest {
			continue
		}
		if pulled, err := localReference(fields[0]); err == nil && pulled == local {
			c.ctr(ctx, "images", "rm", "--sync", fields[0])
		}
	}
}

type listFlag []string

func (l *listFlag) String() string     { return strings.Join(*l, ",") }
func (l *listFlag) Set(s string) error { *l = append(*l, s); return nil }

// imageCommand builds an image from files of this machine and pushes it.
func imageCommand(ctx context.Context, c *cluster, args []string) error {
	var spec imageSpec
	flags := flag.NewFlagSet("image", flag.ExitOnError)
	ref := flags.String("ref", "", "name of the image, such as me/tool:1 or "+registryAddr+"/me/tool:1")
	flags.StringVar(&spec.base, "from", "", "base image, such as python:3.11-slim")
	flags.StringVar(&spec.user, "user", "", "user it runs as")
	flags.StringVar(&spec.workdir, "workdir", "", "working directory")
	flags.Var((*listFlag)(&spec.tars), "tar", "tar file to add as a layer (repeatable)")
	flags.Var(
		(*listFlag)(&spec.files), "file",
		"SOURCE:DEST:MODE, a file or directory; =TEXT:DEST:MODE for literal text (repeatable)",
	)
	flags.Var((*listFlag)(&spec.env), "env", "NAME=VALUE (repeatable)")
	flags.Var((*listFlag)(&spec.entrypoint), "entrypoint", "one word of the entrypoint (repeatable)")
	flags.Var((*listFlag)(&spec.cmd), "cmd", "one word of the default arguments (repeatable)")
	flags.Parse(args)
	if *ref == "" || flags.NArg() > 0 {
		return errors.New("image needs --ref, and takes no other arguments than flags")
	}
	img, err := buildImage(ctx, spec)
	if err != nil {
		return err
	}
	digest, err := c.pushImage(ctx, *ref, img)
	if err != nil {
		return err
	}
	local, _ := localReference(*ref)
	fmt.Fprintf(os.Stdout, "%s@%s\n", local, digest)
	return nil
}
