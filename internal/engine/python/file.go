package python

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// file is a source that has been read.
type file struct {
	Source
	lines
	body     []stmt
	module   *scope
	names    map[string]binding // what the module's names stand for
	findings []Finding
	count    map[problem.Severity]int
}

// open reads a source. Where its syntax is broken, body is nil and findings say why.
func open(src Source) *file {
	f := &file{Source: src, lines: newLines(src.Text)}
	body, err := parse(src.Text)
	if err != nil {
		f.syntaxError(err)
		return f
	}
	f.body = body
	var errs []*syntaxError
	f.module, errs = bind(src.Text, body)
	for _, err := range errs[:min(len(errs), maxNames)] {
		f.syntaxError(err)
	}
	f.names = f.moduleNames()
	return f
}

func (f *file) syntaxError(err *syntaxError) {
	detail := err.kind + ": " + err.message
	if !strings.HasSuffix(detail, ".") && !strings.HasSuffix(detail, "?") {
		detail += "."
	}
	f.add(err.at, problem.Error, Syntax, "Python cannot read the source", "%s\n\n%s\n\nCorrect the source; "+
		"\"python3 -m py_compile %s\" checks it.", detail, f.excerpt(err.at), f.name())
}

// name is what messages call the file.
func (f *file) name() string {
	if f.Name == "" {
		return "the source"
	}
	return f.Name
}

// excerpt shows the line of a place with a mark below it.
func (f *file) excerpt(at span) string {
	line, column := f.place(at.from)
	start := f.starts[line-1]
	text := strings.TrimPrefix(f.Text[start:], byteOrderMark)
	if stop := strings.IndexAny(text, "\r\n"); stop >= 0 {
		text = text[:stop]
	}
	runes := []rune(text)
	const width = 100
	first := max(0, column-1-width/2)
	last := min(len(runes), first+width)
	if first > last {
		first = last
	}
	var pad strings.Builder
	for _, r := range runes[first:min(last, max(first, column-1))] {
		if r == '\t' {
			pad.WriteRune(r)
		} else {
			pad.WriteByte(' ')
		}
	}
	return fmt.Sprintf("    %s\n    %s^", string(runes[first:last]), pad.String())
}

// maxFindings bounds how much is told of one file, errors and warnings each.
const maxFindings = 300

// add notes a finding.
func (f *file) add(at span, severity problem.Severity, category Category, title, format string, args ...any) {
	if f.count == nil {
		f.count = map[problem.Severity]int{}
	}
	if f.count[severity]++; f.count[severity] > maxFindings {
		return
	}
	line, column := f.place(at.from)
	f.findings = append(f.findings, Finding{
		Source: f.Name, Line: line, Column: column, Severity: severity, Category: category,
		Title: clip(title, maxTitle), Detail: clip(fmt.Sprintf(format, args...), maxDetail),
	})
}

// The texts of findings quote what the source says, which may be of any length.
const (
	maxTitle  = 200
	maxDetail = 3000
)

// clip cuts a text that is too long to be read.
func clip(text string, most int) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// code returns the text of a node, cut short where it is long.
func (f *file) code(x interface{ where() span }) string {
	return shorten(f.Text[x.where().from:x.where().to])
}

// shorten makes one short line of a text.
func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:79]) + "…"
	}
	return text
}

// functions returns the functions at the top level of the file.
func (f *file) functions() []*functionDef {
	var all []*functionDef
	for _, s := range f.body {
		if def, ok := s.(*functionDef); ok {
			all = append(all, def)
		}
	}
	return all
}

// bindingKind says what a name of a module stands for.
type bindingKind uint8

const (
	importBinding bindingKind = iota
	valueBinding              // an assignment; value is nil where it is not a plain one
	classBinding
	functionBinding
)

// binding is what a name of a module stands for.
type binding struct {
	kind  bindingKind
	at    span
	path  string // of an import: kfp.dsl.Input
	text  string // of an import: the statement that makes it
	value expr
	class *classDef
}

// moduleNames finds out what the module's names stand for. The last definition counts.
func (f *file) moduleNames() map[string]binding {
	names := map[string]binding{}
	bindNames(f.body, func(name string, b binding) { names[name] = b })
	return names
}

// bindNames calls define for the names that statements bind, as far as they are of use to understand a signature or to
// explain where a name comes from.
func bindNames(body []stmt, define func(string, binding)) {
	walkStatements(body, func(s stmt) {
		switch s := s.(type) {
		case *importStmt:
			for _, a := range s.names {
				path := a.path
				if a.as == "" {
					path = a.bound()
				}
				define(a.bound(), binding{kind: importBinding, at: s.span, path: path, text: "import " + a.spelled()})
			}
		case *importFrom:
			module := strings.Repeat(".", s.level) + s.module
			for _, a := range s.names {
				text := "from " + module + " import " + a.spelled()
				define(a.bound(), binding{kind: importBinding, at: s.span, path: module + "." + a.path, text: text})
			}
		case *assignStmt:
			for _, t := range s.targets {
				bindTarget(t, s.value, define)
			}
		case *annotatedStmt:
			bindTarget(s.target, s.value, define)
		case *augmentedStmt:
			bindTarget(s.target, nil, define)
		case *forStmt:
			bindTarget(s.target, nil, define)
		case *classDef:
			define(s.name, binding{kind: classBinding, at: s.span, class: s})
		case *functionDef:
			define(s.name, binding{kind: functionBinding, at: s.span})
		case *typeStmt:
			define(s.name.id, binding{kind: valueBinding, at: s.span, value: s.value})
		}
	})
}

func bindTarget(target, value expr, define func(string, binding)) {
	switch target := target.(type) {
	case *nameExpr:
		define(target.id, binding{kind: valueBinding, at: target.span, value: value})
	case *tupleExpr:
		for _, e := range target.elements {
			bindTarget(e, nil, define)
		}
	case *listExpr:
		for _, e := range target.elements {
			bindTarget(e, nil, define)
		}
	case *starExpr:
		bindTarget(target.x, nil, define)
	}
}

// spelled is the name with its as, as an import statement writes it.
func (a alias) spelled() string {
	if a.as != "" {
		return a.path + " as " + a.as
	}
	return a.path
}
