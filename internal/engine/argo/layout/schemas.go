package layout

import (
	"slices"
)

// An unread field is one that the schemas of some versions of Argo demand, those of others do not declare, and no
// controller reads: whether a live object has it depends on the cluster alone, and says nothing. What is compiled has
// it, so that the version of a component is the same everywhere.
var unreadFields = [][]string{
	{"memoize", "cache", "configMap", "key"}, // demanded until 3.7, undeclared from 4.0 on
}

// IsUnreadField reports whether the keys from an object's root lead to such a field.
func IsUnreadField(keys []string) bool {
	return slices.ContainsFunc(unreadFields, func(f []string) bool {
		return len(keys) > len(f) && slices.Equal(keys[len(keys)-len(f):], f)
	})
}

// WithoutUnreadFields is an object for a cluster whose schema does not declare them.
func WithoutUnreadFields(object any) (map[string]any, error) {
	content, err := AsJSON(object)
	if err != nil {
		return nil, err
	}
	removeUnread(content, nil)
	return content, nil
}

func removeUnread(value any, keys []string) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			below := append(keys, key)
			if IsUnreadField(below) {
				delete(v, key)
				continue
			}
			removeUnread(inner, below)
		}
	case []any:
		for _, inner := range v {
			removeUnread(inner, append(keys, "[]"))
		}
	}
}
