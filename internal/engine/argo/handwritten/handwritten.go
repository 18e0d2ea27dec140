package handwritten

import (
	"fmt"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// What people wrote by hand is not what the compiler writes, so the inverse of the compiler does not read it. It is
// read field by field instead: each one that is understood is taken out of a copy, and what is left of that in the end
// is what cannot be expressed. So nothing is lost without being told.

// Reading is a template of Argo's that people wrote, read as a component.
type Reading struct {
	Object    string // the name of the WorkflowTemplate
	Template  string // the name of the template in it
	Component spec.Component
	// Settings are what the template says and a component does not: it is for the tasks that use the component.
	Settings spec.Settings
	// Given are the inputs for what the template takes from around it, such as {{workflow.parameters.day}}, and what a
	// task of a pipeline gives them.
	Given map[string]string
	// Inputs and Outputs map Argo's names to those of the component.
	Inputs, Outputs map[string]string
	// Notes are places that are said elsewhere: at tasks, or at the pipeline.
	Notes  []layout.Unread
	Unread []layout.Unread
}

// IsTemplate reports whether a WorkflowTemplate was made by anybody else.
func IsTemplate(labels map[string]string) bool {
	return labels[layout.ManagedByLabel] != layout.ManagedBy
}

// IsUntouched reports whether a WorkflowTemplate is as people wrote it: imported perhaps, but not applied since.
func IsUntouched(labels, annotations map[string]string) bool {
	return IsTemplate(labels) && annotations[layout.TypesAnnotation] == ""
}

// Component reads a template that people wrote as a component. template is its name; empty: that of the
// entrypoint, or the only one.
func Component(object layout.Decoder, template string) (Reading, error) {
	var w wfv1.WorkflowTemplate
	if err := object(&w); err != nil {
		return Reading{}, err
	}
	t, unread := chosenTemplate(&w, template)
	if t == nil {
		return Reading{Object: w.Name, Unread: unread}, nil
	}
	f := readHandwritten(&w, t)
	f.Unread = append(f.Unread, f.podFields(&w.Spec)...)
	if template == "" {
		f.Component.Name = w.Name
	}
	if len(f.Unread) == 0 {
		f.Unread = f.uncompilable()
	}
	return f, nil
}

// chosenTemplate is the one to import, or what is in the way.
func chosenTemplate(w *wfv1.WorkflowTemplate, name string) (*wfv1.Template, []layout.Unread) {
	if name != "" {
		if t := w.GetTemplateByName(name); t != nil {
			return t, nil
		}
		return nil, []layout.Unread{
			{
				Path:   "spec.templates",
				Reason: "there is no template " + layout.QuoteName(name) + "; there are " + strings.Join(templateNames(w), ", "),
			},
		}
	}
	if len(w.Spec.Templates) == 1 {
		return &w.Spec.Templates[0], nil
	}
	if len(w.Spec.Templates) == 0 {
		return nil, []layout.Unread{{Path: "spec.templates", Reason: "there is none"}}
	}
	var unread []layout.Unread
	for i := range w.Spec.Templates {
		t := &w.Spec.Templates[i]
		reason := "it is one of " + fmt.Sprint(len(w.Spec.Templates)) + "; import it as a component of its own, with the " +
			"id " + importIDOf(w, t.Name)
		if kind := kindOf(t); kind != "container" && kind != "script" {
			reason = notOneContainer(kind)
		}
		unread = append(unread, layout.Unread{Path: layout.Keyed("spec.templates", t.Name), Reason: reason})
	}
	return nil, unread
}

func importIDOf(w *wfv1.WorkflowTemplate, template string) string {
	return layout.QuoteName(w.Namespace + "/" + w.Name + "/" + template)
}

func templateNames(w *wfv1.WorkflowTemplate) []string {
	var names []string
	for _, t := range w.Spec.Templates {
		names = append(names, layout.QuoteName(t.Name))
	}
	return names
}

// kindOf is the name of the field that says what a template runs.
func kindOf(t *wfv1.Template) string {
	switch {
	case t.Container != nil:
		return "container"
	case t.Script != nil:
		return "script"
	case t.DAG != nil:
		return "dag"
	case t.Steps != nil:
		return "steps"
	case t.ContainerSet != nil:
		return "containerSet"
	case t.Resource != nil:
		return "resource"
	case t.Suspend != nil:
		return "suspend"
	case t.HTTP != nil:
		return "http"
	case t.Data != nil:
		return "data"
	case t.Plugin != nil:
		return "plugin"
	}
	return ""
}

func notOneContainer(kind string) string {
	switch kind {
	case "dag", "steps":
		return "it runs other templates; that is a kfp_pipeline"
	case "suspend":
		return "it waits for a person; that is a task with approval in a kfp_pipeline"
	case "containerSet":
		return "it runs several containers in one pod; a component runs one. Make each container a component, or one " +
			"image of them"
	case "resource":
		return "it writes a Kubernetes object; let a container do that by kubectl"
	case "http":
		return "it sends an HTTP request from Argo's agent; let a container do that"
	case "":
		return "it runs nothing"
	}
	return "a template of kind " + kind + " cannot be written; a component runs one container"
}

// plainName is an identifier for one of Argo's names.
func plainName(argo string) string {
	return strings.Trim(strings.NewReplacer("-", "_", ".", "_").Replace(argo), "_")
}

// componentNameOf is what the component of one template of several is called.
func componentNameOf(object, template string) string {
	lower := strings.Trim(strings.ReplaceAll(strings.ToLower(template), "_", "-"), "-.")
	for _, name := range []string{object + "-" + lower, lower} {
		if spec.IsObjectName(name) {
			return name
		}
	}
	return lower
}

// uncompilable is what the compiler has against what was read.
func (f *Reading) uncompilable() []layout.Unread {
	if _, err := compile.Component(f.Component); err != nil {
		return []layout.Unread{{Path: layout.Keyed("spec.templates", f.Template), Reason: err.Error()}}
	}
	return nil
}

// SettingLines are the settings for the tasks as they stand in a configuration, sorted.
func (f *Reading) SettingLines() ([]string, error) {
	fields, err := layout.AsJSON(f.Settings)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, name := range spec.Names(fields) {
		lines = append(lines, name+" = "+hclText(fields[name]))
	}
	return lines, nil
}

// hclText writes decoded JSON in Terraform's notation, on one line.
func hclText(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for _, key := range spec.Names(v) {
			name := key
			if !spec.IsIdentifier(key) {
				name = fmt.Sprintf("%q", key)
			}
			parts = append(parts, name+" = "+hclText(v[key]))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case []any:
		var parts []string
		for _, element := range v {
			parts = append(parts, hclText(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", v))
	}
	return fmt.Sprint(v)
}

func sortUnread(all []layout.Unread) []layout.Unread {
	slices.SortStableFunc(all, func(a, b layout.Unread) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(all)
}
