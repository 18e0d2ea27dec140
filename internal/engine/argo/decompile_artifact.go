package argo

import (
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// artifactText is all that an argument says of where an artifact comes from.
func artifactText(a wfv1.Artifact) string {
	a.Name, a.Optional = "", false
	text, err := wire.Marshal(a)
	if err != nil {
		return a.From + a.FromExpression
	}
	return text
}

// readArtifact undoes inputArtifact.
func readArtifact(d *expr.Decompiler, env expr.Env, a wfv1.Artifact, metadata string, in spec.Input) (string, bool) {
	text, ok := "", false
	d = d.For(in.TakesNil())
	switch {
	case a.From != "":
		text, ok = bareText(d, a.From)
	case a.FromExpression != "":
		text, ok = d.ValueFrom(a.FromExpression, in.Type)
	case a.S3 != nil && strings.HasPrefix(a.S3.Key, listsPlace+"/"):
		task, output, _ := strings.Cut(strings.TrimPrefix(a.S3.Key, listsPlace+"/"), "/")
		text, ok = bareText(d, "{{tasks."+task+".outputs.artifacts."+output+"}}")
	default:
		text, ok = readImport(d, metadata)
	}
	if !ok {
		return "", false
	}
	again, _, err := inputArtifact(a.Name, text, texts{env: env}, in)
	return text, err == nil && artifactText(again) == artifactText(a)
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
