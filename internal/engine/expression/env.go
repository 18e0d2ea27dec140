package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Var is what a name stands for.
type Var struct {
	Type spec.Type
	// Argo is the name in Argo, such as inputs.parameters.radius or tasks.load-data.outputs.parameters.Output.
	Argo string
	// Code is an expression in Argo's names whose result is the value as a text, where no single name is.
	Code string
	// Text stands for the name where it is a constant known when the pipeline is compiled, such as a path.
	Text string
	// Nullable values may be absent: outputs of a task that may have been skipped or failed.
	Nullable bool
}

// Env is what a text may refer to: its own names over shared ones.
type Env struct {
	Own    map[string]Var
	Shared map[string]Var
}

// Lookup finds a dotted name.
func (e Env) Lookup(name string) (Var, bool) {
	if v, ok := e.Own[name]; ok {
		return v, true
	}
	v, ok := e.Shared[name]
	return v, ok
}

// Resolve finds the variable that a reference leads to, without the members below it.
func (e Env) Resolve(reference string) (base string, v Var, ok bool) {
	base, _, ok = split(e, reference)
	v, _ = e.Lookup(base)
	return base, v, ok
}

// names lists what there is below a prefix, for messages.
func (e Env) names(prefix string) []string {
	var names []string
	for _, m := range []map[string]Var{e.Own, e.Shared} {
		for name := range m {
			if strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// unknown explains a name that is not there.
func (e Env) unknown(name string) (message, remedy string) {
	message = fmt.Sprintf("there is no %q here", name)
	parts := strings.Split(name, ".")
	for n := range slices.Backward(parts) {
		prefix := strings.Join(parts[:n], ".")
		if n > 0 {
			prefix += "."
		}
		near := e.names(prefix)
		if len(near) == 0 {
			continue
		}
		if best := nearest(name, near); best != "" {
			return message, fmt.Sprintf("Did you mean %q?", best)
		}
		const most = 8
		list := strings.Join(near[:min(most, len(near))], ", ")
		if len(near) > most {
			list += ", …"
		}
		return message, "There is " + list + "."
	}
	return message, ""
}

// nearest is the name that differs least, if that is little.
func nearest(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known[:min(len(known), 1000)] {
		if d := editDistance(name, k, distance); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// editDistance is Levenshtein's, at most limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		previous := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := previous
			if a[i-1] != b[j-1] {
				cost = 1 + min(previous, row[j], row[j-1])
			}
			previous, row[j] = row[j], cost
		}
	}
	return min(row[len(b)], limit)
}
