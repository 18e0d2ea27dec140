package compile

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Argo's list of failures holds every node that failed: groups of tasks too, which have no message or one about a
// child, each attempt of a repetition beside the whole, and what the compiler adds.
const (
	failedGroup   = `(?s)^(child '.*' (failed|errored).*|step group deemed .*)?$`
	stepsOfLoop   = `^[[]`
	failedAttempt = `(?s)^[^(:]*([(][0-9]+:.*[)])?[(][0-9]+[)]$`
	addedTask     = `^` + layout.HiddenPrefix
	wrappedTask   = `^` + layout.InnerTask // what a wrapper calls is a task of the user's
)

// failures is an expression for what run.failures holds: the failed tasks. Those that are allowed to fail are left out
// where only they can have their names, which pipelines inside may use as well.
func failures(p spec.Pipeline) string {
	is := func(field, pattern string) string {
		return "(#." + field + ` ?? "") matches ` + strconv.Quote(pattern)
	}
	keep := []string{
		"not (" + is("message", failedGroup) + ")",
		"not (" + is("displayName", failedAttempt+"|"+stepsOfLoop) + ")",
		"(not (" + is("displayName", addedTask) + ") or " + is("displayName", wrappedTask) + ")",
	}
	if allowed := allowedNames(p); len(allowed) > 0 {
		keep = append(keep, "not ("+is("displayName", `(?s)^(`+strings.Join(allowed, "|")+`)([(][0-9]+:.*[)])?$`)+")")
	}
	return "toJson(toJson(filter(fromJSON(fromJSON(workflow.failures)) ?? [], " + strings.Join(keep, " and ") + ")))"
}

// allowedNames are patterns of the displayed names of tasks that may fail.
func allowedNames(p spec.Pipeline) []string {
	var allowed []string
	for _, name := range spec.Names(p.Tasks) {
		t := p.Tasks[name]
		if t.Component.Kind.IsGraph() {
			return nil
		}
		if t.AllowFailure {
			shown := layout.TaskName(name)
			if t.DisplayName != "" {
				shown = t.DisplayName
			}
			allowed = append(allowed, regexp.QuoteMeta(shown))
		}
	}
	return allowed
}
