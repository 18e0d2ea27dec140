package image

import (
	"context"
	"fmt"
	"sync"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Work is what is to be done, or was done, to have an image.
type Work string

// The amounts of work, from none to most.
const (
	Nothing Work = "nothing" // the image is there
	Layers  Work = "layers"  // layers are put onto a base in this process
	Build   Work = "build"   // BuildKit runs
)

// Status is what a registry says of an image.
type Status struct {
	Digest string // empty if the image is not there
	Work   Work   // what Ensure would do now
}

// Lookup asks the registry for the image, by one HEAD request if it is there, and by another one for its dependencies
// if it is not. The error is a *registry.Error; Status then says what would be done if the image were not there.
func (p *Prepared) Lookup(ctx context.Context, reg *registry.Client) (Status, error) {
	digest, err := reg.Digest(ctx, p.Reference)
	switch {
	case err == nil:
		return Status{Digest: digest, Work: Nothing}, nil
	case registry.KindOf(err) != registry.NotFound:
		return Status{Work: p.mostWork()}, err
	case p.depsHash == "":
		return Status{Work: p.mostWork()}, nil
	}
	ok, err := reg.Exists(ctx, p.Dependencies)
	if ok {
		return Status{Work: Layers}, nil
	}
	return Status{Work: Build}, err
}

func (p *Prepared) mostWork() Work {
	if p.NeedsBuilder() {
		return Build
	}
	return Layers
}

// CheckBases asks for the images that the build starts from, by one HEAD request each. One that does not exist is an
// error at its attribute. That a registry cannot be asked is a warning, since the builder may see what this process
// does not. Nothing is asked if, by the status that Lookup gave, no base is needed.
func (p *Prepared) CheckBases(ctx context.Context, reg *registry.Client, status Status) problem.List {
	if status.Work == Nothing || status.Work == Layers && p.depsHash != "" {
		return nil
	}
	results := make([]error, len(p.Bases))
	var wg sync.WaitGroup
	for i, b := range p.Bases {
		wg.Go(func() { _, results[i] = reg.Resolve(ctx, b.Reference) })
	}
	wg.Wait()
	var l problem.List
	for i, err := range results {
		b := p.Bases[i]
		where := ""
		if b.Line > 0 {
			where = fmt.Sprintf("In line %d of the Dockerfile: ", b.Line)
		}
		switch registry.KindOf(err) {
		case "":
			if err != nil {
				l.Errorf(b.Path, titleBase, "%s%s", where, err)
			}
		case registry.NotFound:
			l.Errorf(b.Path, titleBase, "%s%s", where, err)
		default:
			l.Warnf(b.Path, titleRegistry, "%sWhether the image exists could not be checked. %s", where, err)
		}
	}
	return l
}
