package compile

import (
	"fmt"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// given is the text that gives an output.
func (c *pipelineCompiler) given(output string) (*expr.Typed, error) {
	if t := c.graph.Given[output]; t != nil {
		return t, nil
	}
	return TypedText(c.pipeline.Outputs[output], c.graph.Scope.Outputs())
}

// runInputs are those by which the outputs know of the run.
func (c *pipelineCompiler) runInputs() []wfv1.Parameter {
	used := map[string]string{}
	for _, t := range c.graph.Given {
		for _, r := range t.References() {
			if hidden, argo, ok := graph.RunInput(r.Name); ok {
				used[hidden] = argo
			}
		}
	}
	var inputs []wfv1.Parameter
	for _, name := range spec.Names(used) {
		inputs = append(inputs, hidden(name, used[name]))
	}
	return inputs
}

func (c *pipelineCompiler) outputs() (wfv1.Outputs, error) {
	var out wfv1.Outputs
	for _, name := range spec.Names(c.pipeline.Outputs) {
		want := c.graph.Outputs[name].Type
		given, err := c.given(name)
		if err != nil {
			return out, fmt.Errorf("output %q: %w", name, err)
		}
		if want.IsArtifact() {
			artifact, meta, err := ArtifactOutput(name, given, want)
			if err != nil {
				return out, fmt.Errorf("output %q: %w", name, err)
			}
			if c.graph.Outputs[name].Optional {
				artifact.Optional, meta.Default = true, wfv1.AnyStringPtr(wire.Absent)
			}
			if artifact.From != "" || artifact.FromExpression != "" {
				out.Artifacts = append(out.Artifacts, artifact)
			}
			out.Parameters = append(out.Parameters, wfv1.Parameter{Name: layout.ArtifactParameter(name), ValueFrom: meta})
			continue
		}
		valueFrom, err := outputFrom(given, want)
		if c.graph.Outputs[name].Optional {
			valueFrom, err = MissingFrom(given, want)
		}
		if err != nil {
			return out, fmt.Errorf("output %q: %w", name, err)
		}
		out.Parameters = append(out.Parameters, wfv1.Parameter{Name: name, ValueFrom: valueFrom})
	}
	return out, nil
}

// MissingFrom is outputFrom for the output of a task, as it is, that may not be there.
func MissingFrom(t *expr.Typed, want spec.Type) (*wfv1.ValueFrom, error) {
	from, err := outputFrom(t, want)
	name, _ := t.Bare()
	if v, _ := t.Env().Lookup(name); err == nil && (v.Failing || from.Parameter == "") {
		code, err := t.CompileMissing(want)
		return &wfv1.ValueFrom{Expression: code}, err
	}
	if err == nil {
		from.Default = wfv1.AnyStringPtr(expr.AbsentText(want))
	}
	return from, err
}

// uncertain are the expressions of the outputs that may have no value though all that they need is there.
func (c *pipelineCompiler) uncertain() ([]string, error) {
	var all []string
	for _, name := range spec.Names(c.pipeline.Outputs) {
		want := c.graph.Outputs[name].Type
		given, err := c.given(name)
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", name, err)
		}
		if c.graph.Outputs[name].Optional || given.IsCertain() {
			continue
		}
		if want.IsArtifact() {
			given, want = ofMetadata(given), spec.String
		}
		code, err := given.CompileProbe(want)
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", name, err)
		}
		all = append(all, code)
	}
	return all, nil
}

// certain evaluates expressions where Argo can tell that it cannot.
func certain(expressions []string) wfv1.DAGTask {
	code := "any([" + strings.Join(expressions, ", ") + `], # == nil) ? "` + noneGiven + `" : "false"`
	return wfv1.DAGTask{
		Name: layout.OutputsTask, Template: layout.EndTask, Depends: layout.EndTask + ".Succeeded",
		Arguments: wfv1.Arguments{
			Parameters: []wfv1.Parameter{{Name: layout.EndParameter, Value: wfv1.AnyStringPtr("{{=" + code + "}}")}},
		},
	}
}

const noneGiven = "an output has no value: none of the tasks has succeeded that it chooses from"
