package python

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// analysis is the reading of one component.
type analysis struct {
	*file
	options    Options
	def        *functionDef
	helpers    []*functionDef // that the decorator names, and the pod runs along with the function
	along      []stmt         // classes of annotations, and what they need, which the pod of a lightweight function needs
	function   *Function
	additional []*file
	others     []Finding // those in additional sources

	returnedNames []string // of the outputs that the function returns, in their order
	returnsModel  bool     // of pydantic
}

func (a *analysis) run() *Function {
	a.def = a.choose()
	if a.def == nil {
		return nil
	}
	line, column := a.place(a.defAt().from)
	a.function = &Function{
		Name: a.def.name, Line: line, Column: column, Async: a.def.async,
		Interface:  spec.Interface{Inputs: map[string]spec.Input{}, Outputs: map[string]spec.Output{}},
		Definition: a.Text, FirstLine: 1,
	}
	a.openAdditional()
	a.decorator()
	a.arguments()
	a.returns()
	if a.options.Lightweight {
		a.function.Definition, a.function.FirstLine = a.extract(append(a.helpers, a.def), a.along)
	}
	a.function.SDK = a.needsSDK()
	a.describe()
	a.checkBody()
	if !hasSyntaxError(a.findings) {
		a.contained()
	}
	return a.function
}

// hasSyntaxError reports whether a source cannot be read at all.
func hasSyntaxError(findings []Finding) bool {
	for _, f := range findings {
		if f.Category == Syntax {
			return true
		}
	}
	return false
}

// defAt is where the function's def or async def stands, behind its decorators.
func (a *analysis) defAt() span {
	start := a.def.nameAt.from
	line := a.starts[a.line(start)-1]
	return span{line + int32(len(a.Text[line:start])-len(strings.TrimLeft(a.Text[line:start], " \t\f"))), a.def.nameAt.to}
}

func (a *analysis) errorf(at span, category Category, title, format string, args ...any) {
	a.add(at, problem.Error, category, title, format, args...)
}

func (a *analysis) warnf(at span, category Category, title, format string, args ...any) {
	a.add(at, problem.Warning, category, title, format, args...)
}

// choose finds the function that is meant.
func (a *analysis) choose() *functionDef {
	all := a.functions()
	if a.options.Function != "" {
		return a.named(all)
	}
	candidates := a.candidates(all)
	switch len(candidates) {
	case 1:
		return candidates[0]
	case 0:
		a.errorf(span{}, Selection, "No function in the source", "%s defines no function that could be a component%s. "+
			"Write one at the top level of the file, such as \"def train(epochs: int) -> float:\".", a.name(), a.hidden(""))
		return nil
	}
	var names []string
	for _, def := range candidates {
		names = append(names, def.name)
	}
	a.errorf(candidates[1].nameAt, Selection, "More than one function in the source", "%s defines %s. "+
		"Set function to the one that is the component.", a.name(), list(names))
	return nil
}

// candidates returns the functions that could be meant: those with KFP's decorator, else all but those that build
// pipelines, and of these the ones that are not private.
func (a *analysis) candidates(all []*functionDef) []*functionDef {
	var decorated, public, private []*functionDef
	defined := map[string]int{}
	for _, def := range all {
		defined[def.name]++
	}
	for _, def := range all {
		if defined[def.name]--; defined[def.name] > 0 {
			continue // defined again below
		}
		switch {
		case a.hasDecorator(def, "component"):
			decorated = append(decorated, def)
		case a.hasDecorator(def, "pipeline", "container_component", "graph_component", "notebook_component"):
		case strings.HasPrefix(def.name, "_"):
			private = append(private, def)
		default:
			public = append(public, def)
		}
	}
	switch {
	case len(decorated) > 0:
		return decorated
	case len(public) > 0:
		return public
	}
	return private
}

// named finds the function that the options name.
func (a *analysis) named(all []*functionDef) *functionDef {
	var names []string
	for _, v := range slices.Backward(all) {
		if v.name == a.options.Function {
			return v
		}
		names = append(names, v.name)
	}
	has := "no function at all"
	if len(names) > 0 {
		has = list(names)
	}
	a.errorf(span{}, Selection, "No such function in the source", "%s does not define the function %q at its top "+
		"level%s. "+
		"It defines %s. Correct function, or the source.", a.name(), a.options.Function, a.hidden(a.options.Function), has)
	return nil
}

// hidden says where a function stands that is not at the top level.
func (a *analysis) hidden(name string) string {
	for _, s := range a.body {
		var inner []stmt
		if class, ok := s.(*classDef); ok {
			inner = class.body
		}
		for _, b := range blocks(s) {
			inner = append(inner, b...)
		}
		for _, s := range inner {
			if def, ok := s.(*functionDef); ok && (name == "" || def.name == name) {
				line, _ := a.place(def.nameAt.from)
				return fmt.Sprintf(" (%s on line %d is inside of another block)", def.name, line)
			}
		}
	}
	return ""
}

// list writes names as a sentence does.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// checkBody finds what the function's body and its signature disagree on.
func (a *analysis) checkBody() {
	s := a.scopeOf()
	if s == nil {
		return
	}
	if s.generator {
		a.errorf(a.def.nameAt, Signature, "A component cannot be a generator", "%s uses yield, so that calling it runs "+
			"nothing. Return the value, or all values as a list.", a.def.name)
		return
	}
	declares := a.function.ReturnsValue || a.function.NamedOutputs
	var valued []span
	ends := false
	walkStatements(a.def.body, func(s stmt) {
		switch s := s.(type) {
		case *returnStmt:
			if c, ok := s.value.(*constantExpr); s.value != nil && (!ok || c.kind != kwNone) {
				valued = append(valued, s.span)
			}
		case *evalStmt:
			ends = true // raise
		case *whileStmt:
			c, ok := s.test.(*constantExpr)
			ends = ends || ok && c.kind == kwTrue
		}
	})
	switch {
	case declares && len(valued) == 0 && !ends:
		a.warnf(a.def.nameAt, Signature, "Nothing is returned", "%s is annotated to return %s but has no return statement "+
			"with a value, so that its task would fail. Return the value, or remove the annotation.", a.def.name, a.code(a.def.returns))
	case !declares && len(valued) > 0 && a.def.returns == nil:
		a.warnf(valued[0], Signature, "Returned value is not an output", "%s returns a value but does not say of which "+
			"type, "+
			"so that it is no output, and the task fails unless it is None. Annotate it, such as \"def %s(…) -> int:\".",
			a.def.name, a.def.name)
	}
}

// scopeOf returns the scope of the function.
func (a *analysis) scopeOf() *scope {
	return scopeFor(a.module, a.def)
}

// scopeFor finds the scope of a function or a class below s.
func scopeFor(s *scope, node stmt) *scope {
	for _, child := range s.children {
		if child.node == any(node) {
			return child
		}
		if child.kind == typeScope {
			if found := scopeFor(child, node); found != nil {
				return found
			}
		}
	}
	return nil
}

// hasDecorator reports whether a function has one of these decorators of KFP.
func (a *analysis) hasDecorator(def *functionDef, names ...string) bool {
	for _, d := range def.decorators {
		if slices.Contains(names, a.kfpName(d)) {
			return true
		}
	}
	return false
}
