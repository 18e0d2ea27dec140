package settings

import (
	"cmp"
	"maps"
	"reflect"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Merge returns the settings of a task over the defaults of its pipeline: what the task sets wins; maps are merged
// key by key, lists and nested objects are replaced as a whole.
func Merge(defaults, task spec.Settings) spec.Settings {
	if defaults.AreUnset() {
		return task
	}
	var merged spec.Settings
	for _, setting := range All {
		setting.merge(&merged, &defaults, &task)
	}
	return merged
}

// Without undoes Merge: the settings that a task has of its own. What it cannot unset shows when the result is
// compiled again.
func Without(defaults, merged spec.Settings) spec.Settings {
	if defaults.AreUnset() {
		return merged
	}
	var own spec.Settings
	for _, setting := range All {
		setting.without(&own, &defaults, &merged)
	}
	return own
}

// over is how a task's value goes over that of defaults, and back.
type over[T any] struct {
	merge   func(defaults, task T) T
	without func(defaults, merged T) T
}

// textOver is for texts. Two that are the same for same are taken for equal; nil: only equal ones are.
func textOver(same func(a, b string) bool) over[string] {
	return over[string]{
		merge: func(defaults, task string) string { return cmp.Or(task, defaults) },
		without: func(defaults, merged string) string {
			if defaults == merged || same != nil && same(defaults, merged) {
				return ""
			}
			return merged
		},
	}
}

func mapOver[V any]() over[map[string]V] {
	return over[map[string]V]{merge: mergeMaps[V], without: withoutMap[V]}
}

// listOver is for lists. An empty one is what a task says to have none of what defaults has.
func listOver[V any]() over[[]V] {
	return over[[]V]{
		merge: func(defaults, task []V) []V {
			if task == nil {
				return defaults
			}
			return task
		},
		without: func(defaults, merged []V) []V {
			switch {
			case equal(defaults, merged):
				return nil
			case merged == nil:
				return []V{}
			}
			return merged
		},
	}
}

// objectOver is for nested objects. none is what a task says to have nothing of what defaults has; nil: it cannot.
func objectOver[V any](none func(defaults V) *V) over[*V] {
	return over[*V]{
		merge: func(defaults, task *V) *V { return cmp.Or(task, defaults) },
		without: func(defaults, merged *V) *V {
			switch {
			case defaults == nil:
				return merged
			case merged != nil && equal(*defaults, *merged):
				return nil
			case merged == nil && none != nil:
				return none(*defaults)
			}
			return merged
		},
	}
}

func mergeMaps[V any](defaults, task map[string]V) map[string]V {
	if len(defaults) == 0 {
		return task
	}
	m := maps.Clone(defaults)
	maps.Copy(m, task)
	return m
}

func withoutMap[V any](defaults, merged map[string]V) map[string]V {
	var own map[string]V
	for key, v := range merged {
		if d, ok := defaults[key]; !ok || !equal(d, v) {
			put(&own, key, v)
		}
	}
	return own
}

// put puts a value into a map that may be nil.
func put[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }
