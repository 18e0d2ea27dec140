package kfpir

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// word is one of a command's words as a compiled package has it: placeholders are texts there, and structures JSON.
func (t v1Translation) word(n *yaml.Node) string {
	switch v := t.structure(n, 0).(type) {
	case string:
		return v
	default:
		text, err := wire.Marshal(v)
		if err != nil {
			t.errorf(n.Line, "Unknown placeholder", "It cannot be read: %v.", err)
		}
		return text
	}
}

// structure is a text, or IfPresent or Concat as a compiled package has them.
func (t v1Translation) structure(n *yaml.Node, depth int) any {
	n = resolved(n)
	keys, isMap := fields(n)
	if depth > maxDepth || n == nil {
		return ""
	}
	if !isMap {
		if n.Kind != yaml.ScalarNode {
			t.errorf(n.Line, "Unknown placeholder", "A word of a command is a text or a mapping.")
		}
		return n.Value
	}
	for kind, value := range keys {
		value = resolved(value)
		if value == nil || len(keys) != 1 {
			break
		}
		name, known := t.names[value.Value]
		if !known {
			name = v1Name(value.Value)
		}
		switch kind {
		case "inputValue":
			return "{{$.inputs.parameters['" + name + "']}}"
		case "inputPath":
			return "{{$.inputs.artifacts['" + name + "'].path}}"
		case "inputUri":
			return "{{$.inputs.artifacts['" + name + "'].uri}}"
		case "outputUri":
			return "{{$.outputs.artifacts['" + name + "'].uri}}"
		case "outputPath":
			if t.parameters[name] {
				return "{{$.outputs.parameters['" + name + "'].output_file}}"
			}
			return "{{$.outputs.artifacts['" + name + "'].path}}"
		case "executorInput":
			return "{{$}}"
		case "concat":
			return map[string]any{"Concat": t.list(value, depth)}
		case "if":
			return t.choice(value, depth)
		}
	}
	t.errorf(n.Line, "Unknown placeholder", "There is inputValue, inputPath, outputPath, inputUri, outputUri, if "+
		"and concat.")
	return ""
}

func (t v1Translation) list(n *yaml.Node, depth int) []any {
	list := []any{}
	if n = resolved(n); n == nil {
		return list
	}
	if n.Kind != yaml.SequenceNode {
		return append(list, t.structure(n, depth+1))
	}
	for _, e := range n.Content {
		list = append(list, t.structure(e, depth+1))
	}
	return list
}

// choice is {cond: {isPresent: x}, then: […], else: […]}. A cond may also be the text true or false.
func (t v1Translation) choice(n *yaml.Node, depth int) any {
	keys, _ := fields(n)
	cond, isMap := fields(resolved(keys["cond"]))
	present := resolved(cond["isPresent"])
	if !isMap || present == nil {
		t.errorf(n.Line, "Unknown condition", "The cond of an if is {isPresent: name}.")
		return ""
	}
	name, ok := t.names[present.Value]
	if !ok {
		name = strings.ToLower(present.Value)
	}
	return map[string]any{"IfPresent": map[string]any{
		"InputName": name, "Then": t.list(keys["then"], depth), "Else": t.list(keys["else"], depth),
	}}
}
