package functions

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/diagram"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// diagramFunction draws a pipeline. There is one for each language of pictures.
type diagramFunction struct {
	name, summary, description string
	draw                       func(spec.Pipeline, diagram.Options) string
}

var _ function.Function = diagramFunction{}

// whatIsDrawn ends the description of both functions.
const whatIsDrawn = " Give the resource itself: `kfp_pipeline.x`. Parameters, tasks with their components, " +
	"conditions, loops and the tasks of `on_exit` are drawn. " +
	"A nested pipeline is one box, or a frame around its own tasks if it is given as one of the further arguments. " +
	"A `kfp_run` among the further arguments is drawn upon the pipeline: what became of each task, how long it took, its " +
	"attempts and items, what came from the cache, and what was skipped, left out or has not begun, in words, signs and colours. " +
	"Needs Terraform 1.8 or OpenTofu 1.7."

// NewMermaid makes the function mermaid.
func NewMermaid() function.Function {
	return diagramFunction{
		name:    "mermaid",
		summary: "Pipeline as Mermaid text",
		description: "Returns a pipeline as the text of a [Mermaid](https://mermaid.js.org) flowchart, which GitHub, " +
			"GitLab and many others show as a picture." + whatIsDrawn,
		draw: diagram.Mermaid,
	}
}

// NewSVG makes the function svg.
func NewSVG() function.Function {
	return diagramFunction{
		name:    "svg",
		summary: "Pipeline as an SVG picture",
		description: "Returns a pipeline as a standalone SVG document, without scripts and links, that is light or dark " +
			"as its viewer prefers." + whatIsDrawn,
		draw: func(p spec.Pipeline, o diagram.Options) string { return string(diagram.SVG(p, o)) },
	}
}

func (f diagramFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f diagramFunction) Definition(
	_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse,
) {
	resp.Definition = function.Definition{
		Summary:             f.summary,
		MarkdownDescription: f.description,
		Parameters: []function.Parameter{function.DynamicParameter{
			Name: "pipeline", AllowUnknownValues: true,
			MarkdownDescription: "The pipeline: a `kfp_pipeline` resource.",
		}},
		VariadicParameter: function.DynamicParameter{
			Name: "nested", AllowUnknownValues: true,
			MarkdownDescription: "Pipelines that tasks use, to be drawn with their own tasks, and a run of the pipeline: a `kfp_run`.",
		},
		Return: function.StringReturn{},
	}
}

func (f diagramFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var pipeline types.Dynamic
	var nested []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &pipeline, &nested); resp.Error != nil {
		return
	}
	var unknown bool
	read := func(position int64, v attr.Value) spec.Pipeline {
		p, known, err := drawnPipeline(v)
		if err != nil {
			resp.Error = function.ConcatFuncErrors(resp.Error, function.NewArgumentFuncError(position, err.Error()))
		}
		unknown = unknown || !known
		return p
	}
	main := read(0, pipeline)
	inner := map[string]spec.Pipeline{}
	var run *diagram.Run
	for i, v := range nested {
		if isRun(v) {
			found, known, err := drawnRun(v, main)
			if err == nil && run != nil {
				err = errors.New("only one run can be drawn upon a pipeline, and there is another one before this")
			}
			if err != nil {
				resp.Error = function.ConcatFuncErrors(resp.Error, function.NewArgumentFuncError(int64(i+1), err.Error()))
			}
			run, unknown = &found, unknown || !known
			continue
		}
		p := read(int64(i+1), v)
		inner[pipelineKey(p.Namespace, p.Name)] = p
	}
	if resp.Error != nil {
		return
	}
	if unknown {
		resp.Error = resp.Result.Set(ctx, types.StringUnknown())
		return
	}
	picture := f.draw(main, diagram.Options{Run: run, Resolve: func(r spec.Ref) (spec.Pipeline, bool) {
		p, ok := inner[pipelineKey(r.Namespace, r.Name)]
		return p, ok
	}})
	resp.Error = resp.Result.Set(ctx, picture)
}

// pipelineKey tells pipelines apart. The version does not count: before the first apply it may be unknown.
func pipelineKey(namespace, name string) string { return fmt.Sprintf("%s/%s", namespace, name) }
