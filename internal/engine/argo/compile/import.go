package compile

import (
	"fmt"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// imported compiles a task that gives an artifact which exists already. It is a node without a pod, so that conditions,
// fallbacks and pipelines around treat it like any other task.
func (c *pipelineCompiler) imported(t call) (wfv1.DAGTask, error) {
	compiled := wfv1.DAGTask{Name: layout.TaskName(t.name), Template: layout.ImportTemplate}
	var err error
	if compiled.Arguments, err = arguments(t.task, t.Texts); err != nil {
		return compiled, err
	}
	artifact, err := importedArtifact(spec.ImportOutput, t.task.Inputs[spec.ImportURI], t.Env)
	if err != nil {
		return compiled, fmt.Errorf("uri: %w", err)
	}
	compiled.Arguments.Artifacts = wfv1.Artifacts{artifact}
	give := func(name, value string) {
		p := wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)}
		compiled.Arguments.Parameters = append(compiled.Arguments.Parameters, p)
	}
	give(layout.ImportType, string(t.task.Component.Outputs[spec.ImportOutput].Type))
	if t.task.DisplayName != "" {
		give(layout.DisplayName, t.task.DisplayName)
	}
	if t.task.When != "" {
		compiled.When, err = t.condition()
	}
	c.addTemplate(c.importTemplate())
	return compiled, err
}

// importTemplate hands on the artifact that it gets, and says of it what the task says. Its only step is skipped. The
// digest tells caches that the address stands for the content.
func (c *pipelineCompiler) importTemplate() wfv1.Template {
	t := wfv1.Template{
		Name: layout.ImportTemplate,
		Inputs: wfv1.Inputs{
			Parameters: []wfv1.Parameter{
				{Name: spec.ImportURI}, hidden(spec.ImportMetadata, "{}"), hidden(layout.ImportType, string(spec.Artifact)),
			},
			Artifacts: wfv1.Artifacts{{Name: spec.ImportOutput}},
		},
		Steps: oneStep(c.fails(layout.FailTask, "false", "'false' != 'false'")),
		Outputs: wfv1.Outputs{
			Parameters: []wfv1.Parameter{{Name: layout.ArtifactParameter(spec.ImportOutput), ValueFrom: &wfv1.ValueFrom{
				Expression: `"{\"uri\":" + toJson(inputs.parameters.` + spec.ImportURI + `) + ",\"metadata\":" + inputs.parameters.` +
					spec.ImportMetadata + ` + ",\"digest\":\"\"}"`,
			}}},
			Artifacts: wfv1.Artifacts{{Name: spec.ImportOutput, From: "{{inputs.artifacts." + spec.ImportOutput + "}}"}},
		},
	}
	showsDisplayName(&t)
	return t
}
