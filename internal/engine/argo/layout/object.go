package layout

import (
	"encoding/json"
	"fmt"
	"strings"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// AsJSON is an object as it is sent to the cluster, decoded.
func AsJSON(v any) (map[string]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	var out map[string]any
	if err := utiljson.Unmarshal(data, &out); err != nil { // whose whole numbers are int64, as in objects from the cluster
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	delete(out, "status")
	if meta, ok := out["metadata"].(map[string]any); ok {
		delete(meta, "creationTimestamp")
	}
	if s, ok := out["spec"].(map[string]any); ok {
		if meta, ok := s["workflowMetadata"].(map[string]any); ok {
			delete(meta, "creationTimestamp")
		}
	}
	return out, nil
}

// Decoder decodes an object into a typed value.
type Decoder func(any) error

// Set puts a value into a map that may be nil.
func Set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// MetadataOfObject returns the labels or annotations that Compare looks at: those of the other object, and this
// provider's. Everything else is somebody else's.
func MetadataOfObject(object map[string]any, key string) map[string]any {
	meta, _ := object["metadata"].(map[string]any)
	all, _ := meta[key].(map[string]any)
	own := map[string]any{}
	for name, v := range all {
		if strings.HasPrefix(name, Prefix) || name == ManagedByLabel || name == DescribeKey {
			own[name] = v
		}
	}
	return own
}

// ByName indexes a list of objects by their names; false if they have none, or not each its own.
func ByName(list []any) (map[string]any, bool) {
	named := map[string]any{}
	for _, v := range list {
		o, _ := v.(map[string]any)
		name, ok := o["name"].(string)
		if _, twice := named[name]; !ok || twice {
			return nil, false
		}
		named[name] = v
	}
	return named, true
}
