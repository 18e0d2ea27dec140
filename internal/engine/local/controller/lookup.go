package controller

import (
	"fmt"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

// scope is where the templates stand that a template calls by name alone.
type scope struct {
	local bool   // in the run's own spec
	name  string // of the run, or of the WorkflowTemplate
}

// text is what nodes note of it.
func (s scope) text() string {
	if s.local {
		return string(wfv1.ResourceScopeLocal) + "/" + s.name
	}
	return string(wfv1.ResourceScopeNamespaced) + "/" + s.name
}

// resolve finds the template that somebody calls, and where the templates stand that it calls itself.
func (r *Run) resolve(holder wfv1.TemplateReferenceHolder, from scope) (*wfv1.Template, scope, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name, in := holder.GetTemplateName(), from
	if ref := holder.GetTemplateRef(); ref != nil {
		if ref.ClusterScope {
			return nil, in, fmt.Errorf("template %s stands in a ClusterWorkflowTemplate, of which there are none here", ref.Template)
		}
		name, in = ref.Template, scope{name: ref.Name}
	}
	if holder.GetTemplate() != nil {
		return nil, in, fmt.Errorf("a template inside of a task cannot be run here; give it a name")
	}
	templates := r.spec.Templates
	if !in.local {
		t, err := r.lookup(in.name)
		if err != nil {
			return nil, in, err
		}
		templates = t.Spec.Templates
	}
	for i := range templates {
		if templates[i].Name == name {
			t := templates[i].DeepCopy()
			r.store(in, holder, t)
			r.Pods.Prepare(t)
			return t, in, nil
		}
	}
	return nil, in, fmt.Errorf("template %s is not in %s", name, in.text())
}

// store keeps a template of another object in the status, as Argo does: whoever reads the status finds it there.
func (r *Run) store(in scope, holder wfv1.TemplateReferenceHolder, t *wfv1.Template) {
	if in.local || r.wf.GetStoredTemplate(wfv1.ResourceScopeNamespaced, in.name, holder) != nil {
		return
	}
	if _, err := r.wf.SetStoredTemplate(wfv1.ResourceScopeNamespaced, in.name, holder, t); err != nil {
		return // only what is shown of allowed failures depends on it
	}
}

// lookup reads a WorkflowTemplate once.
func (r *Run) lookup(name string) (*wfv1.WorkflowTemplate, error) {
	if t := r.templates[name]; t != nil {
		return t, nil
	}
	t, err := r.Template(name)
	if err != nil {
		return nil, fmt.Errorf("workflowtemplates.argoproj.io %q: %w", name, err)
	}
	r.templates[name] = t
	return t, nil
}
