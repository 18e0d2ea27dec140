package compile

import (
	"fmt"
	"maps"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// WithOwn is a copy of an environment's own names that can be added to.
func WithOwn(env expr.Env) map[string]expr.Var {
	if env.Own == nil {
		return map[string]expr.Var{}
	}
	return maps.Clone(env.Own)
}

// call is a task as it stands in one place of the object.
type call struct {
	name string // in the pipeline
	task spec.Task
	Texts
	settings spec.Settings
	keys     map[string]string // output → where to keep that artifact; nil: where the artifact repository says
	isExit   bool              // it is one of on_exit
}

// template names a template of the pipeline's own that the task has. No two tasks have the same, whatever their names
// are.
func (t call) template(kind string) string {
	name := "task"
	if t.isExit {
		name = "exit"
	}
	if t.keys != nil {
		name += "list"
	}
	return name + kind + "-" + layout.TaskName(t.name)
}

// compileTask compiles one task, but for the condition on those before it.
func (c *pipelineCompiler) compileTask(t call) (wfv1.DAGTask, error) {
	if t.task.Approval != nil {
		return c.approval(t)
	}
	if t.task.Component.Kind == spec.ImportKind {
		return c.imported(t)
	}
	if t.keys == nil && len(t.node.Lists) > 0 {
		t.keys = listKeys(t.name, t.task.Component.Outputs)
	}
	compiled, err := plain(t)
	if err != nil {
		return compiled, err
	}
	if t.task.Component.Kind.IsGraph() && t.task.Retry != nil {
		if err := c.retried(t, &compiled); err != nil {
			return compiled, err
		}
	}
	if t.settings.Synchronization != nil {
		c.locked(t, &compiled)
	}
	if needsLoop(t) {
		return c.looped(t, compiled)
	}
	return compiled, nil
}

// plain compiles a task to one of Argo's. Its settings become hidden arguments of the component's template.
func plain(t call) (wfv1.DAGTask, error) {
	compiled := wfv1.DAGTask{Name: layout.TaskName(t.name)}
	switch r := t.task.Component; r.Kind {
	case spec.GroupKind:
		compiled.Template = layout.GroupTemplate(r.Name, mainTemplate(t.keys != nil))
	case spec.InlineKind:
		compiled.Template = layout.InlineTemplate(r.Name, variantName(t.settings.Retry, t.settings.Cache, t.keys != nil))
	default:
		compiled.TemplateRef = templateRef(r, t.settings, t.keys != nil)
	}
	var err error
	if compiled.Arguments, err = arguments(t.task, t.Texts); err != nil {
		return compiled, err
	}
	give := func(parameters []wfv1.Parameter, err error) error {
		compiled.Arguments.Parameters = append(compiled.Arguments.Parameters, parameters...)
		return err
	}
	if err := give(keyArguments(t.keys, t.Env, t.task.ForEach != "")); err != nil {
		return compiled, err
	}
	if t.task.DisplayName != "" {
		compiled.Arguments.Parameters = append(
			compiled.Arguments.Parameters, wfv1.Parameter{
				Name: layout.DisplayName, Value: wfv1.AnyStringPtr(t.task.DisplayName),
			},
		)
	}
	if kind := t.task.Component.Kind; kind == spec.ComponentKind || kind == spec.InlineKind {
		if err := give(settingsArguments(t)); err != nil {
			return compiled, err
		}
	}
	if t.task.When != "" {
		if compiled.When, err = t.condition(); err != nil {
			return compiled, err
		}
	}
	if t.task.ForEach != "" {
		compiled.WithParam, err = t.items()
	}
	return compiled, err
}

// approval compiles a gate that a person opens.
func (c *pipelineCompiler) approval(t call) (wfv1.DAGTask, error) {
	compiled := wfv1.DAGTask{Name: layout.TaskName(t.name), Template: t.template("")}
	gate := wfv1.Template{Name: compiled.Template, Suspend: &wfv1.SuspendTemplate{Duration: t.task.Approval.Timeout}}
	if t.task.DisplayName != "" {
		gate.Annotations = map[string]string{string(wfv1.TemplateAnnotationDisplayName): t.task.DisplayName}
	}
	c.addTemplate(gate)
	var err error
	if t.task.When != "" {
		compiled.When, err = t.condition()
	}
	return compiled, err
}

// templateRef points to the variant of the component's template that the settings need.
func templateRef(r spec.Ref, s spec.Settings, list bool) *wfv1.TemplateRef {
	ref := &wfv1.TemplateRef{Name: layout.ObjectName(r), Template: mainTemplate(list)}
	if r.Kind == spec.ComponentKind {
		ref.Template = variantName(s.Retry, s.Cache, list)
	}
	return ref
}

// mainTemplate is what a task calls of a graph; of a list, its caller says where the artifacts are kept.
func mainTemplate(list bool) string {
	if list {
		return layout.MainTemplate + layout.ListSuffix
	}
	return layout.MainTemplate
}

// arguments passes the inputs that the task gives; the others have defaults in the component.
func arguments(t spec.Task, of Texts) (wfv1.Arguments, error) {
	var arguments wfv1.Arguments
	if len(t.Inputs) > 0 {
		arguments.Parameters = make([]wfv1.Parameter, 0, len(t.Inputs)+1)
	}
	for _, name := range spec.Names(t.Inputs) {
		in := t.Component.Inputs[name]
		if in.Type.IsArtifact() {
			artifact, meta, err := InputArtifact(name, t.Inputs[name], of, in)
			if err != nil {
				return arguments, fmt.Errorf("input %q: %w", name, err)
			}
			arguments.Artifacts = append(arguments.Artifacts, artifact)
			arguments.Parameters = append(
				arguments.Parameters, wfv1.Parameter{Name: layout.ArtifactParameter(name), Value: wfv1.AnyStringPtr(meta)},
			)
			continue
		}
		value, err := of.input(t.Inputs[name], in)
		if err != nil {
			return arguments, fmt.Errorf("input %q: %w", name, err)
		}
		arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)})
	}
	return arguments, nil
}

func settingsArguments(t call) ([]wfv1.Parameter, error) {
	s := t.settings
	var hidden []wfv1.Parameter
	give := func(name, value string) {
		if value != "" {
			hidden = append(hidden, wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)})
		}
	}
	if s.Cache != nil && s.Cache.Enabled && t.keys == nil {
		key, err := CacheKeyText(t.task, *s.Cache, t.Texts)
		if err != nil {
			return nil, err
		}
		give(layout.CacheKey, key)
		give(layout.CacheMaxAge, s.Cache.MaxAge)
	}
	patch, err := settings.PodPatch(s, t.podText)
	if err != nil {
		return nil, err
	}
	give(layout.PodParameter, patch)
	metadata, err := metadataText(t.task.Settings, t.Texts)
	if err != nil {
		return nil, err
	}
	give(layout.MetadataParameter, metadata)
	if r := s.Retry; r != nil {
		strategy, err := retryStrategy(*r)
		if err != nil {
			return nil, err
		}
		if b := strategy.Backoff; b != nil {
			give(layout.BackoffDuration, b.Duration)
			if b.Factor != nil {
				give(layout.BackoffFactor, b.Factor.String())
			}
			give(layout.BackoffMax, b.MaxDuration)
		}
		give(layout.RetryExpression, strategy.Expression)
		give(layout.RetryLimit, strategy.Limit.String())
	}
	return hidden, nil
}
