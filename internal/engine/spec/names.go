package spec

import "slices"

// Names returns the keys of a map in order, such as the names of tasks, inputs or settings; nil: there are none.
func Names[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
