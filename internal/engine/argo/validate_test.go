package argo_test

import (
	"fmt"
	"sync"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// getter gives Argo's validator the templates that others refer to.
type getter map[string]*wfv1.WorkflowTemplate

func (g getter) Get(name string) (*wfv1.WorkflowTemplate, error) {
	if t := g[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("no WorkflowTemplate %q", name)
}

type clusterGetter struct{}

func (clusterGetter) Get(name string) (*wfv1.ClusterWorkflowTemplate, error) {
	return nil, fmt.Errorf("no ClusterWorkflowTemplate %q", name)
}

// oneValidation keeps Argo's validator from running twice at a time: it counts in a variable of the package (3.7).
var oneValidation sync.Mutex

func validated(g getter, w *wfv1.WorkflowTemplate) error {
	oneValidation.Lock()
	defer oneValidation.Unlock()
	return validate.ValidateWorkflowTemplate(g, clusterGetter{}, w, nil, validate.ValidateOpts{})
}

// accepted fails unless Argo's own validator takes the templates.
func accepted(t *testing.T, templates ...*wfv1.WorkflowTemplate) {
	t.Helper()
	g := getter{}
	for _, w := range templates {
		g[w.Name] = w
	}
	for _, w := range templates {
		if err := validated(g, w); err != nil {
			t.Errorf("Argo refuses %s: %v", w.Name, err)
		}
	}
}

func TestArgoAcceptsWhatIsCompiled(t *testing.T) {
	t.Parallel()
	tax, q := mustComponent(t, taxRate()), mustComponent(t, quote())
	p := carousel(t)
	accepted(t, tax.Template, q.Template, mustPipeline(t, p).Template)

	g := getter{tax.Template.Name: tax.Template, q.Template.Name: q.Template}
	o := mustPipeline(t, p)
	g[p.Name] = o.Template
	run := compile.Run(spec.Run{
		Namespace: "etl",
		Pipeline: spec.Ref{
			Kind: spec.PipelineKind, Namespace: "etl", Name: p.Name, Version: o.Version,
			Interface: spec.Interface{Inputs: p.Parameters},
		},
		Parameters: map[string]string{"state": "OH"},
	})
	oneValidation.Lock()
	defer oneValidation.Unlock()
	if err := validate.ValidateWorkflow(g, clusterGetter{}, run, nil, validate.ValidateOpts{}); err != nil {
		t.Errorf("Argo refuses the run: %v", err)
	}
}
