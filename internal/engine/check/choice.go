package check

import (
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Choice checks a text that must be one of a few. Empty is the default and always right.
func Choice(l *problem.List, at problem.Path, title, text string, choices []string) {
	if text == "" || text == spec.Unknown || slices.Contains(choices, text) {
		return
	}
	hint := ""
	if near := problem.Nearest(text, choices); near != "" {
		hint = " " + problem.DidYouMean(near)
	}
	l.Errorf(at, title, "%q is not possible here. Write one of %s.%s", text, problem.Quoted(choices), hint)
}
