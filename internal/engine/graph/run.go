package graph

import (
	"maps"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// runVars are what every text of a run may say of it.
var runVars = map[string]expr.Var{
	"run.name":       {Type: spec.String, Argo: "workflow.name", Coding: expr.Plain},
	"run.id":         {Type: spec.String, Argo: "workflow.uid", Coding: expr.Plain},
	"run.created_at": {Type: spec.String, Argo: "workflow.creationTimestamp.RFC3339", Coding: expr.Plain},
}

// runOutputs are runVars for the outputs of a pipeline, which Argo tells nothing of the run: a hidden input does.
var runOutputs = func() map[string]expr.Var {
	vars := map[string]expr.Var{}
	for name, v := range runVars {
		hidden, _, _ := RunInput(name)
		vars[name] = expr.Var{Type: v.Type, Code: `inputs.parameters["` + hidden + `"]`, Coding: v.Coding}
	}
	return vars
}()

// RunInput is the hidden input by which the outputs of a pipeline know something of the run, and what it holds.
func RunInput(name string) (hidden, argo string, ok bool) {
	v, ok := runVars[name]
	return "kfp-" + strings.NewReplacer(".", "-", "_", "-").Replace(name), "{{" + v.Argo + "}}", ok
}

// taskID is the name of what a task's pod is called.
const taskID = "task.id"

// podName is the name of the pod of the template in which it stands. A task's argument hands it on as an expression,
// which Argo cannot evaluate before it makes the pod: a plain tag would not pass its validation.
var podName = expr.Var{Type: spec.String, Code: "pod.name", Coding: expr.Plain, Late: true}

// podNameOfItem is podName for an item of a loop. Argo leaves no expression unevaluated when it fills in the item, so
// this one needs the item, and gives the other.
var podNameOfItem = expr.Var{
	Type: spec.String, Code: `[item, "\u007b\u007b=pod.name\u007d\u007d"][1]`, Coding: expr.Plain, Late: true,
}

// ownVars are what the texts of one task may say of the task itself, and of the item of its loop.
func ownVars(name string, n *Node) map[string]expr.Var {
	own := map[string]expr.Var{
		"task.name": {Type: spec.String, Text: name, Incidental: true}, taskID: podName,
	}
	if n == nil || n.Item == "" {
		return own
	}
	own[taskID] = podNameOfItem
	maps.Copy(own, ItemVars(n.Item, n.Indexed))
	return own
}

// ItemVars are each.value and each.index under for_each.
func ItemVars(item spec.Type, indexed bool) map[string]expr.Var {
	value, index := expr.ItemVars(item, indexed)
	vars := map[string]expr.Var{"each.value": value}
	if indexed {
		vars["each.index"] = index
	}
	return vars
}

// ids checks where a task uses the name of its pod.
func (c *checker) ids(at problem.Path, t spec.Task, n *Node) {
	refuse := func(of text, why string) {
		c.problems.Errorf(at.Join(of.path()), "Pod that is not there yet",
			"%q uses task.id, the name of the task's pod. %s", of.raw, why)
	}
	cached := isCachedByInputs(settings.Merge(c.pipeline.Defaults, t.Settings))
	for _, of := range n.texts {
		if of.inDefaults || !of.usesName(taskID) {
			continue
		}
		switch {
		case of.is("when") || of.is("for_each"):
			refuse(of, "The pod is made after that is known. Use task.name, or run.id.")
		case of.is("cache", "key"):
			refuse(of, "No two tasks have the same, so that nothing kept by it is ever found again. Leave it out of the key.")
		case of.input != "" && t.Component.Kind.IsGraph() && !n.open:
			refuse(of, "A "+string(t.Component.Kind)+" has none, only the tasks in it have. Use task.id there, or task.name here.")
		case of.imported || of.want.IsArtifact():
			refuse(of, "Where an artifact is has to be known before. Use run.id and task.name.")
		case of.input != "" && cached:
			refuse(of, "No two tasks have the same, so that the cache, which goes by the inputs, would never answer. "+
				"Turn the cache off, or give it a key without this input.")
		case !of.waits():
			refuse(of, waitsAlone)
		}
	}
}

const waitsAlone = "By the time that it is known, parameters and outputs have been put in already. Let {{ task.id }} " +
	"stand by itself, with nothing beside it but constants, run.… and task.name; a component takes the rest as an input " +
	"of its own."

// defaultIDs is ids for the settings that all tasks share.
func (c *checker) defaultIDs() {
	for _, of := range settingsTexts(&c.pipeline.Defaults) {
		if of.usesName(taskID) && (of.is("cache", "key") || !of.waits()) {
			c.problems.Errorf(problem.At("defaults").Join(of.path()), "Pod that is not there yet",
				"%q uses task.id, the name of the task's pod. %s", of.raw, waitsAlone)
		}
	}
}

func isCachedByInputs(s spec.Settings) bool {
	return s.Cache != nil && s.Cache.Enabled && s.Cache.Key == ""
}

// usesName reports whether the text uses a name.
func (t text) usesName(name string) bool {
	if t.template == nil {
		return false
	}
	for _, r := range t.template.References() {
		if r.Name == name {
			return true
		}
	}
	return false
}

// waits reports whether a text with the name of the pod can wait for that: nothing else in it has to be filled in
// before.
func (t text) waits() bool {
	for _, r := range t.template.References() {
		isOfRun := r.Name == "task.name" || strings.HasPrefix(r.Name, "run.") && runVars[r.Name].Argo != ""
		if !isOfRun && (r.Name != taskID || !r.Bare) {
			return false
		}
	}
	return true
}
