package python

import (
	"slices"
	"strings"
)

// A lightweight function runs without its file, but for the classes that its annotations name: the pod makes arguments
// of them. What such a class needs comes along, as far as it is a class or an import at the top level of the file.

// bringClass notes the class of an annotation, which a dotted name stands for; empty: there is none.
func (a *analysis) bringClass(path string) {
	first, _, _ := strings.Cut(path, ".")
	if first != "" && a.options.Lightweight {
		a.bringAlong(first)
	}
}

func (a *analysis) bringAlong(name string) {
	s := a.topLevel(name)
	if s == nil || slices.Contains(a.along, s) {
		return
	}
	a.along = append(a.along, s)
	class, ok := s.(*classDef)
	if !ok {
		return
	}
	alone, _ := bind(a.Text, []stmt{class})
	for _, u := range freeNames(alone, func(string) bool { return false }) {
		a.bringAlong(u.name)
	}
}

// topLevel returns the class or the import that binds a name; nil where it is something else, or there anyway.
func (a *analysis) topLevel(name string) stmt {
	b, ok := a.names[name]
	if !ok || runtimeNames[name] && wellKnownPath(b.path) {
		return nil
	}
	for _, s := range a.body {
		switch s := s.(type) {
		case *classDef:
			if s == b.class {
				return s
			}
		case *importStmt, *importFrom:
			if b.kind == importBinding && s.where() == b.at {
				return s
			}
		}
	}
	return nil
}

func wellKnownPath(path string) bool {
	module, _, _ := strings.Cut(path, ".")
	return module == "kfp" || module == "typing"
}
