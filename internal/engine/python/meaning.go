package python

import (
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A name in an annotation or a decorator stands for the dotted name under which everybody knows it, however the file
// imports it: builtins.str, typing.Optional, kfp.dsl.Input.

const (
	kfpPrefix    = "kfp.dsl."
	typingPrefix = "typing."
)

// kfpNames are what kfp.dsl defines and a file may use.
var kfpNames = func() map[string]bool {
	names := map[string]bool{"Input": true, "Output": true, "EmbeddedInput": true, "InputPath": true, "OutputPath": true, "PipelineTaskFinalStatus": true,
		"component": true, "container_component": true, "pipeline": true, "graph_component": true, "notebook_component": true}
	for _, t := range spec.ArtifactTypes {
		names[string(t)] = true
	}
	return names
}()

// runtimeNames are what the runtime gives a lightweight function without an import.
var runtimeNames = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range slices.Concat(runtime.Names(), runtime.SDKNames()) {
		names[name] = true
	}
	return names
}()

// builtinTypes are the builtins that annotations use.
var builtinTypes = []string{
	"str", "int", "float", "bool", "list", "dict", "tuple", "set", "frozenset", "bytes", "object", "complex", "type",
}

// canonical returns the dotted name that an expression stands for; empty where it is no name, or one of the file's own.
func (f *file) canonical(x expr) string {
	switch x := x.(type) {
	case *nameExpr:
		return f.canonicalName(x.id)
	case *parenExpr:
		return f.canonical(x.x)
	case *primary:
		base := f.canonical(x.base)
		if base == "" {
			return ""
		}
		for _, t := range x.trailers {
			if t.name == "" {
				return ""
			}
			base += "." + t.name
		}
		return normal(base)
	}
	return ""
}

func (f *file) canonicalName(id string) string {
	if b, ok := f.names[id]; ok {
		if b.kind == importBinding {
			return normal(b.path)
		}
		return ""
	}
	switch {
	case slices.Contains(builtinTypes, id):
		return "builtins." + id
	case id == "kfp" || id == "typing":
		return id
	case id == "dsl":
		return "kfp.dsl"
	case kfpNames[id]:
		return kfpPrefix + id
	}
	return typingPrefix + id
}

// normal undoes what KFP's and typing's history has spread over modules.
func normal(path string) string {
	if rest, ok := strings.CutPrefix(path, "typing_extensions."); ok {
		return typingPrefix + rest
	}
	if strings.HasPrefix(path, "kfp.") {
		if last := path[strings.LastIndexByte(path, '.')+1:]; kfpNames[last] {
			return kfpPrefix + last
		}
		if path == "kfp.v2.dsl" || path == "kfp.components" {
			return "kfp.dsl"
		}
	}
	return path
}

// kfpName returns what of kfp.dsl a decorator or a call of it is; empty where it is something else.
func (f *file) kfpName(x expr) string {
	if head, last, ok := split(x); ok && last.name == "" && last.index == nil {
		x = head
	}
	name, _ := strings.CutPrefix(f.canonical(x), kfpPrefix)
	if kfpNames[name] {
		return name
	}
	return ""
}

// isKFPDecorator reports whether a decorator makes a component of a function. The runtime has read what it says.
func (f *file) isKFPDecorator(x expr) bool { return f.kfpName(x) == "component" }

// split takes the last index or call from an expression.
func split(x expr) (head expr, last trailer, ok bool) {
	p, isPrimary := x.(*primary)
	if !isPrimary {
		return nil, trailer{}, false
	}
	n := len(p.trailers) - 1
	last = p.trailers[n]
	if n == 0 {
		return p.base, last, true
	}
	return &primary{span{p.from, p.trailers[n-1].to}, p.base, p.trailers[:n]}, last, true
}

// unparen removes parentheses around an expression.
func unparen(x expr) expr {
	for {
		p, ok := x.(*parenExpr)
		if !ok {
			return x
		}
		x = p.x
	}
}

// items returns the elements of an index: Union[a, b] has two.
func items(index expr) []expr {
	if t, ok := index.(*tupleExpr); ok {
		return t.elements
	}
	return []expr{index}
}
