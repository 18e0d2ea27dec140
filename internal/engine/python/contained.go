package python

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// unresolved is a name that nothing defines, with all places where it is used.
type unresolved struct {
	name   string
	places []place
}

// place is where a name is used. in is the outermost function or lambda around it; nil: it is used when the module is
// loaded.
type place struct {
	span
	in *scope
}

// contained finds the names that do not exist where the function runs.
func (a *analysis) contained() {
	if a.options.Lightweight {
		a.lightweight()
	} else {
		a.inModule()
	}
	a.checkAdditional()
}

// lightweight checks the function as the pod sees it: alone.
func (a *analysis) lightweight() {
	// The scopes are built anew, since nothing from outside counts: neither the file's names nor its __future__.
	var body []stmt
	defined := a.availableNames()
	for _, def := range append(a.helpers, a.def) {
		body = append(body, def)
	}
	body = append(body, a.along...)
	alone, _ := bind(a.Text, body)
	for name, sym := range alone.symbols {
		defined[name] = defined[name] || sym.flags&bound != 0
	}
	boundGlobals(alone, defined)
	known := func(name string) bool { return defined[name] }
	for _, s := range body {
		inside := scopeFor(alone, s)
		if inside == nil {
			continue // an import
		}
		for _, u := range a.shown(a.file, freeNames(inside, known)) {
			a.outside(u)
		}
	}
	for _, u := range usesIn(alone, a.evaluated(), known) {
		a.errorf(u.places[0].span, Containment, fmt.Sprintf(
			"%q is not known where the function is defined", u.name,
		), "The pod runs %s alone, "+
			"and %s is not defined there. Remove the decorator, default or annotation that needs it, or bake the file into "+
			"an image "+
			"with kfp_image.", a.def.name, u.name)
	}
	for _, def := range append(a.helpers, a.def) {
		a.checkImports(a.file, def.body)
	}
	a.checkImports(a.file, a.along)
}

// availableNames returns what a lightweight function may use without defining it.
func (a *analysis) availableNames() map[string]bool {
	defined := map[string]bool{}
	for name := range builtinNames {
		defined[name] = true
	}
	for name := range runtimeNames {
		defined[name] = true
	}
	for _, f := range a.additional {
		for name := range f.definedNames() {
			defined[name] = true
		}
	}
	return defined
}

// definedNames returns what a module defines at its top level, also by global statements in its functions.
func (f *file) definedNames() map[string]bool {
	defined := map[string]bool{}
	for name, sym := range f.module.symbols {
		if sym.flags&bound != 0 {
			defined[name] = true
		}
	}
	boundGlobals(f.module, defined)
	return defined
}

// boundGlobals adds the names that functions below s bind in the module.
func boundGlobals(s *scope, names map[string]bool) {
	for name, sym := range s.symbols {
		if sym.found == globalExplicit && sym.flags&bound != 0 {
			names[name] = true
		}
	}
	for _, child := range s.children {
		boundGlobals(child, names)
	}
}

// freeNames returns the names used in s and the scopes below that the module would have to define and does not, in
// the order of their first use.
func freeNames(s *scope, defined func(string) bool) []unresolved {
	index := map[string]int{}
	var all []unresolved
	var visit func(s, in *scope)
	visit = func(s, in *scope) {
		if in == nil && (s.kind == functionScope || s.kind == lambdaScope) {
			in = s
		}
		for _, u := range s.uses {
			if where := s.symbols[u.name].found; where != globalImplicit && where != globalExplicit {
				continue
			}
			if u.unevaluated || u.guarded || defined(u.name) {
				continue
			}
			i, ok := index[u.name]
			if !ok {
				i = len(all)
				index[u.name] = i
				all = append(all, unresolved{name: u.name})
			}
			all[i].places = append(all[i].places, place{u.at, in})
		}
		for _, child := range s.children {
			visit(child, in)
		}
	}
	visit(s, nil)
	for i := range all {
		slices.SortFunc(all[i].places, func(x, y place) int { return int(x.from - y.from) })
	}
	slices.SortFunc(all, func(x, y unresolved) int { return int(x.places[0].from - y.places[0].from) })
	return all
}

