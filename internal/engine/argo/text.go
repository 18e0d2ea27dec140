package argo

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	expr "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expression"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
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

func joined(errs []expr.Error) error {
	var all []error
	for _, e := range errs {
		all = append(all, errors.New(e.Message))
	}
	return errors.Join(all...)
}

// artifactFrom is the reference to an artifact of another task or of the pipeline's inputs.
func artifactFrom(text string, env expr.Env, want spec.Type) (string, error) {
	return compileText(text, env, want)
}

// artifactMetadataTag is the tag of the hidden parameter beside an artifact.
func artifactMetadataTag(from string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(from, "{{"), "}}")
	i := strings.LastIndex(name, ".artifacts.")
	if i < 0 {
		return ""
	}
	return "{{" + name[:i] + ".parameters." + artifactParameter(name[i+len(".artifacts."):]) + "}}"
}

// outputFrom is how a pipeline's output parameter gets its value: from one task's output, or by an expression.
func outputFrom(text string, env expr.Env, want spec.Type) (*wfv1.ValueFrom, error) {
	compiled, err := compileText(text, env, want)
	if err != nil {
		return nil, err
	}
	if code, ok := soleExpression(compiled); ok {
		return &wfv1.ValueFrom{Expression: code}, nil
	}
	return &wfv1.ValueFrom{Parameter: compiled}, nil
}

// soleExpression is the code of a text that is one {{=…}} as a whole.
func soleExpression(compiled string) (string, bool) {
	code, ok := strings.CutPrefix(compiled, "{{=")
	if !ok {
		return "", false
	}
	code, ok = strings.CutSuffix(code, "}}")
	return code, ok && !strings.Contains(code, "}}")
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
	return t.Compile(env, spec.Boolean)
}

// compileList compiles what a loop goes over: the items, or texts that hold an item's index and its text.
func compileList(text string, env expr.Env, pairs bool) (string, error) {
	compiled, err := compileText(text, env, spec.List)
	if err != nil || !pairs {
		return compiled, err
	}
	list := "fromJSON(" + strconv.Quote(compiled) + ")"
	t, errs := expr.Parse(text)
	if err := joined(errs); err != nil {
		return "", err
	}
	if !t.IsConstant() {
		code, err := t.CompileTyped(env)
		if err != nil {
			return "", err
		}
		list = code
	}
	return expr.Tag(`let items = ` + list + `; len(items) == 0 ? "[]" : toJson(map(0..len(items)-1, ` +
		`toJson({"index": #, "value": type(items[#]) == "string" ? items[#] : toJson(items[#])})))`), nil
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
		code, err := t.CompileExpression(graph.RetryEnv)
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
