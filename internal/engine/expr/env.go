package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Lookup finds a variable by its dotted name.
func (e Env) Lookup(name string) (Var, bool) {
	if v, ok := e.Own[name]; ok {
		return v, true
	}
	v, ok := e.Shared[name]
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

// maxListed bounds how many names a message lists.
const maxListed = 12

// unknown says what is wrong with a name that no variable has, and what exists where it goes wrong.
func (e Env) unknown(segments []string) (message, remedy string) {
	known := 0
	var next map[string]bool
	for ; known <= len(segments); known++ {
		n := e.after(segments[:known])
		if len(n) == 0 {
			break
		}
		next = n
	}
	known-- // the last prefix that something begins with
	if known < 0 {
		return fmt.Sprintf("There is no name %s here.", strings.Join(segments, ".")), "Only constants can stand here."
	}
	names := slices.Sorted(maps.Keys(next))
	prefix := strings.Join(segments[:known], ".")
	if known == len(segments) {
		return fmt.Sprintf("%s is not a value.", prefix), fmt.Sprintf("Name what you want of it: %s.", listed(prefix+".", names))
	}
	wrong := segments[known]
	if prefix == "" {
		message = fmt.Sprintf("There is no name %s.", wrong)
	} else {
		message = fmt.Sprintf("%s has no %s.", prefix, wrong)
		prefix += "."
	}
	if near := nearest(wrong, names); near != "" {
		remedy = fmt.Sprintf("Did you mean %s%s? ", prefix, near)
	}
	return message, remedy + fmt.Sprintf("There is: %s.", listed(prefix, names))
}

// after returns the segments that may follow a prefix.
func (e Env) after(prefix []string) map[string]bool {
	start := ""
	if len(prefix) > 0 {
		start = strings.Join(prefix, ".") + "."
	}
	next := map[string]bool{}
	for _, names := range []map[string]Var{e.Own, e.Shared} {
		for name := range names {
			if rest, ok := strings.CutPrefix(name, start); ok {
				segment, _, _ := strings.Cut(rest, ".")
				next[segment] = true
			}
		}
	}
	return next
}

func listed(prefix string, names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	more := ""
	if len(names) > maxListed {
		more = fmt.Sprintf(" and %d more", len(names)-maxListed)
		names = names[:maxListed]
	}
	full := make([]string, len(names))
	for i, n := range names {
		full[i] = prefix + n
	}
	return strings.Join(full, ", ") + more
}
