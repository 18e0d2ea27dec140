package argo

import (
	"regexp"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// endTask says what becomes of a DAG where Argo would be wrong. By itself, a DAG fails if one of its last tasks did, and a
// task that did not run has the state of those before it, as far as Argo can see into them. That takes failures that are
// allowed for failures, and overlooks that of a nested pipeline whose tasks have all succeeded.
// endTask comes last, always runs, and fails if there was a failure that nobody has handled. It has no pod: its only step
// is skipped, or fails.
const (
	endTask      = "kfp-end"
	endParameter = "failed" // why, or "false"
)

// failTask fails without a pod: it has to wait for what is no time. A condition that is none would fail as well, but leaves
// steps without a last node, and then Argo never gets to what comes after them.
const failTask = "kfp-fail"

// fails is a step that fails for a reason, unless its condition is false.
func (c *pipelineCompiler) fails(name, reason, when string) wfv1.WorkflowStep {
	c.addTemplate(wfv1.Template{
		Name: failTask, Inputs: wfv1.Inputs{Parameters: []wfv1.Parameter{{Name: endParameter}}},
		Suspend: &wfv1.SuspendTemplate{Duration: tag(endParameter)},
	})
	return wfv1.WorkflowStep{
		Name: name, Template: failTask, When: when,
		Arguments: wfv1.Arguments{Parameters: []wfv1.Parameter{{Name: endParameter, Value: wfv1.AnyStringPtr(reason)}}},
	}
}

// needsEnd reports whether Argo's own rule does not do.
func (g group) needsEnd(conditions []string) bool {
	special, looksUp := false, false
	for name, t := range g.tasks {
		if t.AllowFailure || t.Component.Kind == spec.PipelineKind && !g.nodes[name].Leaf {
			return true
		}
		special = special || isSpecial(t)
	}
	for _, condition := range conditions {
		looksUp = looksUp || strings.Contains(condition, noFailure)
	}
	// A task that looks up comes behind the tasks there, whose failures another one may have handled.
	return special && looksUp
}

// end compiles it.
func (c *pipelineCompiler) end(g group) wfv1.DAGTask {
	f := g.noFailure()
	seen := map[string]bool{}
	var ended []string
	for _, leaf := range g.leaves() {
		g.collect(f, leaf, seen)
		ended = append(ended, "("+taskName(leaf)+".Succeeded || !"+taskName(leaf)+".Succeeded)")
	}
	failed := "false"
	if !f.isNone() {
		failed = "{{=" + f.expression() + ` ? "a task has failed" : "false"}}`
	}
	c.addTemplate(wfv1.Template{
		Name: endTask, Inputs: wfv1.Inputs{Parameters: []wfv1.Parameter{{Name: endParameter}}},
		Steps: oneStep(c.fails(failTask, tag(endParameter), "'"+tag(endParameter)+"' != 'false'")),
	})
	return wfv1.DAGTask{
		Name: endTask, Template: endTask, Depends: strings.Join(ended, " && "),
		Arguments: wfv1.Arguments{Parameters: []wfv1.Parameter{{Name: endParameter, Value: wfv1.AnyStringPtr(failed)}}},
	}
}

func oneStep(step wfv1.WorkflowStep) []wfv1.ParallelSteps {
	return []wfv1.ParallelSteps{{Steps: []wfv1.WorkflowStep{step}}}
}

var quotedName = regexp.MustCompile(`"([^"]+)"`)

// allowedByEnd reads which tasks may fail: those of whose failure endTask says nothing.
func allowedByEnd(end wfv1.DAGTask, tasks []wfv1.DAGTask) []string {
	p := end.Arguments.GetParameterByName(endParameter)
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
		if t.Name != endTask && !slices.Contains(counted, t.Name) {
			allowed = append(allowed, t.Name)
		}
	}
	return allowed
}