// maxNames bounds how many unknown names are told one by one.
const maxNames = 100

// shown returns the names that are told, and tells how many are not.
func (a *analysis) shown(f *file, all []unresolved) []unresolved {
	if len(all) <= maxNames {
		return all
	}
	rest := all[maxNames:]
	f.add(rest[0].places[0].span, problem.Error, Containment, "More names are not defined", "From this line on, %d "+
		"more names are used "+
		"and not defined. Correct the ones before first.", len(rest))
	return all[:maxNames]
}

// evaluated returns the stretches that are evaluated when the pod defines the functions: the decorators but for KFP's,
// and all of the heads of helpers and classes. The runtime leaves out the annotations of the function itself, and its defaults are
// literals.
func (a *analysis) evaluated() []span {
	var all []span
	for _, d := range a.def.decorators {
		if !a.isKFPDecorator(d) {
			all = append(all, d.where())
		}
	}
	for _, def := range a.helpers {
		all = append(all, span{def.from, def.headerEnd})
	}
	for _, s := range a.along {
		if class, ok := s.(*classDef); ok {
			all = append(all, span{class.from, class.body[0].where().from})
		}
	}
	return all
}

// usesIn returns the unknown names that a module uses in some stretches of its text.
func usesIn(module *scope, stretches []span, defined func(string) bool) []unresolved {
	head := &scope{symbols: module.symbols}
	for _, u := range module.uses {
		if slices.ContainsFunc(stretches, func(s span) bool { return s.from <= u.at.from && u.at.to <= s.to }) {
			head.uses = append(head.uses, u)
		}
	}
	return freeNames(head, defined)
}

// outside tells of a name that the function uses and does not bring along.
func (a *analysis) outside(u unresolved) {
	title := fmt.Sprintf("%q is not defined in the function", u.name)
	uses := fmt.Sprintf("%s uses %s%s", a.userOf(u), u.name, a.further(u))
	bake := "bake the file into an image with kfp_image"
	b, ok := a.names[u.name]
	line, _ := a.place(b.at.from)
	inReturns := a.def.returns != nil && a.code(a.def.returns) == u.name
	switch {
	case ok && b.kind == classBinding && inReturns:
		a.errorf(u.places[0].span, Signature, "Unusable return type", "%s returns %s, a class that line %d of %s defines, "+
			"which the pod does not have. Name the outputs in the signature: "+
			"-> NamedTuple('Outputs', [('a', int), ('b', str)]), and return a tuple in this order.", a.def.name, u.name, line, a.name())
	case !ok:
		a.errorf(u.places[0].span, Containment, title, "%s, which is defined nowhere.%s Define it in the function, make "+
			"it an input, or correct its "+
			"spelling.", uses, a.similar(u.name))
	case b.kind == importBinding:
		a.errorf(u.places[0].span, Containment, title, "%s, which line %d of %s imports outside of the function. The pod "+
			"runs the function alone. "+
			"Write \"%s\" as the function's first line, or %s.", uses, line, a.name(), b.text, bake)
	case b.kind == valueBinding:
		a.errorf(u.places[0].span, Containment, title, "%s, which line %d of %s defines outside of the function. The pod "+
			"runs the function alone. "+
			"Define it in the function, make it an input, or %s.", uses, line, a.name(), bake)
	default:
		what := map[bindingKind]string{classBinding: "class", functionBinding: "function"}[b.kind]
		a.errorf(u.places[0].span, Containment, title, "%s, a %s that line %d of %s defines. The pod runs %s alone. "+
			"Define the %s inside of it, give it "+
			"as one of the additional sources, or %s.", uses, what, line, a.name(), a.def.name, what, bake)
	}
}

// userOf returns the name of the function that uses a name.
func (a *analysis) userOf(u unresolved) string {
	for _, def := range a.helpers {
		if def.from <= u.places[0].from && u.places[0].to <= def.to {
			return def.name
		}
	}
	for _, s := range a.along {
		if class, ok := s.(*classDef); ok && class.from <= u.places[0].from && u.places[0].to <= class.to {
			return class.name
		}
	}
	return a.def.name
}

