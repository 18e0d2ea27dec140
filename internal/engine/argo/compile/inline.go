package compile

import (
	"fmt"
	"slices"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// inline compiles the components inside the pipeline into its own object, each in the variants that tasks use, and the
// code that their pods mount.
func (c *pipelineCompiler) inline() error {
	calls := map[string]bool{}
	for _, t := range slices.Concat(c.spec.Templates, c.beside, c.ofGroups) {
		called(t, calls)
	}
	codes := map[string]bool{}
	for _, label := range spec.Names(c.pipeline.Components) {
		component := c.pipeline.Components[label]
		main, code, err := componentTemplate(component)
		if err != nil {
			return fmt.Errorf("component %q: %w", label, err)
		}
		hash := layout.ContentHash([]any{main, code})
		if code != nil {
			name := layout.CodeName(c.pipeline.Name, layout.ContentHash(code))
			main.Volumes = append(main.Volumes, codeVolumeOf(name))
			if !codes[name] {
				codes[name] = true
				c.codes = append(c.codes, c.codeOf(name, code))
			}
		}
		cache := cacheConfigMap(c.pipeline.Namespace, layout.CodeName(c.pipeline.Name, hash))
		c.inlined = append(c.inlined, used(label, templatesOf(component, main, cache), calls)...)
	}
	return nil
}

// used are the templates of a component that something calls, under their names in the pipeline.
func used(label string, all []wfv1.Template, calls map[string]bool) []wfv1.Template {
	named := func(template string) string {
		if template == "" {
			return ""
		}
		return layout.InlineTemplate(label, template)
	}
	for i := range all {
		all[i] = renamed(all[i], named)
	}
	for found := true; found; { // what is called may call others
		found = false
		for _, t := range all {
			if calls[t.Name] {
				before := len(calls)
				called(t, calls)
				found = found || len(calls) > before
			}
		}
	}
	return slices.DeleteFunc(all, func(t wfv1.Template) bool { return !calls[t.Name] })
}

// called adds the names of the templates of the same object that a template calls.
func called(t wfv1.Template, into map[string]bool) {
	renamed(*t.DeepCopy(), func(name string) string {
		if name != t.Name {
			into[name] = true
		}
		return name
	})
}

func codeVolumeOf(name string) corev1.Volume {
	return corev1.Volume{Name: codeVolume, VolumeSource: corev1.VolumeSource{
		ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}},
	}}
}

// codeOf is a config map with code of the pipeline. What it holds is in its name, so that it never changes.
func (c *pipelineCompiler) codeOf(name string, code map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: c.pipeline.Namespace, Labels: map[string]string{
				layout.ManagedByLabel: layout.ManagedBy, layout.KindLabel: layout.CodeKind, layout.NameLabel: c.pipeline.Name,
			},
		},
		Immutable: new(true),
		Data:      code,
	}
}
