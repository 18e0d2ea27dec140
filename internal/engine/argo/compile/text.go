package compile

import (
	"errors"
	"maps"
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// CompileText compiles a text for an input of type want.
func CompileText(text string, env expr.Env, want spec.Type) (string, error) {
	t, err := TypedText(text, env)
	if err != nil {
		return "", err
	}
	return t.Compile(want)
}

// input compiles a text for an input, which may be optional.
func (of Texts) input(raw string, in spec.Input) (string, error) {
	t, err := of.text(raw)
	if err != nil {
		return "", err
	}
	if in.TakesNil() {
		return t.CompileOptional(in.Type)
	}
	return t.Compile(in.Type)
}

func joined(errs []expr.Error) error {
	var all []error
	for _, e := range errs {
		all = append(all, errors.New(e.Message))
	}
	return errors.Join(all...)
}

// metadataEnv has the hidden parameters beside artifacts in place of those that texts use.
func metadataEnv(env expr.Env, texts ...*expr.Typed) expr.Env {
	own := maps.Clone(env.Own)
	if own == nil {
		own = map[string]expr.Var{}
	}
	for _, t := range texts {
		for _, r := range t.References() {
			if name, v, ok := env.Resolve(r.Name); ok && v.Type.IsArtifact() {
				own[name] = metadataVar(v)
			}
		}
	}
	return expr.Env{Own: own, Shared: env.Shared}
}

// ofMetadata is a text that chooses an artifact as one that chooses its metadata.
func ofMetadata(t *expr.Typed) *expr.Typed { return t.In(metadataEnv(t.Env(), t)) }

// metadataVar stands for the metadata of an artifact. A task that was skipped has the default, an empty text.
func metadataVar(artifact expr.Var) expr.Var {
	meta := expr.Var{
		Type: spec.String, Argo: metadataOf(artifact.Argo),
		Nullable: artifact.Nullable, Optional: artifact.Optional, Foreign: artifact.Foreign,
	}
	switch {
	case artifact.Coding == expr.Collected:
		// Nor has a loop without items more than the default.
		meta.Type, meta.Coding = spec.List, expr.Collected
		of, _, _ := strings.Cut(meta.Argo, ".outputs.")
		parameters, access := expr.Access(of+".outputs.parameters"), expr.Access(meta.Argo)
		meta.Code = "type(" + parameters + `) == "map" && not (` + access + ` in [nil, ""]) ? ` + access + ` : "[]"`
		if artifact.Sparse { // an item that has given no artifact has none in the directory
			meta.Code = "toJson(filter(fromJSON(" + meta.Code + "), # != " + strconv.Quote(wire.Absent) + "))"
		}
	case artifact.Failing:
		meta.Failing = true
	case artifact.Missing:
		of, _, _ := strings.Cut(meta.Argo, ".outputs.")
		access := expr.Access(meta.Argo)
		meta.Code = expr.Name(of+".status") + ` == "Succeeded" && ` + access + " != " + strconv.Quote(wire.Absent) + " ? " + access + " : nil"
		meta.Argo, meta.Missing = "", true
	case artifact.Nullable:
		of, _, _ := strings.Cut(meta.Argo, ".outputs.")
		meta.Argo, meta.Code = "", expr.Name(of+".status")+` == "Succeeded" ? `+expr.Access(meta.Argo)+` : nil`
	}
	return meta
}

// metadataOf is Argo's name of the hidden parameter beside an artifact.
func metadataOf(artifact string) string {
	of, name, _ := strings.Cut(artifact, ".artifacts.")
	return of + ".parameters." + layout.ArtifactParameter(name)
}

// outputFrom is how a pipeline's output parameter gets its value: from one task's output, or by an expression. Argo
// fills in a tag with an input before it looks for what the tag names.
func outputFrom(t *expr.Typed, want spec.Type) (*wfv1.ValueFrom, error) {
	if name, ok := t.Bare(); ok {
		v, _ := t.Env().Lookup(name)
		if isText := v.Coding == expr.Wire || v.Coding == expr.Plain; isText && v.Argo != "" && v.Code == "" && !isInput(v) {
			return &wfv1.ValueFrom{Parameter: "{{" + v.Argo + "}}"}, nil
		}
	}
	code, err := t.CompileValueFrom(want)
	return &wfv1.ValueFrom{Expression: code}, err
}

func isInput(v expr.Var) bool {
	return strings.HasPrefix(v.Argo, "inputs.") || strings.HasPrefix(v.Code, "inputs.")
}

// condition compiles the condition of the task.
func (t call) condition() (string, error) {
	when, err := t.when(t.task.When)
	if err != nil {
		return "", err
	}
	return when.CompileCondition()
}

// items compiles what the loop goes over.
func (t call) items() (string, error) {
	list, err := t.text(t.task.ForEach)
	if err != nil {
		return "", err
	}
	return list.CompileItems(t.node.Item, t.node.Indexed)
}

// retryCondition turns a policy and an expression into one condition: Argo takes a policy only as a constant.
func retryCondition(r spec.Retry) (string, error) {
	var conditions []string
	switch wfv1.RetryPolicy(r.Policy) {
	case "", wfv1.RetryPolicyOnFailure:
		conditions = append(conditions, `lastRetry.status == "Failed"`)
	case wfv1.RetryPolicyOnError:
		conditions = append(conditions, `lastRetry.status == "Error"`)
	}
	if r.Expression != "" {
		t, errs := expr.ParseExpression(r.Expression)
		if err := joined(errs); err != nil {
			return "", err
		}
		code, err := t.In(settings.RetryEnv).CompileExpression()
		if err != nil {
			return "", err
		}
		conditions = append(conditions, "("+code+")")
	}
	if conditions == nil {
		return "true", nil
	}
	return strings.Join(conditions, " && "), nil
}
