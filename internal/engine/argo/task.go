package argo

import (
	"fmt"
	"strconv"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// task compiles one task.
func (c *pipelineCompiler) task(name string, t spec.Task, nodes map[string]*graph.Node, tasks map[string]spec.Task, env graph.Env) (wfv1.DAGTask, error) {
	node := nodes[name]
	settings := c.pipeline.Defaults.Merge(t.Settings)
	compile := c.plain
	switch {
	case t.Approval != nil:
		compile = c.approval
	case needsWrapper(t, node, settings):
		compile = c.wrapped
	}
	compiled, err := compile(name, t, node, env, settings)
	compiled.Depends = depends(t, node, tasks)
	return compiled, err
}

// plain compiles a task to one of Argo's. Its settings become hidden arguments of the component's template.
func (c *pipelineCompiler) plain(name string, t spec.Task, node *graph.Node, env graph.Env, settings spec.Settings) (wfv1.DAGTask, error) {
	compiled := wfv1.DAGTask{Name: taskName(name), TemplateRef: templateRef(t.Component, settings)}
	var err error
	if compiled.Arguments, err = c.arguments(t, env); err != nil {
		return compiled, err
	}
	if t.Component.Kind == spec.ComponentKind {
		hidden, err := c.settingsArguments(t, settings, env)
		if err != nil {
			return compiled, err
		}
		compiled.Arguments.Parameters = append(compiled.Arguments.Parameters, hidden...)
	}
	if t.When != "" {
		if compiled.When, err = compileCondition(t.When, env); err != nil {
			return compiled, err
		}
	}
	if t.ForEach != "" {
		compiled.WithParam, err = compileList(t.ForEach, env, node)
	}
	return compiled, err
}

// approval compiles a gate that a person opens.
func (c *pipelineCompiler) approval(name string, t spec.Task, _ *graph.Node, env graph.Env, _ spec.Settings) (wfv1.DAGTask, error) {
	compiled := wfv1.DAGTask{Name: taskName(name), Template: "task-" + taskName(name)}
	c.wrappers = append(c.wrappers, wfv1.Template{
		Name: compiled.Template, Suspend: &wfv1.SuspendTemplate{Duration: t.Approval.Timeout},
	})
	var err error
	if t.When != "" {
		compiled.When, err = compileCondition(t.When, env)
	}
	return compiled, err
}

// templateRef points to the variant of the component's template that the settings need.
func templateRef(r spec.Ref, s spec.Settings) *wfv1.TemplateRef {
	ref := &wfv1.TemplateRef{Name: ObjectName(r), Template: MainTemplate}
	if r.Kind == spec.ComponentKind {
		ref.Template = variantName(s.Retry, s.Cache)
	}
	return ref
}

// arguments passes the inputs that the task gives; the others have defaults in the component.
func (c *pipelineCompiler) arguments(t spec.Task, env graph.Env) (wfv1.Arguments, error) {
	var arguments wfv1.Arguments
	for _, name := range sortedKeys(t.Inputs) {
		want := t.Component.Inputs[name].Type
		if want.IsArtifact() {
			artifact, err := artifactFrom(name, t.Inputs[name], env, want, false)
			if err != nil {
				return arguments, fmt.Errorf("input %q: %w", name, err)
			}
			meta, err := artifactMetadata(t.Inputs[name], env)
			if err != nil {
				return arguments, fmt.Errorf("input %q: %w", name, err)
			}
			arguments.Artifacts = append(arguments.Artifacts, artifact)
			arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: artifactParameter(name), Value: wfv1.AnyStringPtr(meta)})
			continue
		}
		value, err := compileText(t.Inputs[name], env, want)
		if err != nil {
			return arguments, fmt.Errorf("input %q: %w", name, err)
		}
		arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)})
	}
	return arguments, nil
}

func (c *pipelineCompiler) settingsArguments(t spec.Task, s spec.Settings, env graph.Env) ([]wfv1.Parameter, error) {
	var hidden []wfv1.Parameter
	give := func(name, value string) {
		if value != "" {
			hidden = append(hidden, wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)})
		}
	}
	if s.Cache != nil && s.Cache.Enabled {
		key, err := cacheKeyText(t, *s.Cache, env)
		if err != nil {
			return nil, err
		}
		give(cacheKey, key)
		give(cacheMaxAge, s.Cache.MaxAge)
		give(cacheName, cacheConfigMap(t.Component, key))
	}
	patch, err := podPatch(s, func(text string) (string, error) { return compileJSON(text, env) })
	if err != nil {
		return nil, err
	}
	give(podParameter, patch)
	if r := s.Retry; r != nil {
		expression, err := retryCondition(*r)
		if err != nil {
			return nil, err
		}
		if b := r.Backoff; b != nil {
			give(backoffDuration, b.Duration)
			if b.Factor != nil {
				give(backoffFactor, strconv.FormatFloat(*b.Factor, 'g', -1, 64))
			}
			give(backoffMax, b.Max)
		}
		give(retryExpression, expression)
		give(retryLimit, strconv.FormatInt(r.Limit, 10))
	}
	return hidden, nil
}
