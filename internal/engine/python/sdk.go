package python

import (
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// needsSDK reports whether the pod needs more than the plain runtime. All others keep the version that they have.
func (a *analysis) needsSDK() bool {
	for _, argument := range a.function.Arguments {
		if argument.Class != "" || argument.Passing == spec.PassEmbedded || runtime.NeedsSDK(argument.Type) {
			return true
		}
	}
	for _, o := range a.function.Interface.Outputs {
		if runtime.NeedsSDK(o.Type) {
			return true
		}
	}
	texts := []string{a.function.Definition}
	for _, f := range a.additional {
		texts = append(texts, f.Text)
	}
	return len(a.along) > 0 || a.returnsModel || slices.ContainsFunc(texts, usesSDK) || a.returnsPlainData()
}

// sdkWords are names that only KFP's SDK has.
var sdkWords = func() map[string]bool {
	set := words("set_path custom_path TYPE_NAME SlicedClassificationMetrics __version__")
	for _, name := range runtime.SDKNames() {
		set[name] = true
	}
	return set
}()

// usesSDK reports whether a source names what only the SDK has, or imports modules that only it has.
func usesSDK(text string) bool {
	tokens, _ := lex(text)
	words := make([]string, 0, 3)
	for _, t := range tokens {
		word := text[t.from:t.to]
		if t.kind == identifier && sdkWords[word] {
			return true
		}
		if words = append(words, word); len(words) > 3 {
			words = words[1:]
		}
		switch path := strings.Join(words, ""); {
		case strings.HasSuffix(path, ".uri"): // an address that only Argo knows
			return true
		case strings.HasSuffix(path, "dsl.types"), path == "kfp.components", path == "kfp.client", path == "kfp.v2":
			return true
		}
	}
	return false
}

// returnsPlainData reports whether the function may return something else than an artifact for one. The pod writes it
// as its text then.
func (a *analysis) returnsPlainData() bool {
	returned := map[string]bool{} // artifacts, but for lists of them
	for name, o := range a.function.Interface.Outputs {
		returned[name] = o.Type.IsArtifact() && !o.Type.IsList()
	}
	for _, argument := range a.function.Arguments {
		if argument.Passing == spec.PassOutputArtifact || argument.Passing == spec.PassOutputPath {
			delete(returned, argument.Name)
		}
	}
	plain := false
	walkStatements(a.def.body, func(s stmt) {
		ret, ok := s.(*returnStmt)
		if !ok || ret.value == nil {
			return
		}
		for i, name := range a.returnedNames {
			if returned[name] && !a.isArtifact(a.partOf(ret.value, i, name), 0) {
				plain = true
			}
		}
	})
	return plain
}

// partOf returns what of a returned expression is one of several outputs; nil where that cannot be told.
func (a *analysis) partOf(x expr, i int, name string) expr {
	if !a.function.NamedOutputs {
		return x
	}
	if elements, ok := sequence(x); ok && i < len(elements) {
		return elements[i]
	}
	_, call, ok := split(unparen(x))
	if !ok || call.name != "" || call.index != nil {
		return nil
	}
	for at, argument := range call.arguments {
		if argument.name == name || argument.name == "" && argument.stars == 0 && at == i {
			return argument.value
		}
	}
	return nil
}

// isArtifact reports whether an expression is an artifact beyond doubt: a call of a class of artifacts, an argument that
// is one, or a name that stands for nothing else.
func (a *analysis) isArtifact(x expr, depth int) bool {
	if x == nil || depth > maxAliases {
		return false
	}
	x = unparen(x)
	if head, call, ok := split(x); ok && call.name == "" && call.index == nil {
		return a.isArtifactClass(unparen(head))
	}
	switch x := x.(type) {
	case *constantExpr:
		return x.kind == kwNone // which is no plain data either
	case *conditionalExpr:
		return a.isArtifact(x.then, depth+1) && a.isArtifact(x.orElse, depth+1)
	}
	name, ok := x.(*nameExpr)
	if !ok {
		return false
	}
	for _, argument := range a.function.Arguments {
		if argument.Name == name.id {
			return argument.Type.IsArtifact() && argument.Passing != spec.PassInputPath && argument.Passing != spec.PassOutputPath
		}
	}
	found, all := false, true
	bindNames(a.def.body, func(bound string, b binding) {
		if bound == name.id {
			found, all = true, all && b.value != nil && a.isArtifact(b.value, depth+1)
		}
	})
	return found && all
}

func (a *analysis) isArtifactClass(x expr) bool {
	if name, ok := x.(*nameExpr); ok {
		if b := a.names[name.id]; b.kind == classBinding && b.class != nil {
			return a.classOf(b.class, 0).title != ""
		}
	}
	name, ok := strings.CutPrefix(a.canonical(x), kfpPrefix)
	return ok && spec.Type(name).IsArtifact()
}

// checkEmbedded refuses an argument for files that the component does not bring along.
func (a *analysis) checkEmbedded(p parameter, m meaning) {
	if p.value != nil || m.optional {
		a.errorf(p.span, Signature, "Embedded input with a default", "The argument %q takes files that the component "+
			"brings along, so that they are always there. Remove its default and Optional.", p.name)
	}
	for _, name := range []string{"__KFP_EMBEDDED_ASSET_DIR", "__KFP_EMBEDDED_ASSET_FILE"} {
		if sym := a.module.symbols[name]; !a.options.Lightweight && sym != nil && sym.flags&bound != 0 {
			return
		}
	}
	if len(a.options.Files) == 0 {
		a.add(p.span, problem.Error, Signature, "Nothing is embedded", "The argument %q takes files that the component "+
			"brings along, and there are none. Give them as files, such as files = { \"rows.csv\" = file(\"rows.csv\") }.", p.name)
	}
}
