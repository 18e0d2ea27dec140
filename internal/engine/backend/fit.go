package backend

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
)

// decode reads decoded JSON into what v points to. With Argo's minimal definitions the API server checks nothing that
// an object holds, so anybody may have written anything. What v cannot hold is left out, like fields that it does not
// know: whoever compares the object with the wanted one still sees it.
func decode(content map[string]any, v any) error {
	if tryDecode(content, v) == nil {
		return nil
	}
	target := reflect.ValueOf(v).Elem()
	fitted, _ := fitting(content, func(whole any) bool {
		return tryDecode(
			whole, reflect.New(target.Type()).Interface(),
		) == nil
	})
	target.SetZero()
	return tryDecode(fitted, v)
}

func tryDecode(content, v any) error {
	data, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// fitting returns what of a decoded JSON value decodes, and whether anything of it does. decodes tries a part in its
// place in the whole.
func fitting(value any, decodes func(any) bool) (any, bool) {
	if decodes(value) {
		return value, true
	}
	switch v := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if part, ok := fitting(v[key], func(p any) bool { return decodes(map[string]any{key: p}) }); ok {
				kept[key] = part
			}
		}
		return kept, decodes(kept)
	case []any:
		kept := []any{}
		for _, element := range v {
			if part, ok := fitting(element, func(p any) bool { return decodes([]any{p}) }); ok {
				kept = append(kept, part)
			}
		}
		return kept, decodes(kept)
	}
	return nil, false
}
