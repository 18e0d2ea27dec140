package decompile

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// DecompileComponent reads a version of a component back. code is nil if it is not there. prior is what was known
// before; nil: nothing. Of a Python function's source only the definition is in the cluster, and becomes Source too.
func DecompileComponent(
	w *wfv1.WorkflowTemplate, code *corev1.ConfigMap, prior *spec.Component,
) (spec.Component, []layout.Unread) {
	d := componentDecompiler{template: w}
	d.read(code)
	if c := &d.component; c.Python == nil && c.Container == nil && prior != nil {
		c.Python, c.Container = prior.Python, prior.Container
	}
	if prior != nil {
		adopt(&d.component, *prior, func() string { return componentVersion(d.component) })
	}
	return d.component, d.unread
}

func componentVersion(c spec.Component) string {
	if c.Python == nil && c.Container == nil {
		return ""
	}
	o, err := compile.Component(c)
	if err != nil {
		return ""
	}
	return o.Version
}

// ComponentName splits the name of a component's object into the component's name and version.
func ComponentName(w *wfv1.WorkflowTemplate) (name, version string) {
	name, version = w.Labels[layout.NameLabel], w.Labels[layout.VersionLabel]
	if i := strings.LastIndexByte(w.Name, '-'); i > 0 {
		name, version = or(name, w.Name[:i]), or(version, w.Name[i+1:])
	}
	return name, version
}

type componentDecompiler struct {
	template  *wfv1.WorkflowTemplate
	component spec.Component
	unread    []layout.Unread
}

func (d *componentDecompiler) miss(path, reason string) {
	d.unread = append(d.unread, layout.Unread{Path: path, Reason: reason})
}

func (d *componentDecompiler) read(code *corev1.ConfigMap) {
	w := d.template
	c := &d.component
	c.Namespace, c.Description = w.Namespace, w.Annotations[layout.DescribeKey]
	c.Name, _ = ComponentName(w)
	main := w.GetTemplateByName(layout.MainTemplate)
	if pod := w.GetTemplateByName(layout.MainTemplate + layout.PodSuffix); pod != nil {
		main = pod // its container uses addresses of artifacts, which another template finds out
	}
	if main == nil {
		d.miss("container", "there is no template "+layout.QuoteName(layout.MainTemplate))
		return
	}
	i, unread := decompileInterface(w, main.Inputs.Artifacts)
	c.Interface, d.unread = i, append(d.unread, unread...)
	c.ImageUser = reflect.DeepEqual(main.SecurityContext, compile.PodSecurity(true))
	switch {
	case main.Script != nil:
		d.container(main.Script.Container)
		d.python(main.Script.Container, code)
	case main.Container != nil:
		d.container(*main.Container)
		c.Container = &spec.Container{Image: main.Container.Image}
		d.files(*main.Container, code)
		texts := expr.NewDecompiler(graph.CommandEnv(*c))
		c.Container.Command = d.commands(texts, "container.command", main.Container.Command)
		c.Container.Args = d.commands(texts, "container.args", main.Container.Args)
		d.patched(texts, main.PodSpecPatch)
	default:
		d.miss("container", "template "+layout.QuoteName(layout.MainTemplate)+" runs no container")
	}
}

// container reads what both kinds of components have.
func (d *componentDecompiler) container(container corev1.Container) {
	for _, e := range container.Env {
		if e.Name == expr.Nothing {
			continue
		}
		layout.Set(&d.component.Env, e.Name, unescapeEnv(e.Value))
	}
	r := spec.Resources{
		Requests: QuantityTexts(container.Resources.Requests), Limits: QuantityTexts(container.Resources.Limits),
	}
	if r.Requests != nil || r.Limits != nil {
		d.component.Resources = &r
	}
}

// unescapeEnv undoes escapeEnv.
func unescapeEnv(value string) string {
	return strings.ReplaceAll(strings.ReplaceAll(value, "{$("+expr.Nothing+")", "{"), "$$", "$")
}

// QuantityTexts are the quantities of a container as texts; nil: there are none.
func QuantityTexts(list corev1.ResourceList) map[string]string {
	var texts map[string]string
	for name, q := range list {
		layout.Set(&texts, string(name), q.String())
	}
	return texts
}

func (d *componentDecompiler) commands(texts *expr.Decompiler, path string, list []string) []string {
	var out []string
	for i, argo := range list {
		text, ok := texts.Container(argo)
		if !ok {
			d.miss(fmt.Sprintf("%s[%d]", path, i), "no expression compiles to "+layout.Abbreviated(argo))
			text = expr.Quote(argo)
		}
		out = append(out, text)
	}
	return out
}

// files reads the files of a container.
func (d *componentDecompiler) files(container corev1.Container, code *corev1.ConfigMap) {
	isMounted := slices.ContainsFunc(container.VolumeMounts, func(m corev1.VolumeMount) bool {
		return m.MountPath == layout.CodeDirectory
	})
	switch {
	case !isMounted:
	case code == nil:
		d.miss("container.files", "the config map with the files is gone")
	default:
		d.component.Container.Files = maps.Clone(code.Data)
	}
}

// patched reads the lists that are in the patch of the pod.
func (d *componentDecompiler) patched(texts *expr.Decompiler, patch string) {
	lists, ok := layout.ReadContainerPatch(patch)
	if !ok {
		return
	}
	for _, list := range []struct {
		path, argo string
		to         *[]string
	}{
		{"container.command", lists.Command, &d.component.Container.Command},
		{"container.args", lists.Args, &d.component.Container.Args},
	} {
		if list.argo == "" {
			continue
		}
		if *list.to, ok = texts.Arguments(list.argo); !ok {
			d.miss(list.path, "no expressions compile to "+layout.Abbreviated(list.argo))
		}
	}
}

func (d *componentDecompiler) python(container corev1.Container, code *corev1.ConfigMap) {
	p := &spec.Python{Image: container.Image}
	d.component.Python = p
	if code == nil {
		d.miss("python.source", "the config map with the code is gone")
		return
	}
	config, err := runtime.Decode(code.Data[runtime.ConfigName])
	if err != nil {
		d.miss("python", "the config map with the code does not describe the function: "+err.Error())
		return
	}
	p.Function, p.SourceFile, p.Lightweight, p.FirstLine = config.Function, config.Source, config.Lightweight, config.LineOffset+1
	p.Packages, p.IndexURLs, p.TrustedHosts = config.Packages, config.IndexURLs, config.TrustedHosts
	p.Definition = code.Data[config.Source]
	p.Source = p.Definition
	for _, name := range config.Additional {
		layout.Set(&p.Additional, name, code.Data[name])
	}
	for _, name := range config.Files {
		layout.Set(&p.Files, name, code.Data[name])
	}
	for _, a := range config.Arguments {
		p.Arguments = append(
			p.Arguments,
			spec.Argument{Name: a.Name, Keyword: a.Keyword, Passing: spec.Passing(a.Passing), Type: a.Type, Class: a.Class},
		)
	}
	p.SDK, p.KFP = config.SDK, config.KFP
	p.NamedOutputs, p.ReturnsValue = config.Returns == runtime.ReturnsNamed, config.Returns == runtime.ReturnsValue
	known := slices.Concat([]string{runtime.FileName, runtime.ConfigName, config.Source}, config.Additional, config.Files)
	for _, name := range spec.Names(code.Data) {
		if !slices.Contains(known, name) {
			d.miss(layout.Keyed("python.files", name), "the function does not know this file")
		}
	}
}
