package signature

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Function is what a Python function takes and gives.
type Function struct {
	Name        string
	Description string
	Line        int // on which Definition starts
	Definition  string
	Interface   spec.Interface
	Arguments   []spec.Argument
	Named       bool // a NamedTuple is returned
	Value       bool // one value is returned
	Decorator   map[string]any
}

// Read finds a function in a source and reads its signature. An empty name stands for the only one that the file
// defines. The errors are of type Error.
func Read(source, function string) (*Function, []error) {
	tokens, err := tokenize(strings.TrimPrefix(source, "\ufeff"))
	if err != nil {
		return nil, []error{err}
	}
	definitions := find(tokens)
	d, err := choose(definitions, function)
	if err != nil {
		return nil, []error{err}
	}
	f := &Function{Name: d.name, Interface: spec.Interface{Inputs: map[string]spec.Input{}, Outputs: map[string]spec.Output{}}}
	f.Definition, f.Line = d.text(source)
	f.Decorator = d.settings()
	p := parser{reader: reader{tokens: tokens, at: d.at}, function: f}
	p.read()
	f.describe(p.docstring)
	return f, p.errors
}

// definition is a function at the top level of a file.
type definition struct {
	name       string
	start      int // first token, of a decorator or of def
	at         int // token after the name
	stop       int // first token after the body
	decorators []expression
	tokens     []token
}

// find returns the functions at the top level.
func find(tokens []token) []definition {
	var all []definition
	start, decorators := -1, []expression(nil)
	for i := range tokens {
		if tokens[i].indent != 0 {
			continue
		}
		switch t := tokens[i]; {
		case t.kind == operator && t.text == "@":
			if start < 0 {
				start = i
			}
			r := reader{tokens: tokens, at: i + 1}
			if e, err := r.expression(0); err == nil {
				decorators = append(decorators, e)
			}
			continue
		case t.text == "def" || t.text == "async" && i+1 < len(tokens) && tokens[i+1].text == "def":
			at := i + 1
			if t.text == "async" {
				at++
			}
			if tokens[at].kind == name {
				d := definition{name: tokens[at].text, start: i, at: at + 1, decorators: decorators, tokens: tokens, stop: len(tokens) - 1}
				if start >= 0 {
					d.start = start
				}
				for j := at; j < len(tokens); j++ {
					if tokens[j].indent == 0 {
						d.stop = j
						break
					}
				}
				all = append(all, d)
			}
		}
		start, decorators = -1, nil
	}
	return all
}

func choose(all []definition, function string) (definition, error) {
	var names []string
	var components []definition
	for _, d := range all {
		if d.name == function {
			return d, nil
		}
		names = append(names, d.name)
		if d.component() != nil {
			components = append(components, d)
		}
	}
	switch {
	case function != "":
		return definition{}, Error{1, 1, fmt.Sprintf("the file defines no function %q at its top level; it defines: %s", function, strings.Join(names, ", "))}
	case len(components) == 1:
		return components[0], nil
	case len(all) == 1:
		return all[0], nil
	case len(all) == 0:
		return definition{}, Error{1, 1, "the file defines no function at its top level"}
	}
	return definition{}, Error{1, 1, "the file defines more than one function; set function to one of: " + strings.Join(names, ", ")}
}

// component is the KFP decorator, if the function has it.
func (d definition) component() *expression {
	for i, e := range d.decorators {
		target := e
		if e.op == "call" {
			target = e.parts[0]
		}
		if target.op == "name" && (target.text == "component" || strings.HasSuffix(target.text, ".component")) {
			return &d.decorators[i]
		}
	}
	return nil
}

// settings are the decorator's keywords that are literals.
func (d definition) settings() map[string]any {
	e := d.component()
	if e == nil || e.op != "call" {
		return nil
	}
	settings := map[string]any{}
	for _, p := range e.parts[1:] {
		if p.op != "pair" {
			continue
		}
		if v, err := p.parts[1].literal(); err == nil {
			settings[p.parts[0].text] = v
		}
	}
	return settings
}

// text is the function's own definition and the line on which it starts.
func (d definition) text(source string) (string, int) {
	stop := len(source)
	if t := d.tokens[d.stop]; t.kind != end {
		stop = t.start
	}
	first := d.tokens[d.start]
	return strings.TrimRight(source[first.start:stop], " \t\r\n") + "\n", first.line
}

// describe takes the descriptions from a docstring in Google's style.
func (f *Function) describe(docstring string) {
	lines := strings.Split(strings.TrimSpace(docstring), "\n")
	var text []string
	section, last := "", ""
	for _, line := range lines {
		trimmed := strings.TrimSpace(line)
		switch trimmed {
		case "Args:", "Arguments:", "Parameters:":
			section = "args"
			continue
		case "Returns:", "Yields:", "Raises:", "Example:", "Examples:", "Note:", "Notes:":
			section = "other"
			continue
		}
		switch section {
		case "":
			text = append(text, trimmed)
		case "args":
			key, description, ok := strings.Cut(trimmed, ":")
			key, _, _ = strings.Cut(strings.TrimSpace(key), " ")
			if in, known := f.Interface.Inputs[key]; ok && known {
				in.Description = strings.TrimSpace(description)
				f.Interface.Inputs[key], last = in, key
			} else if out, known := f.Interface.Outputs[key]; ok && known {
				out.Description = strings.TrimSpace(description)
				f.Interface.Outputs[key], last = out, ""
			} else if in, known := f.Interface.Inputs[last]; known && trimmed != "" {
				in.Description += " " + trimmed
				f.Interface.Inputs[last] = in
			}
		}
	}
	f.Description = strings.TrimSpace(strings.Join(text, "\n"))
}
