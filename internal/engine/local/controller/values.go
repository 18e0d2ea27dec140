package controller

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/expr/env"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/expr-lang/expr"
)

// values are what the tasks and the outputs of a template can look at: texts, artifacts, and nil for an output that
// there is not, since its task was skipped.
type values map[string]any

// valuesOf are the inputs of a template, and the outputs of the run.
func (r *Run) valuesOf(t *wfv1.Template) values {
	v := values{}
	for _, p := range t.Inputs.Parameters {
		if p.Value != nil {
			v["inputs.parameters."+p.Name] = p.Value.String()
		}
	}
	for _, a := range t.Inputs.Artifacts {
		v["inputs.artifacts."+a.Name] = a
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	v.addOutputs("workflow", r.wf.Status.Outputs)
	return v
}

// texts are the values without artifacts, over what every template can look at.
func (v values) texts(globals common.Parameters) map[string]any {
	all := make(map[string]any, len(v)+len(globals))
	for key, value := range globals {
		all[key] = value
	}
	for key, value := range v {
		switch value.(type) {
		case string, nil:
			all[key] = value
		}
	}
	return all
}

func (v values) addOutputs(prefix string, outputs *wfv1.Outputs) {
	if outputs == nil {
		return
	}
	if prefix != "workflow" {
		if outputs.Result != nil {
			v[prefix+".outputs.result"] = *outputs.Result
		}
		if outputs.ExitCode != nil {
			v[prefix+".exitCode"] = *outputs.ExitCode
		}
	}
	for _, p := range outputs.Parameters {
		if p.Value != nil {
			v[prefix+".outputs.parameters."+p.Name] = p.Value.String()
		}
	}
	for _, a := range outputs.Artifacts {
		v[prefix+".outputs.artifacts."+a.Name] = a
	}
}

// addNode adds what there is to know of a task or step.
func (r *Run) addNode(v values, prefix string, n wfv1.NodeStatus) {
	n = r.actual(n)
	v[prefix+".id"] = n.ID
	if !n.StartedAt.IsZero() {
		v[prefix+".startedAt"] = n.StartedAt.Format(time.RFC3339)
	}
	if !n.FinishedAt.IsZero() {
		v[prefix+".finishedAt"] = n.FinishedAt.Format(time.RFC3339)
	}
	if n.Phase != "" {
		v[prefix+".status"] = string(n.Phase)
	}
	v.addOutputs(prefix, n.Outputs)
}

// addMissing adds the outputs that a skipped task would have given: their defaults, or nothing. Of steps, artifacts
// that are missing can be looked at.
func (r *Run) addMissing(
	v values, prefix string, n wfv1.NodeStatus, holder wfv1.TemplateReferenceHolder, from scope, artifacts bool,
) {
	if n.Outputs != nil || n.Phase != wfv1.NodeSkipped && n.Phase != wfv1.NodeOmitted {
		return
	}
	t, _, err := r.resolve(holder, from)
	if err != nil {
		return // nothing is known of its outputs then
	}
	for _, p := range t.Outputs.Parameters {
		key := prefix + ".outputs.parameters." + p.Name
		if p.ValueFrom != nil && p.ValueFrom.Default != nil {
			v[key] = p.ValueFrom.Default.String()
			continue
		}
		v[key] = nil
	}
	for _, a := range t.Outputs.Artifacts {
		if artifacts {
			v[prefix+".outputs.artifacts."+a.Name] = wfv1.Artifact{}
		}
	}
}

// addItems adds the outputs of a loop as lists. A list of JSON values stays one of values.
func (v values) addItems(prefix string, items []wfv1.NodeStatus) {
	if len(items) == 0 {
		return
	}
	pairs, lists := []map[string]string{}, map[string][]string{}
	for _, n := range items {
		if n.Outputs == nil || n.Phase != wfv1.NodeSucceeded || len(n.Outputs.Parameters) == 0 {
			continue
		}
		one := map[string]string{}
		for _, p := range n.Outputs.Parameters {
			one[p.Name] = p.Value.String()
			lists[p.Name] = append(lists[p.Name], one[p.Name])
		}
		pairs = append(pairs, one)
	}
	v[prefix+".outputs.result"] = "[]"
	v[prefix+".outputs.parameters"] = jsonText(pairs)
	for name, list := range lists {
		v[prefix+".outputs.parameters."+name] = jsonText(unpacked(list))
	}
}

// unpacked are the values of texts that are all lists or objects of JSON; else the texts themselves.
func unpacked(texts []string) any {
	all := make([]any, 0, len(texts))
	for _, text := range texts {
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			return texts
		}
		switch value.(type) {
		case []any, map[string]any:
			all = append(all, value)
		default:
			return texts
		}
	}
	return all
}

func jsonText(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return "[]" // never: it was JSON, or texts
	}
	return string(data)
}

