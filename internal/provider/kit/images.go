package kit

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

const (
	// LookupTimeout bounds what a plan waits for a registry, retries included. Apply is more patient.
	LookupTimeout = 20 * time.Second
)

// CheckImageName refuses what is no name of an image.
func CheckImageName(at path.Path, name string, diags *diag.Diagnostics) (registry.Reference, bool) {
	if name == "" {
		return registry.Reference{}, false
	}
	ref, err := registry.ParseReference(name)
	if err != nil {
		AddErrorAt(diags, at, "Invalid image name", err.Error())
		return ref, false
	}
	return ref, true
}

// CheckExists makes an image that does not exist an error. Only registries that the configuration speaks of are asked,
// so that a plan without them needs no network.
func (t *ImageTools) CheckExists(ctx context.Context, at path.Path, ref registry.Reference, diags *diag.Diagnostics) {
	if t.Unknown || t.Keeper != nil || !t.Registry.Knows(ref.Registry()) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, LookupTimeout)
	defer cancel()
	_, err := t.Registry.Resolve(ctx, ref)
	switch {
	case registry.KindOf(err) == registry.NotFound:
		AddErrorAt(diags, at, "No such image", err.Error())
	case err != nil:
		AddWarningAt(
			diags, at, "Registry cannot be asked", fmt.Sprintf("Whether the image exists could not be checked. %s", err),
		)
	}
}

// Command is what the image runs: its entrypoint and, unless the component gives arguments, its command behind it. Argo
// needs to know it, since it puts its own program before it. It is unknown where there is an error.
func (t *ImageTools) Command(ctx context.Context, ref registry.Reference, noArgs bool) (types.List, error) {
	ctx, cancel := context.WithTimeout(ctx, LookupTimeout)
	defer cancel()
	unknown := types.ListUnknown(types.StringType)
	cfg, err := t.Registry.Config(ctx, ref, registry.ViaMirror)
	if err != nil {
		return unknown, err
	}
	words := cfg.Entrypoint
	if noArgs {
		words = append(words[:len(words):len(words)], cfg.Cmd...)
	}
	if len(words) == 0 {
		return unknown, fmt.Errorf("%s has no entrypoint. Give command.", ref) //nolint:staticcheck // it is shown as a sentence
	}
	elements := make([]attr.Value, 0, len(words))
	for _, w := range words {
		elements = append(elements, types.StringValue(expr.Quote(w)))
	}
	list, _ := types.ListValue(types.StringType, elements)
	return list, nil
}

// ImageTools is what images are looked up and made with: one session with all registries, and the builder.
type ImageTools struct {
	Registry *registry.Client
	Builder  image.Builder // nil where none is configured
	Keeper   image.Keeper  // keeps images as files, in place of the registry; nil: there is a registry
	Unknown  bool          // a setting is not known yet: at a plan that will make it
}
