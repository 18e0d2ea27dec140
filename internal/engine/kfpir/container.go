package kfpir

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// container translates the command and the arguments of one container.
type container struct {
	*reader
	of    *callable
	line  int
	known *slot // an input that is there; nil: none
}

// container is a component that runs any program.
func (r *reader) container(of *callable, c *irContainer) *spec.Container {
	t := container{reader: r, of: of, line: c.Line}
	command, args := c.Command, c.Args
	if len(command) == 0 && len(args) > 0 {
		command, args = args[:1], args[1:] // KFP's launcher runs the first argument
	}
	t.lookedAt(append(command[:len(command):len(command)], args...))
	container := &spec.Container{Image: t.image(c.Image), Command: t.words(command), Args: t.words(args)}
	if readsExecutorInput(c) {
		t.launched(container)
	}
	return container
}

var inputName = regexp.MustCompile(`"InputName": *"([^"]*)"`)

// lookedAt takes the defaults off the inputs that an IfPresent looks at: KFP looks at what the task is given.
func (t container) lookedAt(words []string) {
	for _, word := range words {
		for _, m := range inputName.FindAllStringSubmatch(word, -1) {
			if s := t.of.inputs[m[1]]; s != nil && s.in.Default != nil {
				s.fallback, s.in.Default, s.in.Optional = s.in.Default, nil, true
			}
		}
	}
}

func (t container) image(image string) string {
	if given, ok := t.options.Images[image]; ok {
		t.images[image] = true
		return given
	}
	if placeholders.MatchString(image) {
		return imageOfTask
	}
	return image
}

// imageOfTask is the image of a component whose tasks each name one.
const imageOfTask = "image-of-the-task"

func (t container) words(words []string) []string {
	var all []string
	for _, word := range words {
		if list, ok := t.structured(word); ok {
			all = append(all, list...)
			continue
		}
		all = append(all, fill(word, t.line, t.value).word().hole())
	}
	return all
}

// word is the value as one word, which is empty where there is none.
func (v value) word() value {
	if v.optional {
		return v.as(spec.String).or("''")
	}
	return v
}

// value is what stands for a placeholder in a container.
func (t container) value(p placeholder) value {
	v := value{constant: p.all, typ: spec.String, line: t.line}
	switch {
	case p.all == executorInput:
		return value{code: t.description(), typ: spec.String, line: t.line}
	case p.side == "":
		return t.ofRun(p)
	}
	slots := t.of.inputs
	if p.side == "outputs" {
		slots = t.of.outputs
	}
	s, ok := slots[p.name]
	switch {
	case !ok || s.artifact != (p.kind == "artifacts"):
		t.errorf(t.line, "Unknown name in a placeholder", "The component has no such %s as in %s.",
			strings.TrimSuffix(p.kind, "s"), p.all)
		return v
	case p.isInput():
		v = value{code: "inputs." + s.name, typ: s.in.Type, optional: s.in.TakesNil() && s != t.known, line: t.line}
		if fallback, ok := s.absent(); ok && v.optional {
			v = v.or(literal(fallback))
		}
		return v
	case p.kind == "parameters" && p.side == "outputs" && p.rest == "output_file",
		p.kind == "artifacts" && p.rest == "path":
		return value{code: p.side + "." + s.name + ".path", typ: spec.String, line: t.line}
	case p.kind == "artifacts" && p.rest == "uri":
		optional := p.side == "inputs" && s.in.Optional && s != t.known
		return value{code: p.side + "." + s.name + ".uri", typ: spec.String, optional: optional, line: t.line}
	case p.kind == "artifacts" && strings.HasPrefix(p.rest, "metadata"):
		t.gap(t.line, gapMetadata, "%s is in an argument.", p.all)
	case p.kind == "artifacts" && p.rest == "":
		t.gap(t.line, gapArtifactJSON, "%s is in an argument.", p.all)
	default:
		t.gap(t.line, gapUnresolved, "%s is in an argument.", p.all)
	}
	return v
}

// ofRun is a value of the run, which each task that uses the component gives to an input of its own.
func (t container) ofRun(p placeholder) value {
	if p.kind == workspacePlaceholder {
		return t.workspaceValue(p, t.line)
	}
	if runValues[p.kind] == "" && p.kind != "pipeline_task_name" {
		t.unknownValue(p, t.line)
		return value{constant: p.all, typ: spec.String, line: t.line}
	}
	if code := runValues[p.kind]; code == taskID { // which a container knows by itself
		return value{code: code, typ: spec.String, line: t.line}
	}
	name := t.of.inputNames.identifier(p.kind)
	t.of.ofRun[name] = p
	return value{code: "inputs." + name, typ: spec.String, line: t.line}
}

