package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// unknown says what is wrong with a name that no variable has, and what exists where it goes wrong.
func (e Env) unknown(segments []string) (message, remedy string) {
	known := 0
	var next []string
	for ; known <= len(segments); known++ {
		n := e.after(segments[:known])
		if len(n) == 0 {
			break
		}
		next = n
	}
	known-- // the last prefix that something begins with
	if why := e.elsewhere(segments[0]); why != "" && known <= 0 && len(e.after(segments[:1])) == 0 {
		return fmt.Sprintf("There is no name %s.", segments[0]), why
	}
	if known < 0 {
		return fmt.Sprintf("There is no name %s here.", strings.Join(segments, ".")), "Only constants can stand here."
	}
	prefix := strings.Join(segments[:known], ".")
	if known == len(segments) {
		return fmt.Sprintf(
			"%s is not a value.", prefix,
		), fmt.Sprintf("Name what you want of it: %s.", problem.Quoted(under(prefix, next)))
	}
	wrong := segments[known]
	message = fmt.Sprintf("There is no name %s.", wrong)
	if prefix != "" {
		message = fmt.Sprintf("%s has no %s.", prefix, wrong)
	}
	if why := e.elsewhere(strings.TrimPrefix(prefix+"."+wrong, ".")); why != "" {
		return message, why
	}
	if known == 0 && len(segments) > 1 { // nothing of that kind is here, though it may be elsewhere
		whole := segments[0] + "." + segments[1]
		if why := e.elsewhere(whole); why != "" {
			return fmt.Sprintf("There is no name %s.", whole), why
		}
	}
	if hint := foreignName(segments); hint != "" {
		return message, hint
	}
	next = e.others(prefix, next)
	if near := problem.Nearest(wrong, next); near != "" {
		return message, problem.DidYouMean(under(prefix, []string{near})...)
	}
	return message, strings.TrimSpace(problem.Suggest("", under(prefix, next)))
}

func (e Env) elsewhere(name string) string {
	if e.Elsewhere == nil {
		return ""
	}
	return e.Elsewhere(name)
}

// after returns the segments that may follow a prefix, in order.
func (e Env) after(prefix []string) []string {
	start := ""
	if len(prefix) > 0 {
		start = strings.Join(prefix, ".") + "."
	}
	next := map[string]bool{}
	for _, names := range []map[string]Var{e.Own, e.Shared} {
		for name := range names {
			rest, ok := strings.CutPrefix(name, start)
			segment, _, _ := strings.Cut(rest, ".")
			if ok && segment != Anything {
				next[segment] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(next))
}

// others are the names that may be meant: all but the task that the text belongs to, which cannot need itself.
func (e Env) others(prefix string, names []string) []string {
	self, ok := strings.CutPrefix(e.Self, prefix+".")
	if prefix == "" || !ok {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == self })
}

// under puts a prefix before names.
func under(prefix string, names []string) []string {
	if prefix == "" {
		return names
	}
	full := make([]string, len(names))
	for i, n := range names {
		full[i] = prefix + "." + n
	}
	return full
}
