package argo_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// refsOf finds the refs of the tasks of a pipeline by the names of their objects.
func refsOf(p spec.Pipeline) decompile.Refs {
	known := map[string]spec.Ref{}
	all := []map[string]spec.Task{p.Tasks, p.OnExit}
	for _, group := range p.Groups {
		all = append(all, group.Tasks, group.OnExit)
	}
	for _, tasks := range all {
		for _, t := range tasks {
			if t.Component.Name != "" {
				known[layout.ObjectName(t.Component)] = t.Component
			}
		}
	}
	return func(object string) (spec.Ref, bool) {
		ref, ok := known[object]
		return ref, ok
	}
}

// checkInverse compiles a pipeline, reads it back, and compares: with what was known before it is the same to the last
// letter, and without it compiles to the same object.
func checkInverse(t interface {
	Helper()
	Fatalf(string, ...any)
}, p spec.Pipeline) spec.Pipeline {
	t.Helper()
	g, problems := graph.Check(p)
	if problems.HasError() {
		t.Fatalf("refused: %v", problems)
	}
	o, err := compile.Pipeline(g)
	if err != nil {
		t.Fatalf("%v", err)
	}
	back, unread := decompile.DecompilePipeline(o.Template, refsOf(p), &p)
	if diff := cmp.Diff(p, back, cmpopts.EquateEmpty()); diff != "" || len(unread) > 0 {
		t.Fatalf("read back with what was known (-want +got), unread %v:\n%s", unread, diff)
	}
	fresh, unread := decompile.DecompilePipeline(o.Template, refsOf(p), nil)
	if len(unread) > 0 {
		t.Fatalf("unread: %v", unread)
	}
	g, problems = graph.Check(fresh)
	if problems.HasError() {
		t.Fatalf("what was read back is refused: %v\n%s", problems, cmp.Diff(p, fresh, cmpopts.EquateEmpty()))
	}
	again, err := compile.Pipeline(g)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if diff := cmp.Diff(p.Defaults, fresh.Defaults, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("defaults (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(o.Template, again.Template); diff != "" {
		t.Fatalf(
			"what was read back compiles to something else (-want +got):\n%s\nspec:\n%s", diff,
			cmp.Diff(p, fresh, cmpopts.EquateEmpty()),
		)
	}
	return fresh
}

func TestPipelinesAreReadBack(t *testing.T) {
	t.Parallel()
	ref := mustComponent(t, step()).Ref(step())
	rapid.Check(t, func(t *rapid.T) { checkInverse(t, randomPipeline(t, ref)) })
}

func TestSamplesAreReadBack(t *testing.T) {
	t.Parallel()
	fresh := checkInverse(t, carousel(t))
	want := carousel(t)
	want.Outputs["quote"] = "{{ tasks.the_quote.output }}" // the shorter name of the same
	if diff := cmp.Diff(want, fresh, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	checkInverse(t, constructs(t))
}

func TestComponentsAreReadBack(t *testing.T) {
	t.Parallel()
	for _, c := range []spec.Component{taxRate(), quote(), step()} {
		o := mustComponent(t, c)
		for _, prior := range []*spec.Component{nil, &c} {
			back, unread := decompile.DecompileComponent(o.Template, o.Code, prior)
			if diff := cmp.Diff(c, back, cmpopts.EquateEmpty()); diff != "" || len(unread) > 0 {
				t.Errorf("%s (-want +got), unread %v:\n%s", c.Name, unread, diff)
			}
		}
	}
}

func TestFullPipelinesAreReadBack(t *testing.T) {
	t.Parallel()
	ref, nested := stepRef(t), nestedRef()
	rapid.Check(t, func(t *rapid.T) { checkInverse(t, fullPipeline(t, ref, nested)) })
}

func TestRandomComponentsAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawComponent(t)
		o, err := compile.Component(c)
		if err != nil {
			t.Fatal(err)
		}
		back, unread := decompile.DecompileComponent(o.Template, o.Code, &c)
		if diff := cmp.Diff(c, back, cmpopts.EquateEmpty()); diff != "" || len(unread) > 0 {
			t.Fatalf("-want +got, unread %v:\n%s", unread, diff)
		}
		fresh, unread := decompile.DecompileComponent(o.Template, o.Code, nil)
		if again, err := compile.Component(fresh); err != nil || again.Version != o.Version || len(unread) > 0 {
			t.Fatalf(
				"version %s, want %s (%v, unread %v):\n%s", again.Version, o.Version, err, unread,
				cmp.Diff(c, fresh, cmpopts.EquateEmpty()),
			)
		}
	})
}
