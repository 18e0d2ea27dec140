package layout

import (
	"regexp"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

var quotedName = regexp.MustCompile(`"([^"]+)"`)

// HandledByEnd reports whether EndTask takes the failures before a task for handled where that has run.
func HandledByEnd(end wfv1.DAGTask, task string) bool {
	p := end.Arguments.GetParameterByName(EndParameter)
	return p != nil && p.Value != nil && strings.Contains(p.Value.String(), `tasks["`+task+`"].status in [`)
}

// EndOf is the EndTask of a DAG; nil: it has none.
func EndOf(tasks []wfv1.DAGTask) *wfv1.DAGTask {
	for i := range tasks {
		if tasks[i].Name == EndTask {
			return &tasks[i]
		}
	}
	return nil
}

// AllowedByEnd reads which tasks may fail: those of whose failure EndTask says nothing.
func AllowedByEnd(end wfv1.DAGTask, tasks []wfv1.DAGTask) []string {
	p := end.Arguments.GetParameterByName(EndParameter)
	if p == nil || p.Value == nil {
		return nil
	}
	var counted []string
	for list := range strings.SplitSeq(p.Value.String(), "any([") {
		list, _, isList := strings.Cut(list, "]")
		if !isList {
			continue
		}
		for _, m := range quotedName.FindAllStringSubmatch(list, -1) {
			counted = append(counted, m[1])
		}
	}
	var allowed []string
	for _, t := range tasks {
		if !strings.HasPrefix(t.Name, HiddenPrefix) && !slices.Contains(counted, t.Name) {
			allowed = append(allowed, t.Name)
		}
	}
	return allowed
}
