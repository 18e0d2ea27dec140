package compile

import (
	"fmt"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// ComponentObjects are what one version of a component is in the cluster.
type ComponentObjects struct {
	Version  string
	Template *wfv1.WorkflowTemplate
	// Code holds the runtime and the user's source, which pods mount, or the files of a container; nil: there are none. It is an
	// object of its own so that code is never part of a run: a run's object stays small however much code it uses,
	// and Argo's substitution never touches the code.
	Code *corev1.ConfigMap
}

// Ref is what tasks use to point to this version.
func (o ComponentObjects) Ref(c spec.Component) spec.Ref {
	return spec.Ref{
		Kind: spec.ComponentKind, Namespace: c.Namespace, Name: c.Name, Version: o.Version, Interface: c.Interface,
	}
}

// Component compiles a component. The version is the hash of everything that the objects hold beside their names.
func Component(c spec.Component) (ComponentObjects, error) {
	if c.Python == nil && c.Container == nil {
		return ComponentObjects{}, fmt.Errorf("component %s runs neither a Python function nor a container", c.Name)
	}
	main, code, err := componentTemplate(c)
	if err != nil {
		return ComponentObjects{}, err
	}
	types, err := typesAnnotation(c.Interface)
	if err != nil {
		return ComponentObjects{}, err
	}
	version := layout.ContentHash([]any{main, code, types, c.Description})
	name := c.Name + "-" + version
	meta := metav1.ObjectMeta{
		Name: name, Namespace: c.Namespace,
		Labels: map[string]string{
			layout.ManagedByLabel: layout.ManagedBy, layout.KindLabel: string(spec.ComponentKind), layout.NameLabel: c.Name,
			layout.VersionLabel: version,
		},
	}
	objects := ComponentObjects{Version: version}
	if len(code) > 0 {
		main.Volumes = append(main.Volumes, codeVolumeOf(name))
		objects.Code = &corev1.ConfigMap{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: *meta.DeepCopy(),
			Immutable:  new(true),
			Data:       code,
		}
	}
	meta.Annotations = map[string]string{layout.TypesAnnotation: types}
	if c.Description != "" {
		meta.Annotations[layout.DescribeKey] = c.Description
	}
	objects.Template = &wfv1.WorkflowTemplate{
		TypeMeta:   metav1.TypeMeta{APIVersion: layout.APIVersion, Kind: layout.TemplateKind},
		ObjectMeta: meta,
		Spec: wfv1.WorkflowSpec{
			Entrypoint: layout.MainTemplate,
			Arguments:  wfv1.Arguments{Parameters: argumentDeclarations(c.Interface)},
			Templates:  templatesOf(c, main, cacheConfigMap(c.Namespace, name)),
		},
	}
	return objects, nil
}

const (
	outputsVolume = "kfp-outputs"
	codeVolume    = "kfp-component"
)

// inputsFile is the content of the file that the runtime reads: all parameters as pairs of name and value. The plain
// tag {{inputs.parameters}} would say the same, but not for every character; see expr's isTag. The file travels in an
// environment variable, in which the kubelet would expand "$", so that is written as an escape.
const inputsFile = `{{=replace(toJson(map(toPairs(inputs.parameters), ({"name": #[0], "value": #[1]}))), "$", "\u005cu0024")}}`

// componentTemplate is the template that runs the component, and the files that its pods mount.
func componentTemplate(c spec.Component) (wfv1.Template, map[string]string, error) {
	t := wfv1.Template{
		Name:            layout.MainTemplate,
		Inputs:          componentInputs(c.Interface),
		Outputs:         componentOutputs(c.Interface),
		Metadata:        wfv1.Metadata{Labels: map[string]string{layout.TaskLabel: layout.TaskOfNode}},
		SecurityContext: PodSecurity(c.ImageUser),
		PodSpecPatch:    Handed(layout.PodParameter), // an expression: a plain tag makes no JSON of control characters
		Volumes: []corev1.Volume{{Name: outputsVolume, VolumeSource: corev1.VolumeSource{
			EmptyDir: &corev1.EmptyDirVolumeSource{},
		}}},
	}
	showsDisplayName(&t)
	container, err := baseContainer(c)
	if err != nil {
		return t, nil, err
	}
	if c.Python == nil {
		if err := fillContainer(&t, &container, c); err != nil {
			return t, nil, err
		}
		mountFiles(&container, c.Container.Files)
		t.Container = &container
		return t, c.Container.Files, nil
	}
	code, err := fillPython(&container, c)
	if err != nil {
		return t, nil, err
	}
	// A script template's source is a file in the pod: this is how inputs of any size get there. The runtime reads them.
	t.Script = &wfv1.ScriptTemplate{Container: container, Source: inputsFile}
	return t, code, nil
}

func baseContainer(c spec.Component) (corev1.Container, error) {
	container := corev1.Container{
		VolumeMounts:    []corev1.VolumeMount{{Name: outputsVolume, MountPath: graph.OutputsDirectory}},
		SecurityContext: containerSecurity(),
	}
	for _, name := range spec.Names(c.Env) {
		container.Env = append(container.Env, corev1.EnvVar{Name: name, Value: escapeEnv(c.Env[name])})
	}
	resources, err := resourceRequirements(c.Resources)
	if err != nil {
		return container, err
	}
	container.Resources = resources
	return container, nil
}

// componentInputs declares the inputs. The hidden ones carry a task's settings, so that one template serves every
// task whatever its settings are.
func componentInputs(i spec.Interface) wfv1.Inputs {
	var in wfv1.Inputs
	for _, name := range spec.Names(i.Inputs) {
		input := i.Inputs[name]
		if input.Type.IsArtifact() {
			in.Artifacts = append(
				in.Artifacts, wfv1.Artifact{Name: name, Path: layout.InputPath(name), Optional: mayBeMissing(input)},
			)
			in.Parameters = append(
				in.Parameters, wfv1.Parameter{Name: layout.ArtifactParameter(name), Default: wfv1.AnyStringPtr("")},
			)
			continue
		}
		in.Parameters = append(in.Parameters, inputParameter(name, input))
	}
	in.Parameters = append(
		in.Parameters, hidden(layout.PodParameter, "{}"), hidden(layout.MetadataParameter, layout.NoMetadata),
	)
	slices.SortFunc(in.Parameters, func(a, b wfv1.Parameter) int { return strings.Compare(a.Name, b.Name) })
	return in
}

// mayBeMissing reports whether there may be no file for an artifact: an empty list leaves none.
func mayBeMissing(input spec.Input) bool { return input.Optional || input.Type.IsList() }

// inputParameter declares one parameter with Argo's own fields for description, default and allowed values.
func inputParameter(name string, input spec.Input) wfv1.Parameter {
	p := wfv1.Parameter{Name: name}
	if input.Description != "" {
		p.Description = wfv1.AnyStringPtr(wire.Encode(input.Description))
	}
	if text, ok := layout.DefaultText(input); ok {
		p.Default = wfv1.AnyStringPtr(text)
	}
	return p
}

// componentOutputs declares where the pod leaves its outputs. Beside an artifact lies its metadata, which a plain
// container does not write.
func componentOutputs(i spec.Interface) wfv1.Outputs {
	var out wfv1.Outputs
	for _, name := range spec.Names(i.Outputs) {
		if !i.Outputs[name].Type.IsArtifact() {
			out.Parameters = append(
				out.Parameters, wfv1.Parameter{Name: name, ValueFrom: &wfv1.ValueFrom{Path: layout.OutputPath(name)}},
			)
			continue
		}
		out.Artifacts = append(out.Artifacts, wfv1.Artifact{Name: name, Path: layout.OutputPath(name)})
		out.Parameters = append(out.Parameters, wfv1.Parameter{Name: layout.ArtifactParameter(name), ValueFrom: &wfv1.ValueFrom{
			Path: layout.OutputPath(layout.ArtifactParameter(name)), Default: wfv1.AnyStringPtr(""),
		}})
	}
	slices.SortFunc(out.Parameters, func(a, b wfv1.Parameter) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// argumentDeclarations lets a component or pipeline be submitted by itself.
func argumentDeclarations(i spec.Interface) []wfv1.Parameter {
	var declared []wfv1.Parameter
	for _, name := range spec.Names(i.Inputs) {
		input := i.Inputs[name]
		if input.Type.IsArtifact() {
			continue
		}
		p := inputParameter(name, input)
		p.Value, p.Default = p.Default, nil
		for _, v := range input.AllowedValues {
			p.Enum = append(p.Enum, wfv1.AnyString(layout.EncodeValue(v, input.Type)))
		}
		declared = append(declared, p)
	}
	return declared
}

func typesAnnotation(i spec.Interface) (string, error) {
	text, err := wire.Marshal(interfaceTypes(i))
	if err != nil {
		return "", fmt.Errorf("encoding the interface: %w", err)
	}
	return text, nil
}

func interfaceTypes(i spec.Interface) layout.InterfaceTypes {
	types := layout.InterfaceTypes{Inputs: map[string]layout.InputType{}, Outputs: map[string]layout.OutputType{}}
	for name, in := range i.Inputs {
		it := layout.InputType{Type: in.Type, Optional: in.Optional, Allowed: in.AllowedValues}
		if in.Type.IsArtifact() {
			it.Description = in.Description
		}
		types.Inputs[name] = it
	}
	for name, out := range i.Outputs {
		types.Outputs[name] = layout.OutputType{Type: out.Type, Description: out.Description, Optional: out.Optional}
	}
	return types
}

func resourceRequirements(r *spec.Resources) (corev1.ResourceRequirements, error) {
	var req corev1.ResourceRequirements
	if r == nil {
		return req, nil
	}
	var err error
	if req.Requests, err = resourceList(r.Requests); err != nil {
		return req, err
	}
	req.Limits, err = resourceList(r.Limits)
	return req, err
}

func resourceList(quantities map[string]string) (corev1.ResourceList, error) {
	if len(quantities) == 0 {
		return nil, nil
	}
	list := corev1.ResourceList{}
	for name, text := range quantities {
		q, err := resource.ParseQuantity(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is not a quantity: %w", name, text, err)
		}
		list[corev1.ResourceName(name)] = q
	}
	return list, nil
}

// As are the objects under the name of another version, to compare them with that.
func (o ComponentObjects) As(component, version string) ComponentObjects {
	name := component + "-" + version
	as := ComponentObjects{Version: version, Template: o.Template.DeepCopy()}
	as.Template.Name, as.Template.Labels[layout.VersionLabel] = name, version
	for i := range as.Template.Spec.Templates {
		for _, v := range as.Template.Spec.Templates[i].Volumes {
			if v.Name == codeVolume {
				v.ConfigMap.Name = name
			}
		}
		if m := as.Template.Spec.Templates[i].Memoize; m != nil {
			m.Cache.ConfigMap.Name = cacheConfigMap(o.Template.Namespace, name)
		}
	}
	if o.Code != nil {
		as.Code = o.Code.DeepCopy()
		as.Code.Name, as.Code.Labels[layout.VersionLabel] = name, version
	}
	return as
}
