package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ensureBaseImages tries all of them, so that one failure does not hide another.
func (c *cluster) ensureBaseImages(ctx context.Context, list []baseImage) error {
	var errs []error
	for _, b := range list {
		errs = append(errs, c.ensureBaseImage(ctx, b))
	}
	return errors.Join(errs...)
}

func (c *cluster) ensureBaseImage(ctx context.Context, b baseImage) error {
	layer, err := c.ensureRootfs(ctx, b.name, b.tree)
	if err != nil {
		return err
	}
	spec := b.image
	spec.tars = []string{layer}
	for _, ref := range b.refs {
		if err := c.ensureImage(ctx, ref, spec); err != nil {
			return err
		}
	}
	return nil
}

// pushed notes what was pushed under a name, so that an unchanged image is
// recognised without reading its layers.
type pushed struct{ Key, Digest string }

// ensureImage builds and pushes an image unless the registry has it. Its key is
// the description: files in it come from the cache, whose paths name content.
func (c *cluster) ensureImage(ctx context.Context, ref string, spec imageSpec) error {
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", spec))
	want := hex.EncodeToString(sum[:])
	local, err := localReference(ref)
	if err != nil {
		return err
	}
	note := c.path("var", "images", filepath.Base(local.RepositoryStr())+"-"+local.TagStr()+".json")
	var have pushed
	if b, err := os.ReadFile(note); err == nil {
		json.Unmarshal(b, &have)
	}
	if have.Key == want && have.Digest == pushedDigest(ctx, ref) && have.Digest != "" {
		return nil
	}
	img, err := buildImage(ctx, spec)
	if err != nil {
		return fmt.Errorf("image %s: %w", ref, err)
	}
	digest, err := c.pushImage(ctx, ref, img)
	if err != nil {
		return err
	}
	c.say("pushed %s", ref)
	b, _ := json.Marshal(pushed{want, digest})
	return writeFile(note, b, 0o644)
}

// Images of the programs built here, under their upstream names.
const (
	pauseImage   = "registry.k8s.io/pause:1"
	corednsImage = "registry.k8s.io/coredns/coredns:v1.12.4"
)

const hostCertificates = "/etc/ssl/certs/ca-certificates.crt"

// programFiles puts one program and what network clients need into an image.
func programFiles(program, dest string) []string {
	return []string{program + ":" + dest + ":755", hostCertificates + ":" + hostCertificates + ":644", "=:/tmp/.keep:644"}
}

func (c *cluster) ensurePauseImage(ctx context.Context, p programs) error {
	return c.ensureImage(ctx, pauseImage, imageSpec{
		files: []string{p.path("pause", "pause") + ":/pause:755"}, entrypoint: []string{"/pause"}, user: "65535:65535",
	})
}

func (c *cluster) ensureDNSImage(ctx context.Context, p programs) error {
	return c.ensureImage(ctx, corednsImage, imageSpec{
		files: []string{p.path("coredns", "coredns") + ":/coredns:755"}, entrypoint: []string{"/coredns"},
	})
}

func (c *cluster) ensureArgoImages(ctx context.Context, p programs) error {
	// The executor has no user of its own, like upstream's: it runs as the task's.
	err := c.ensureImage(ctx, c.argo.executorImage(), imageSpec{
		files: programFiles(p.path("argo", "argoexec"), "/bin/argoexec"), entrypoint: []string{"argoexec"},
	})
	if err != nil {
		return err
	}
	return c.ensureImage(ctx, c.argo.controllerImage(), imageSpec{
		files:      programFiles(p.path("argo", "workflow-controller"), "/bin/workflow-controller"),
		entrypoint: []string{"workflow-controller"}, user: "8737",
	})
}
