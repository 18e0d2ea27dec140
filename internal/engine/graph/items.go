package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// items checks each element of a constant list against the inputs that it is handed to as it is, or a field of it. The
// type of each.value alone does not tell: a list of elements of several types has none, and no type has allowed values.
func (c *checker) items(at problem.Path, t spec.Task, n *Node) {
	elements, ok := n.constantItems()
	if !ok {
		return
	}
	for _, text := range n.texts {
		in, known := t.Component.Inputs[text.input] // or the component is not made yet
		if !known || text.template == nil || text.want.IsArtifact() || c.reported(at.Key(text.input)) {
			continue
		}
		if name, ok := text.template.Member(); ok && len(name) >= 2 && slices.Equal(name[:2], []string{"each", "value"}) {
			c.elements(at.Key(text.input), elements, name[2:], in)
		}
	}
}

// constantItems are the elements that a loop goes over, where they are constants.
func (n *Node) constantItems() ([]json.RawMessage, bool) {
	for _, text := range n.texts {
		if !text.is("for_each") {
			continue
		}
		var elements []json.RawMessage
		constant, ok := text.constant()
		return elements, ok && json.Unmarshal([]byte(constant), &elements) == nil
	}
	return nil, false
}

// elements reports the first element that does not fit; what is wrong with one is mostly wrong with many.
func (c *checker) elements(at problem.Path, elements []json.RawMessage, fields []string, in spec.Input) {
	for i, element := range elements {
		value, ok := member(element, fields)
		if !ok {
			c.problems.Errorf(
				at, "Missing field", "Element %d of for_each, %s, has no %s.", i, element, strings.Join(fields, "."),
			)
			return
		}
		if reason := misfit(value, in); reason != "" {
			c.problems.Errorf(at, "Element of for_each does not fit", "Element %d of for_each: %s", i, reason)
			return
		}
	}
}

// misfit says why an input cannot take a value; empty: it can.
func misfit(value json.RawMessage, in spec.Input) string {
	if in.Optional && string(value) == "null" {
		return ""
	}
	var text string
	if value[0] != '"' || json.Unmarshal(value, &text) != nil {
		if in.Type == spec.String {
			return fmt.Sprintf("%s is not a string.", value)
		}
		text = string(value)
	}
	var found problem.List
	checkValue(&found, nil, text, in)
	if len(found) == 0 {
		return ""
	}
	return found[0].Detail
}

// member follows fields into an element.
func member(element json.RawMessage, fields []string) (json.RawMessage, bool) {
	for _, field := range fields {
		var object map[string]json.RawMessage
		if json.Unmarshal(element, &object) != nil || object[field] == nil {
			return nil, false
		}
		element = object[field]
	}
	return element, true
}

// reported tells whether something is wrong at a place already.
func (c *checker) reported(at problem.Path) bool {
	place := at.String()
	return slices.ContainsFunc(c.problems, func(p problem.Problem) bool { return p.Path.String() == place })
}
