package kfpir

import (
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Limits keep hostile packages cheap: aliases may stand for each other many times.
const (
	maxDepth = 100
	maxNodes = 1 << 20
)

// decoder reads YAML into the types of the schema, as strictly as KFP does: a field that a type does not have is an
// error, since it may change what the others mean.
type decoder struct {
	*findings
	visits int
}

// into reads a node. where is its path in the package, for messages.
func (d *decoder) into(n *yaml.Node, v reflect.Value, where string, depth int) {
	n = resolved(n)
	if isNull(n) {
		return
	}
	if d.visits++; d.visits > maxNodes || depth > maxDepth {
		if d.visits != maxNodes+2 { // told once
			d.errorf(n.Line, "Package too complex", "%s is nested too deeply, or its aliases stand for too much.",
				where)
		}
		d.visits = maxNodes + 1
		return
	}
	if v.Type() == nodeType {
		v.Set(reflect.ValueOf(n))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.into(n, v.Elem(), where, depth)
	case reflect.Struct:
		d.object(n, v, where, depth)
	case reflect.Map:
		d.mapping(n, v, where, depth)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.mistyped(n, where, "a list")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, e := range n.Content {
			d.into(e, v.Index(i), where+"["+strconv.Itoa(i)+"]", depth+1)
		}
	default:
		d.scalar(n, v, where)
	}
}

var nodeType = reflect.TypeFor[*yaml.Node]()

// pairs calls f for each key of a mapping, and tells of keys that stand there twice.
func (d *decoder) pairs(n *yaml.Node, where string, f func(key string, line int, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.mistyped(n, where, "a mapping")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 { // what is merged into it gives way to what stands there
		m := resolved(n.Content[i+1])
		if n.Content[i].ShortTag() == "!!merge" && m != nil && m.Kind == yaml.MappingNode && d.visits < maxNodes {
			d.visits += 1 + len(m.Content)
			d.pairs(m, where, f)
		}
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolved(n.Content[i]), n.Content[i+1]
		switch first, twice := seen[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			d.errorf(key.Line, "Key that is no text", "A key of %s is no text.", where)
			continue
		case key.ShortTag() == "!!merge":
			continue
		case twice:
			d.errorf(key.Line, "Key given twice", "%s has %q already on line %d. Remove one of them.", where, key.Value,
				first)
			continue
		}
		seen[key.Value] = key.Line
		f(key.Value, key.Line, value)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, where string, depth int) {
	v.Set(reflect.MakeMap(v.Type()))
	d.pairs(n, where, func(key string, line int, value *yaml.Node) {
		e := reflect.New(v.Type().Elem()).Elem()
		setLine(e, line)
		d.into(value, e, where+"."+key, depth+1)
		v.SetMapIndex(reflect.ValueOf(key), e)
	})
}

func (d *decoder) object(n *yaml.Node, v reflect.Value, where string, depth int) {
	setLine(v, n.Line)
	known := fieldsOf(v.Type())
	d.pairs(n, where, func(key string, line int, value *yaml.Node) {
		index, ok := known[key]
		if !ok {
			var names []string
			for i := range v.NumField() {
				if tag := v.Type().Field(i).Tag.Get("ir"); tag != "" {
					names = append(names, tag)
				}
			}
			d.errorf(line, "Unknown field", "%s has no field %q.%s A package of a newer KFP may have one; nothing "+
				"is ignored, since it may change what the package means.", where, key, problem.Suggest(key, names))
			return
		}
		d.into(value, v.Field(index), where+"."+key, depth+1)
	})
}

// fieldsOf are the fields of a type by the names that protobuf's JSON takes: inputDefinitions and input_definitions.
func fieldsOf(t reflect.Type) map[string]int {
	all := map[string]int{}
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("ir"); tag != "" {
			all[tag], all[snake(tag)] = i, i
		}
	}
	return all
}

func snake(camel string) string {
	var b strings.Builder
	for _, c := range camel {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(string(c)))
	}
	return b.String()
}

// setLine notes where a value starts, unless that is known already.
func setLine(v reflect.Value, line int) {
	if v.Kind() != reflect.Struct {
		return
	}
	if place := v.FieldByName("Line"); place.IsValid() && place.Int() == 0 {
		place.SetInt(int64(line))
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, where string) {
	if n.Kind != yaml.ScalarNode {
		d.mistyped(n, where, "a single value")
		return
	}
	tag := n.ShortTag()
	switch v.Kind() {
	case reflect.String:
		if tag != "!!str" && tag != "!!timestamp" {
			d.mistyped(n, where, "a text")
			return
		}
		v.SetString(n.Value)
	case reflect.Bool:
		if tag != "!!bool" {
			d.mistyped(n, where, "true or false")
			return
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case reflect.Int64:
		i, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || i != float64(int64(i)) {
			d.mistyped(n, where, "a whole number")
			return
		}
		v.SetInt(int64(i))
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil {
			d.mistyped(n, where, "a number")
			return
		}
		v.SetFloat(f)
	}
}

func (d *decoder) mistyped(n *yaml.Node, where, want string) {
	got := map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list"}[n.Kind]
	if n.Kind == yaml.ScalarNode {
		got = abbreviate(n.Value)
	}
	d.errorf(n.Line, "Wrong type", "%s is %s, and has to be %s.", where, got, want)
}

// abbreviate quotes a text for a message, without drowning it.
func abbreviate(text string) string {
	const limit = 60
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + "…"
	}
	return strconv.Quote(text)
}

// decode reads a node into one of the schema's types.
func decode[T any](n *yaml.Node, where string, found *findings) T {
	var to T
	(&decoder{findings: found}).into(n, reflect.ValueOf(&to).Elem(), where, 0)
	return to
}
