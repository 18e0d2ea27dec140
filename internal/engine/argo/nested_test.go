package argo_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A pipeline's version counts those of the pipelines inside it, on_exit too, and is read back as it was applied,
// whatever has become of them since.
func TestVersionsCountThePipelinesInside(t *testing.T) {
	t.Parallel()
	step := stepRef(t)
	at := func(version string, onExit bool) spec.Pipeline {
		inner := nestedRef()
		inner.Version = version
		task := spec.Task{Component: inner, Inputs: map[string]string{"radius": "1"}}
		p := spec.Pipeline{
			Namespace: "etl", Name: "outer", Tasks: map[string]spec.Task{"a": {Component: step}}, OnExit: map[string]spec.Task{},
		}
		if onExit {
			p.OnExit["inside"] = task
		} else {
			p.Tasks["inside"] = task
		}
		return p
	}
	for _, onExit := range []bool{false, true} {
		before, after := mustPipeline(t, at("one", onExit)), mustPipeline(t, at("two", onExit))
		if before.Version == after.Version {
			t.Errorf("on_exit %v: another version inside, and the outer one stays at %s", onExit, before.Version)
		}
		if got := compile.NestedVersions(before.Template.Annotations); len(got) != 1 || got["nested"] != "one" {
			t.Errorf("on_exit %v: noted as %v", onExit, got)
		}
		for name, prior := range map[string]*spec.Pipeline{"imported": nil, "of a later state": new(at("two", onExit))} {
			back, unread := decompile.DecompilePipeline(before.Template, refsOf(at("two", onExit)), prior)
			if again := mustPipeline(t, back); again.Version != before.Version && name == "imported" || len(unread) > 0 {
				t.Errorf(
					"on_exit %v, %s: read back at version %s, want %s; unread %v", onExit, name, again.Version, before.Version, unread,
				)
			}
		}
	}
	if a := mustPipeline(t, carousel(t)).Template.Annotations; a[layout.NestedAnnotation] != "" {
		t.Errorf("a pipeline of components notes %q", a[layout.NestedAnnotation])
	}
}