// structured reads an argument that is the JSON of KFP's IfPresent or Concat.
func (t container) structured(word string) ([]string, bool) {
	if !strings.HasPrefix(word, `{"IfPresent"`) && !strings.HasPrefix(word, `{"Concat"`) {
		return nil, false
	}
	var parsed any
	if json.Unmarshal([]byte(word), &parsed) != nil {
		return nil, false
	}
	e, _ := t.element(parsed)
	if known, ok := e.(chosen); ok {
		return known.words, true
	}
	code, _ := e.(string)
	return []string{tag(code)}, true
}

// chosen is what an IfPresent gives whose answer is known.
type chosen struct{ words []string }

// element is an expression for a placeholder that is a structure: a string, or a list where it can be of any length.
func (t container) element(e any) (code any, isList bool) {
	switch e := e.(type) {
	case string:
		return fill(e, t.line, t.value).word().as(spec.String).expression(), false
	case map[string]any:
		if parts, ok := e["Concat"].([]any); ok && len(e) == 1 {
			return t.concat(parts), false
		}
		if c, ok := e["IfPresent"].(map[string]any); ok && len(e) == 1 {
			return t.ifPresent(c)
		}
	}
	t.errorf(t.line, "Unknown placeholder", "An argument holds a structure that is neither IfPresent nor Concat. "+
		"Compile the package again.")
	return "''", false
}

func (t container) concat(parts []any) string {
	t.warnf(t.line, "More than KFP does", "Open-source KFP does not resolve Concat, and the program gets its JSON. "+
		"Here it gets the joined text.")
	var code []string
	for _, p := range parts {
		e, isList := t.element(p)
		text, _ := e.(string)
		if known, ok := e.(chosen); ok {
			text = quote(strings.Join(known.words, ""))
		} else if isList {
			text = "join(" + text + ", '')"
		}
		code = append(code, operand(text))
	}
	if len(code) == 0 {
		return "''"
	}
	return strings.Join(code, " + ")
}

func (t container) ifPresent(c map[string]any) (code any, isList bool) {
	name, _ := c["InputName"].(string)
	s, ok := t.of.inputs[name]
	if !ok {
		t.errorf(t.line, "Unknown name in a placeholder", "IfPresent looks at the input %q, which the component "+
			"does not have.",
			name)
		return "[]", true
	}
	condition := "inputs." + s.name + " != nil"
	switch {
	case s.in.Required():
		return chosen{t.always(c["Then"])}, true // it is always there
	case s.artifact:
		condition = "inputs." + s.name + ".uri != nil"
	}
	return fmt.Sprintf("%s ? %s : %s", condition, t.list(c["Then"], s), t.list(c["Else"], nil)), true
}

// always are the words of a clause that is known to be taken.
func (t container) always(clause any) []string {
	var words []string
	for _, word := range clauses(clause) {
		text, isText := word.(string)
		if !isText {
			raw, _ := json.Marshal(word)
			text = string(raw)
		}
		words = append(words, text)
	}
	return t.words(words)
}

// list is a clause as a list of strings. present is the input that is there.
func (t container) list(clause any, present *slot) string {
	lists := []string{"["}
	add := func(part string) {
		last := &lists[len(lists)-1]
		if *last != "[" {
			*last += ", "
		}
		*last += part
	}
	t.known = present
	for _, word := range clauses(clause) {
		code, isList := t.element(word)
		switch e := code.(type) {
		case chosen:
			for _, known := range e.words {
				add(quote(known))
			}
		case string:
			if !isList {
				add(e)
				continue
			}
			lists[len(lists)-1] += "]"
			lists = append(lists, operand(e), "[")
		}
	}
	if lists[len(lists)-1] += "]"; len(lists) == 1 {
		return lists[0]
	}
	return "concat(" + strings.Join(lists, ", ") + ")"
}

// clauses are the words of Then or Else: a list, one word, or nothing.
func clauses(c any) []any {
	switch c := c.(type) {
	case nil:
		return nil
	case []any:
		return c
	}
	return []any{c}
}
