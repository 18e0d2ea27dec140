package python

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// checkImports warns of imports in the statements, nested functions included, that neither Python nor the packages
// provide.
func (a *analysis) checkImports(f *file, body []stmt) {
	c := &importCheck{analysis: a, file: f, provided: a.provided(), seen: map[string]bool{}}
	c.statements(body)
}

type importCheck struct {
	*analysis
	file     *file
	provided func(path string) bool
	seen     map[string]bool
}

func (c *importCheck) statements(body []stmt) {
	for _, s := range body {
		switch s := s.(type) {
		case *importStmt:
			for _, name := range s.names {
				c.check(name.span, name.path)
			}
		case *importFrom:
			c.from(s)
		case *functionDef:
			c.statements(s.body)
		case *classDef:
			c.statements(s.body)
		case *tryStmt:
			c.try(s)
		case *ifStmt:
			c.branches(s)
		default:
			for _, inner := range blocks(s) {
				c.statements(inner)
			}
		}
	}
}

func (c *importCheck) from(s *importFrom) {
	if s.level > 0 {
		c.file.add(s.span, problem.Error, Imports, "Relative import", "The pod has no package around the function, so "+
			"that \"%s\" cannot work. "+
			"Give the module as one of the additional sources, or bake it into an image with kfp_image.", c.file.code(s))
		return
	}
	if len(s.names) == 0 {
		c.check(s.span, s.module)
		return
	}
	for _, name := range s.names {
		c.check(s.span, s.module+"."+name.path)
	}
}

// try leaves out what is imported to see whether it is there.
func (c *importCheck) try(s *tryStmt) {
	guarded := false
	for _, h := range s.handlers {
		types := []expr{h.types}
		if t, ok := h.types.(*tupleExpr); ok {
			types = t.elements
		}
		guarded = guarded || h.types == nil || slices.ContainsFunc(types, func(x expr) bool {
			name, ok := x.(*nameExpr)
			return ok && (name.id == "ImportError" || name.id == "ModuleNotFoundError" || name.id == "Exception")
		})
	}
	if !guarded {
		c.statements(s.body)
	}
	for _, h := range s.handlers {
		c.statements(h.body)
	}
	c.statements(s.orElse)
	c.statements(s.finally)
}

// branches leaves out what only type checkers import.
func (c *importCheck) branches(s *ifStmt) {
	for _, b := range s.branches {
		if b.test != nil && strings.HasSuffix(c.file.canonical(b.test), ".TYPE_CHECKING") {
			continue
		}
		c.statements(b.body)
	}
}

// stubbed are the modules of kfp that the runtime provides.
var stubbed = words("kfp kfp.dsl kfp.compiler")

func (c *importCheck) check(at span, path string) {
	top, _, _ := strings.Cut(path, ".")
	switch {
	case standardLibrary[top] || strings.HasPrefix(top, "_"):
		return
	case top == "kfp" && c.isStubbed(path):
		return
	case c.provided(path) || c.seen[top]:
		return
	}
	c.seen[top] = true
	requirement := distribution(path)
	c.file.add(at, problem.Warning, Imports, "Import of a package that is not installed", "%s imports %s, which is "+
		"neither a part of Python nor among packages. The task "+
		"fails unless its image holds it. Add %q to packages, or use an image with it, such as one of kfp_image.",
		c.def.name, top, requirement)
}

// isStubbed reports whether an import of kfp works without the package: of one of the modules, or a name in one.
func (c *importCheck) isStubbed(path string) bool {
	module := path
	if i := strings.LastIndexByte(path, '.'); i >= 0 && !stubbed[path] {
		module = path[:i]
	}
	return stubbed[module]
}

var requirementName = regexp.MustCompile(`^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*(@.*|[<>=!~;(,].*|--hash.*)?$`)

// normalName is how package indexes compare names.
func normalName(name string) string {
	return strings.ToLower(strings.Join(strings.FieldsFunc(
		name, func(r rune) bool { return r == '-' || r == '_' || r == '.' },
	), "-"))
}

// provided returns what tells whether the packages provide a module.
func (a *analysis) provided() func(path string) bool {
	packages := slices.Clone(a.options.Packages)
	if d := a.function.Decorator; d != nil {
		packages = append(packages, d.PackagesToInstall...)
	}
	names := map[string]bool{}
	anything := false
	for _, p := range packages {
		m := requirementName.FindStringSubmatch(p)
		if m == nil {
			anything = true // a URL or a file: what it installs is not known
			continue
		}
		name := normalName(m[1])
		names[name] = true
		for implied := range strings.FieldsSeq(implied[name]) {
			names[implied] = true
		}
	}
	return func(path string) bool {
		if anything {
			return true
		}
		top, rest, _ := strings.Cut(path, ".")
		if namespaces[top] {
			return slices.ContainsFunc(namespaceNames(top, rest), func(prefix string) bool {
				for name := range names {
					if name == prefix || strings.HasPrefix(name, prefix+"-") {
						return true
					}
				}
				return false
			})
		}
		if names[normalName(top)] {
			return true
		}
		return slices.ContainsFunc(strings.Fields(distributions[top]), func(name string) bool { return names[name] })
	}
}

// namespaces are packages that many distributions share.
var namespaces = words("google azure zope sphinxcontrib")

// namespaceNames returns what distributions that hold a module of a namespace package may be called.
func namespaceNames(top, rest string) []string {
	names := []string{top}
	if first, more, _ := strings.Cut(rest, "."); first != "" {
		second, _, _ := strings.Cut(more, ".")
		names = append(names, fmt.Sprintf("%s-%s-%s", top, first, second))
		if first == "protobuf" {
			names = []string{"protobuf"}
		}
	}
	return names
}

// distribution returns the requirement that usually provides a module.
func distribution(path string) string {
	top, rest, _ := strings.Cut(path, ".")
	if namespaces[top] {
		names := namespaceNames(top, rest)
		return strings.TrimSuffix(normalName(names[len(names)-1]), "-")
	}
	if known := strings.Fields(distributions[top]); len(known) > 0 {
		return known[0]
	}
	return normalName(top)
}
