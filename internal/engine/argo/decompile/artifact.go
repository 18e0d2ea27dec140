package decompile

import (
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// readArtifact undoes InputArtifact.
func readArtifact(d *expr.Decompiler, env expr.Env, a wfv1.Artifact, metadata string, in spec.Input) (string, bool) {
	text, ok := "", false
	d = d.For(in.TakesNil())
	if a.S3 != nil {
		s3 := *a.S3
		s3.Key = strings.TrimPrefix(s3.Key, layout.RootPlace)
		a.S3 = &s3
	}
	switch {
	case a.From != "":
		text, ok = bareText(d, a.From)
	case a.FromExpression != "":
		text, ok = d.ValueFrom(a.FromExpression, in.Type)
	case a.S3 != nil && strings.HasPrefix(a.S3.Key, layout.ListsPlace+"/"):
		task, output, _ := strings.Cut(strings.TrimPrefix(a.S3.Key, layout.ListsPlace+"/"), "/")
		text, ok = bareText(d, "{{tasks."+task+".outputs.artifacts."+output+"}}")
	default:
		text, ok = readImport(d, metadata)
	}
	if !ok {
		return "", false
	}
	again, _, err := compile.InputArtifact(a.Name, text, compile.Texts{Env: env}, in)
	return text, err == nil && compile.ArtifactText(again) == compile.ArtifactText(a)
}

// imported reads a task that gives an artifact which exists already.
func (r *taskReader) imported() {
	given := r.outer.Arguments
	if p := given.GetParameterByName(layout.ImportType); p != nil && p.Value != nil {
		r.task.Component = spec.ImportRef(spec.Type(p.Value.String()))
	} else {
		r.task.Component = spec.ImportRef(spec.Artifact)
	}
	r.condition(r.outer.When, true)
	for _, p := range given.Parameters {
		switch {
		case p.Value == nil:
		case p.Name == layout.DisplayName:
			r.task.DisplayName = p.Value.String()
		case r.task.Component.Inputs[p.Name].Type != "":
			r.input(p.Name, p.Value.String())
			r.open[len(r.open)-1].at = ".import." + p.Name
		}
	}
}

// readImport undoes importedArtifact: the metadata holds the address as it was given.
func readImport(d *expr.Decompiler, metadata string) (string, bool) {
	argo, opened := strings.CutPrefix(metadata, `{"uri":`)
	argo, closed := strings.CutSuffix(argo, "}")
	if !opened || !closed {
		return "", false
	}
	return d.JSONString(argo)
}
