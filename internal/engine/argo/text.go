package argo

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// compileText compiles a text for an input of type want.
func compileText(text string, env expr.Env, want spec.Type) (string, error) {
	t, errs := expr.Parse(text)
	if err := joined(errs); err != nil {
		return "", err
	}
	return t.Compile(env, want)
}

// compileInput compiles a text for an input, which may be optional.
func compileInput(text string, env expr.Env, in spec.Input) (string, error) {
	if !in.TakesNil() {
		return compileText(text, env, in.Type)
	}
	t, errs := expr.Parse(text)
	if err := joined(errs); err != nil {
		return "", err
	}
	return t.CompileOptional(env, in.Type)
}

func joined(errs []expr.Error) error {
	var all []error
	for _, e := range errs {
		all = append(all, errors.New(e.Message))
	}
	return errors.Join(all...)
}

// metadataEnv has the hidden parameters beside artifacts in place of those that texts use.
func metadataEnv(env expr.Env, texts ...*expr.Template) expr.Env {
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
		meta.Argo, meta.Code = "", "type("+parameters+`) == "map" && not (`+access+` in [nil, ""]) ? `+access+` : "[]"`
	case artifact.Failing:
		meta.Failing = true
	case artifact.Nullable:
		of, _, _ := strings.Cut(meta.Argo, ".outputs.")
		meta.Argo, meta.Code = "", expr.Name(of+".status")+` == "Succeeded" ? `+expr.Access(meta.Argo)+` : nil`
	}
	return meta
}

// metadataOf is Argo's name of the hidden parameter beside an artifact.
func metadataOf(artifact string) string {
	of, name, _ := strings.Cut(artifact, ".artifacts.")
	return of + ".parameters." + artifactParameter(name)
}

// outputFrom is how a pipeline's output parameter gets its value: from one task's output, or by an expression.
func outputFrom(text string, env expr.Env, want spec.Type) (*wfv1.ValueFrom, error) {
	t, errs := expr.Parse(text)
	if err := joined(errs); err != nil {
		return nil, err
	}
	if name, ok := t.Bare(env); ok {
		if v, _ := env.Lookup(name); v.Coding == expr.Wire || v.Coding == expr.Plain {
			return &wfv1.ValueFrom{Parameter: "{{" + v.Argo + "}}"}, nil
		}
	}
	code, err := t.CompileValueFrom(env, want)
	return &wfv1.ValueFrom{Expression: code}, err
}

// fillContainer compiles a container's image, command and arguments.
func fillContainer(container *corev1.Container, c spec.Component) error {
	env := graph.ContainerEnv(c.Interface)
	container.Image = c.Container.Image
	breaks := false
	for _, list := range []struct {
		from []string
		to   *[]string
	}{{c.Container.Command, &container.Command}, {c.Container.Args, &container.Args}} {
		for i, text := range list.from {
			t, errs := expr.Parse(text)
			if err := joined(errs); err != nil {
				return fmt.Errorf("argument %d: %w", i, err)
			}
			arg, err := t.CompileContainerArg(env)
			if err != nil {
				return fmt.Errorf("argument %d: %w", i, err)
			}
			breaks = breaks || strings.Contains(arg, "$("+expr.Nothing+")")
			*list.to = append(*list.to, arg)
		}
	}
	for _, e := range container.Env {
		breaks = breaks || strings.Contains(e.Value, "$("+expr.Nothing+")")
	}
	if breaks {
		container.Env = append([]corev1.EnvVar{{Name: expr.Nothing}}, container.Env...)
	}
	return nil
}

func compileCondition(text string, env expr.Env) (string, error) {
	t, errs := expr.ParseExpression(text)
	if err := joined(errs); err != nil {
		return "", err
	}
	return t.CompileCondition(env)
}

// compileList compiles what a loop goes over.
func compileList(text string, env expr.Env, node *graph.Node) (string, error) {
	t, errs := expr.Parse(text)
	if err := joined(errs); err != nil {
		return "", err
	}
	return t.CompileItems(env, node.Item, node.Indexed)
}

func compileJSON(text string, env expr.Env) (string, error) {
	t, errs := expr.Parse(text)
	if err := joined(errs); err != nil {
		return "", err
	}
	return t.CompileJSON(env)
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
		code, err := t.CompileExpression(settings.RetryEnv)
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
