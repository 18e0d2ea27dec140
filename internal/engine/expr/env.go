package expr

import "strings"

// Anything is the last segment of names that are not known yet: "tasks.load.outputs.*" says that any output may exist.
const Anything = "*"

// Lookup finds a variable by its dotted name.
func (e Env) Lookup(name string) (Var, bool) {
	if v, ok := e.Own[name]; ok {
		return v, true
	}
	if v, ok := e.Shared[name]; ok {
		return v, true
	}
	v, ok := e.Shared[name[:strings.LastIndexByte(name, '.')+1]+Anything]
	return v, ok
}

// Resolve finds the variable that a reference leads to, without the members of its value.
func (e Env) Resolve(reference string) (name string, v Var, ok bool) {
	name, _, ok = e.lookup(strings.Split(reference, "."))
	v, _ = e.Lookup(name)
	return name, v, ok
}

// lookup returns the variable that the first n segments name, with the longest name that exists.
func (e Env) lookup(segments []string) (name string, n int, ok bool) {
	for n = len(segments); n > 0; n-- {
		name = strings.Join(segments[:n], ".")
		if _, ok := e.Lookup(name); ok {
			return name, n, true
		}
	}
	return "", 0, false
}
