package functions

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/report"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

type reportFunction struct{}

// NewReport makes the function report.
func NewReport() function.Function { return reportFunction{} }

func (reportFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "report"
}

func (reportFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "A run on one page",
		MarkdownDescription: "Returns a page about a run: what became of it and of each task, what failed and why, outputs, parameters, when " +
			"each task ran, and metrics as tables, ROC curves and confusion matrices. It is one HTML document without scripts, " +
			"that needs no network, or Markdown for a pull request. It is made of what the state holds, so that it is known in " +
			"the plan after the run. Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{function.DynamicParameter{
			Name: "run", AllowUnknownValues: true, MarkdownDescription: "The run: a `kfp_run` resource.",
		}},
		VariadicParameter: function.DynamicParameter{
			Name: "with", AllowUnknownValues: true,
			MarkdownDescription: "The pipeline of the run, a `kfp_pipeline`, for a picture of it, and pipelines inside it, to be drawn " +
				"with their own tasks. And an object of options: `format` (`\"html\"` or `\"markdown\"`; default `\"html\"`), `html` " +
				"and `markdown`, maps of documents to be shown by their titles. What HTML in such a document wants to run, to load " +
				"or to send does not happen.",
		},
		Return: function.StringReturn{},
	}
}

func (reportFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var given types.Dynamic
	var with []types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &given, &with); resp.Error != nil {
		return
	}
	wrong := func(position int, err error) {
		if err != nil {
			resp.Error = function.ConcatFuncErrors(resp.Error, function.NewArgumentFuncError(int64(position), err.Error()))
		}
	}
	run, known, err := reportedRun(given)
	wrong(0, err)
	options := reportOptions{}
	inner := map[string]spec.Pipeline{}
	for i, v := range with {
		var isKnown bool
		var err error
		if isPipeline(v) {
			var p spec.Pipeline
			p, isKnown, err = drawnPipeline(v)
			inner[pipelineKey(p.Namespace, p.Name)] = p
		} else {
			isKnown, err = options.read(v)
		}
		known = known && isKnown
		wrong(i+1, err)
	}
	if resp.Error != nil {
		return
	}
	if !known {
		resp.Error = resp.Result.Set(ctx, types.StringUnknown())
		return
	}
	run.Documents = options.documents
	run.Resolve = func(r spec.Ref) (spec.Pipeline, bool) {
		p, ok := inner[pipelineKey(r.Namespace, r.Name)]
		return p, ok
	}
	if p, ok := run.Resolve(run.Ran); ok {
		run.Pipeline = &p
	}
	text := ""
	if options.format == markdownFormat {
		text = report.Markdown(run)
	} else if text, err = report.HTML(run); err != nil {
		resp.Error = function.NewFuncError(err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, text)
}

// isPipeline reports whether a value of any type is a pipeline, or wants to be one, rather than options.
func isPipeline(v attr.Value) bool {
	_, ok := (&drawnReader{}).Object(nil, v)["tasks"]
	return ok
}

// reportedRun reads what is told of a run.
func reportedRun(v attr.Value) (run report.Run, known bool, err error) {
	r := &drawnReader{known: true}
	o := r.Object(nil, v)
	if !r.known || len(r.errs) > 0 {
		return run, r.known, errors.Join(r.errs...)
	}
	if _, ok := o["phase"]; !ok || o["tasks"] == nil {
		return run, true, errors.New("this is no run: it has no phase and no tasks. Give the resource itself, such as kfp_run.x")
	}
	run.Name, run.Namespace = r.Text(problem.At("name"), o["name"]), r.Text(problem.At("namespace"), o["namespace"])
	run.URL, run.RunStatus = r.Text(problem.At("url"), o["url"]), r.status(o)
	run.Parameters = r.Texts(problem.At("parameters"), o["parameters"])
	if ref := r.Object(problem.At("pipeline"), o["pipeline"]); ref != nil && r.known {
		run.Ran = r.Ref(problem.At("pipeline").Attr("signature"), ref["signature"])
		run.Ran.Version = r.Text(problem.At("pipeline").Attr("version"), ref["version"])
	}
	return run, r.known, errors.Join(r.errs...)
}

// The formats of a report.
const (
	htmlFormat     = "html"
	markdownFormat = "markdown"
)

type reportOptions struct {
	format    string // empty: HTML
	documents []report.Document
}

// read reads an object of options.
func (o *reportOptions) read(v attr.Value) (known bool, err error) {
	r := &drawnReader{known: true}
	given := r.Object(nil, v)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains([]string{"format", htmlFormat, markdownFormat}, name) {
			r.errs = append(r.errs, fmt.Errorf("this is neither a pipeline nor an object of options: there is no option %q; "+
				"there is format, html and markdown", name))
		}
	}
	if format := r.Text(problem.At("format"), given["format"]); format != "" {
		o.format = format
		if format != htmlFormat && format != markdownFormat {
			r.errs = append(r.errs, fmt.Errorf("format is %q; write %s or %s", format, htmlFormat, markdownFormat))
		}
	}
	for _, kind := range []string{htmlFormat, markdownFormat} {
		texts := r.Texts(problem.At(kind), given[kind])
		for _, title := range slices.Sorted(maps.Keys(texts)) {
			o.documents = append(o.documents, report.Document{Title: title, Text: texts[title], IsHTML: kind == htmlFormat})
		}
	}
	return r.known, errors.Join(r.errs...)
}