// fill replaces the tags in what encodes to JSON. Those of tasks and steps have to be known.
func fill[T any](of T, with map[string]any, strict ...string) (filled T, err error) {
	data, err := json.Marshal(of)
	if err != nil {
		return filled, err
	}
	text, err := template.ReplaceStrictAny(string(data), with, strict)
	if err != nil {
		return filled, err
	}
	return filled, json.Unmarshal([]byte(text), &filled)
}

// markMissing makes arguments that are nothing but an output that there is not as if they were not given.
func (v values) markMissing(args *wfv1.Arguments) {
	marked := make([]wfv1.Parameter, len(args.Parameters))
	copy(marked, args.Parameters)
	for i, p := range marked {
		if p.Value == nil {
			continue
		}
		text := p.Value.String()
		key, isTag := strings.CutPrefix(text, "{{")
		key, isWhole := strings.CutSuffix(key, "}}")
		if value, known := v[strings.TrimSpace(key)]; isTag && isWhole && known && value == nil {
			marked[i].Value = wfv1.AnyStringPtr(common.AbsentOptionalArgumentValue)
		}
	}
	args.Parameters = marked
}

// artifacts replaces references to artifacts by what they refer to. Those that are missing and may be are left out.
func (v values) artifacts(given wfv1.Artifacts) (wfv1.Artifacts, error) {
	found := wfv1.Artifacts{}
	for _, a := range given {
		if a.From == "" && a.FromExpression == "" {
			found = append(found, a)
			continue
		}
		actual, err := v.artifact(a)
		switch {
		case err != nil && a.Optional:
			continue
		case err != nil:
			return nil, fmt.Errorf("artifact %s: %w", a.Name, err)
		}
		actual.Name = a.Name
		found = append(found, actual)
	}
	return found, nil
}

func (v values) artifact(a wfv1.Artifact) (found wfv1.Artifact, err error) {
	var value any
	if a.FromExpression != "" {
		value, err = evaluate(a.FromExpression, v)
	} else {
		value, err = template.ResolveVar(a.From, v)
	}
	if err != nil {
		return found, err
	}
	switch is := value.(type) {
	case wfv1.Artifact:
		found = *is.DeepCopy()
	case *wfv1.Artifact:
		found = *is.DeepCopy()
	default:
		return found, fmt.Errorf("%s%s is no artifact", a.From, a.FromExpression)
	}
	if a.SubPath != "" {
		return found, found.AppendToKey(a.SubPath)
	}
	return found, nil
}

func evaluate(expression string, v values) (any, error) {
	known := env.GetFuncMap(v)
	program, err := expr.Compile(expression, expr.Env(known))
	if err != nil {
		return nil, err
	}
	value, err := expr.Run(program, known)
	if err == nil && value == nil {
		err = fmt.Errorf("failed to evaluate expression %q", expression)
	}
	return value, err
}

// outputs are what a graph or steps give.
func (v values) outputs(t *wfv1.Template) (*wfv1.Outputs, error) {
	if !t.Outputs.HasOutputs() {
		return nil, nil
	}
	var out wfv1.Outputs
	for _, p := range t.Outputs.Parameters {
		value, err := v.output(p)
		if err != nil {
			return nil, err
		}
		p.Value, p.ValueFrom = wfv1.AnyStringPtr(value), nil
		out.Parameters = append(out.Parameters, p)
	}
	for _, a := range t.Outputs.Artifacts {
		if a.From == "" && a.FromExpression == "" {
			continue
		}
		found, err := v.artifact(a)
		switch {
		case err != nil && a.Optional && strings.Contains(err.Error(), "Unable to resolve"):
			continue
		case err != nil:
			return nil, fmt.Errorf("unable to resolve outputs from scope: %w", err)
		}
		found.Name = a.Name
		out.Artifacts = append(out.Artifacts, found)
	}
	return &out, nil
}

// output is the value of an output parameter. Where there is none, the default stands in.
func (v values) output(p wfv1.Parameter) (value any, err error) {
	from := p.ValueFrom
	switch {
	case from == nil:
		return nil, fmt.Errorf("output parameter %q says not where its value is from", p.Name)
	case from.Expression != "":
		value, err = evaluate(from.Expression, v)
	case from.Parameter != "":
		value, err = template.ResolveVar(from.Parameter, v)
	default:
		value = ""
	}
	switch {
	case (err != nil || value == nil) && from.Default != nil:
		return from.Default.String(), nil
	case err != nil:
		return nil, err
	case value == nil:
		return nil, fmt.Errorf("output parameter %q: %q was skipped, and has no default", p.Name, from.Parameter)
	}
	return value, nil
}

// with is a copy of the values with another one.
func (v values) with(key, value string) values {
	more := maps.Clone(v)
	more[key] = value
	return more
}
