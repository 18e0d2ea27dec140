package argo_test

import (
	"encoding/json"
	"maps"
	"slices"

	"pgregory.net/rapid"
)

func copied(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err)
	}
	return out
}

// place is where a value of an object stands.
type place struct {
	in    any // a map or a list
	key   string
	index int
}

func (p place) get() any {
	if m, ok := p.in.(map[string]any); ok {
		return m[p.key]
	}
	list, _ := p.in.([]any)
	return list[p.index]
}

func (p place) set(v any) {
	if m, ok := p.in.(map[string]any); ok {
		m[p.key] = v
		return
	}
	list, _ := p.in.([]any)
	list[p.index] = v
}

func places(v any, found []place) []place {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			found = places(v[key], append(found, place{in: v, key: key}))
		}
	case []any:
		for i := range v {
			found = places(v[i], append(found, place{in: v, index: i}))
		}
	}
	return found
}

// mutate changes one place: removes it, takes the same field of another object, or a text that means something to
// somebody.
func mutate(t *rapid.T, o, other map[string]any) {
	p := rapid.SampledFrom(places(o["spec"], []place{{in: o, key: "spec"}})).Draw(t, "place")
	switch rapid.IntRange(0, 3).Draw(t, "change") {
	case 0:
		if m, ok := p.in.(map[string]any); ok {
			delete(m, p.key)
		}
	case 1:
		for _, q := range places(other["spec"], nil) {
			if q.key == p.key && q.key != "" {
				p.set(copied(q.get()))
				return
			}
		}
	case 2:
		if text, ok := p.get().(string); ok {
			p.set(
				text + rapid.SampledFrom([]string{
					"{{", "}}", "{", "{{item}}", "{{workflow.parameters.message}}", "$$", "$(HOME)", "{{inputs.parameters.message}}",
					"'", "\u0000", " && x", "/",
				}).Draw(t, "text"),
			)
		}
	default:
		if text, ok := p.get().(string); ok {
			p.set(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "x", "a-b", "true", "0", "main"})).Draw(t, text))
		}
	}
}