// further says where else a name is used.
func (f *file) further(u unresolved) string {
	var lines []string
	last := f.line(u.places[0].from)
	for _, at := range u.places[1:] {
		if line := f.line(at.from); line != last {
			lines = append(lines, fmt.Sprint(line))
			last = line
		}
	}
	const most = 5
	switch {
	case len(lines) == 0:
		return ""
	case len(lines) == 1:
		return " (also on line " + lines[0] + ")"
	case len(lines) > most:
		lines = append(lines[:most], "more")
	}
	return " (also on lines " + list(lines) + ")"
}

// similar suggests a name that may have been meant.
func (a *analysis) similar(name string) string {
	var candidates []string
	if s := a.scopeOf(); s != nil {
		for candidate, sym := range s.symbols {
			if sym.found == local {
				candidates = append(candidates, candidate)
			}
		}
	}
	candidates = slices.AppendSeq(candidates, maps.Keys(a.names))
	candidates = slices.AppendSeq(candidates, maps.Keys(builtinNames))
	if near := problem.Nearest(name, candidates); near != "" && len(name) > 2 {
		return " " + problem.DidYouMean(near)
	}
	return ""
}

// inModule checks the function as a part of its file, which an image holds and the runtime runs as a module.
func (a *analysis) inModule() {
	if a.unknowable(a.file) {
		return
	}
	defined := a.definedNames()
	for _, f := range a.additional {
		for name := range f.definedNames() {
			defined[name] = true
		}
	}
	starred(a.file, defined)
	known := func(name string) bool { return defined[name] || builtinNames[name] }
	a.undefined(a.file, known, a.scopeOf())
}

// undefined tells of the names in a module that nothing defines: as errors where they are used when the module is
// loaded or in the function itself, as warnings in functions that may never be called.
func (a *analysis) undefined(f *file, known func(string) bool, main *scope) {
	for _, u := range a.shown(f, freeNames(f.module, known)) {
		severity := problem.Warning
		if slices.ContainsFunc(u.places, func(p place) bool { return p.in == nil || p.in == main }) {
			severity = problem.Error
		}
		f.add(u.places[0].span, severity, Containment, fmt.Sprintf(
			"%q is not defined", u.name,
		), "%s uses %s%s, which it neither defines "+
			"nor imports. %s.", f.name(), u.name, f.further(u), missingImport(u.name))
	}
}

// missingImport says how a file gets a name.
func missingImport(name string) string {
	switch {
	case name == "dsl":
		return "Write \"from kfp import dsl\" at the top of the file"
	case name == "kfp":
		return "Write \"import kfp\" at the top of the file"
	case kfpNames[name]:
		return "Write \"from kfp.dsl import " + name + "\" at the top of the file"
	case runtimeNames[name]:
		return "Write \"from typing import " + name + "\" at the top of the file"
	}
	return "Import or define it at the top of the file, or correct its spelling"
}

// starred adds the names that star imports of well-known modules define.
func starred(f *file, defined map[string]bool) {
	walkStatements(f.body, func(s stmt) {
		if from, ok := s.(*importFrom); ok && len(from.names) == 0 && wellKnown(from) {
			for name := range runtimeNames {
				defined[name] = true
			}
		}
	})
}

func wellKnown(from *importFrom) bool {
	return from.level == 0 && (from.module == "typing" || from.module == "kfp" || strings.HasPrefix(from.module, "kfp."))
}

// unknowable reports whether a module's names cannot be known: it imports all names of a module that is not read
// here, or makes names while it runs.
func (a *analysis) unknowable(f *file) bool {
	unknown := false
	walkStatements(f.body, func(s stmt) {
		if from, ok := s.(*importFrom); ok && len(from.names) == 0 && !wellKnown(from) {
			unknown = true
		}
	})
	var visit func(*scope)
	visit = func(s *scope) {
		for _, name := range []string{"globals", "exec"} {
			sym := s.symbols[name]
			unknown = unknown || sym != nil && sym.found == globalImplicit
		}
		for _, child := range s.children {
			visit(child)
		}
	}
	visit(f.module)
	return unknown
}
