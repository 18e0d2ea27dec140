package image

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/dockerfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/layers"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Prepared is a Spec whose files were read. It depends on the Spec and the files alone: no clock, no network.
type Prepared struct {
	ContentHash  string             // "sha256:…" over all content and settings
	Reference    registry.Reference // repository and the tag that is made from the content hash
	Dependencies registry.Reference // the image with the Python requirements; zero without requirements
	Dockerfile   string             // the generated one, for the user to read; empty without requirements
	Bases        []Base             // images that must exist for the build
	Files        int                // how many files go in
	Bytes        int64              // their size

	spec       Spec
	repo       registry.Repository
	base       registry.Reference // of python and append
	parts      []part             // what becomes layers, in order
	tree       *files.Tree        // a Dockerfile's context
	contextSum [sha256.Size]byte  // of tree
	text       []byte             // the user's or the generated Dockerfile
	depsHash   string
	logins     dockerfile.Logins // to package indexes
}

// Base is an image that a build starts from.
type Base struct {
	Path      problem.Path // the attribute that names it
	Reference registry.Reference
	Line      int // in the Dockerfile; 0 for the other kinds
}

// part is a tree that becomes one layer.
type part struct {
	name string // in the content hash and the image's history
	tree *files.Tree
}

// NeedsBuilder tells whether BuildKit may be needed: for every Dockerfile, and for Python requirements that are not in
// the registry yet. Lookup knows more.
func (p *Prepared) NeedsBuilder() bool { return p.spec.Dockerfile != nil || p.depsHash != "" }

// Check finds what is wrong with the spec without a look at its files.
func (s Spec) Check() problem.List {
	var l problem.List
	if _, err := registry.ParseRepository(s.Repository); err != nil {
		l.Errorf(problem.At("repository"), titleName, "%s", err)
	}
	s.checkPlatforms(&l)
	if s.kind() == "" {
		l.Errorf(nil, titleSpec, "An image is made from exactly one of python, dockerfile and append. Give one of them.")
	}
	switch s.kind() {
	case "python":
		checkName(&l, problem.At("python").Attr("base_image"), s.Python.BaseImage)
	case "append":
		s.Append.check(&l)
	}
	return l
}

// setBase notes the image that this one is built upon, if its name is right: Check has told if it is not.
func (p *Prepared) setBase(at problem.Path, name string) {
	if base, err := registry.ParseReference(name); err == nil {
		p.base = base
		p.Bases = []Base{{Path: at.Attr("base_image"), Reference: base}}
	}
}

// Prepare checks the spec, reads its files and finds its hash. All problems are returned at once, each with the path of
// its attribute. The result is nil if there is an error among them. A cancelled context is such an error.
func (s Spec) Prepare(ctx context.Context) (*Prepared, problem.List) {
	l := s.Check()
	p := &Prepared{spec: s}
	p.repo, _ = registry.ParseRepository(s.Repository) // Check has told of an error
	switch s.kind() {
	case "python":
		p.preparePython(ctx, &l)
	case "dockerfile":
		p.prepareDockerfile(ctx, &l)
	case "append":
		p.prepareAppend(ctx, &l)
	}
	if !l.HasError() {
		p.hash(ctx, &l)
	}
	if l.HasError() {
		l.Sort()
		return nil, l
	}
	return p, l
}

// addFiles turns the errors of the package files into problems.
func addFiles(l *problem.List, at problem.Path, err error) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		l.Errorf(at, "Cancelled", "Reading the files was broken off: %s.", err)
		return
	}
	for _, e := range files.Errors(err) {
		l.Errorf(at, titleFiles, "%s", e)
	}
}

// hash names the image. The sums of the parts' tar streams are the long work here.
func (p *Prepared) hash(ctx context.Context, l *problem.List) {
	var sums []string
	add := func(name string, t *files.Tree) bool {
		sum, _, err := t.Sum(ctx)
		if err != nil {
			addFiles(l, problem.At(p.spec.kind()), err)
			return false
		}
		p.Files += t.Files()
		p.Bytes += t.Bytes()
		if t == p.tree {
			p.contextSum = sum
		}
		sums = append(sums, fmt.Sprintf("%s sha256:%x", name, sum))
		return true
	}
	for _, pt := range p.parts {
		if !add(pt.name, pt.tree) {
			return
		}
	}
	if p.tree != nil && !add("context", p.tree) {
		return
	}
	p.ContentHash = contentHash(p.settings(), sums)
	p.Reference = p.repo.Tag(tagOf(tagPrefix, p.ContentHash))
	if p.depsHash != "" {
		p.Dependencies = p.repo.Tag(tagOf(depsPrefix, p.depsHash))
	}
}

// layers makes the parts into layers.
func (p *Prepared) layers(ctx context.Context) ([]*layers.Layer, error) {
	var out []*layers.Layer
	for _, pt := range p.parts {
		l, err := layers.New(ctx, pt.tree, pt.name)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// sortedSet is a copy in order, without repetitions.
func sortedSet(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}
