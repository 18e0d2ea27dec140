package compile

import (
	"slices"
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The bucket of an artifact repository stands in a config map that no plan sees, and Argo has no variable for it. It
// tells each pod's executor, which leaves it in a file for the command of whatever image the pod runs. The Python
// runtime reads that file. A container gets its arguments before it starts, so another pod of its image reads the file
// first, and Argo makes addresses of that and of the artifacts themselves. That is the truth whoever has started the
// run, and a container that uses no address has no such pod.
const (
	executorFile    = "/var/run/argo/template"
	executorProgram = "/var/run/argo/argoexec"
	rootParameter   = "template"
	noArtifact      = "none" // never written; without one, Argo tells the executor of no repository
)

// templatesOf are the templates of a component.
func templatesOf(c spec.Component, main wfv1.Template, cache string) []wfv1.Template {
	used := graph.AddressedIn(c)
	if used.None() {
		return variants(main, cache)
	}
	a := addressed{Addressed: used, interfaces: c.Interface}
	all := []wfv1.Template{a.root(main), a.place()}
	for _, t := range []wfv1.Template{
		main,
		withRetry(main, layout.RetrySuffix, wfv1.RetryPolicyAlways),
		withRetry(main, layout.TransientSuffix, wfv1.RetryPolicyOnTransientError),
	} {
		all = append(all, a.variants(t, cache)...)
	}
	return all
}

// addressed compiles a container that uses addresses.
type addressed struct {
	graph.Addressed
	interfaces spec.Interface
}

// variants are the templates that tasks call instead of t, and the pods that those run.
func (a addressed) variants(t wfv1.Template, cache string) []wfv1.Template {
	pod := a.pod(t)
	all := []wfv1.Template{pod, a.around(pod, t.Name, false)}
	fixed := kept(pod)
	if fixed.Name != pod.Name {
		all = append(all, fixed)
	}
	all = append(all, memoized(a.around(fixed, t.Name+layout.CacheSuffix, false), cache))
	if len(t.Outputs.Artifacts) > 0 {
		list := withKeys(pod)
		all = append(all, list, a.around(list, t.Name+layout.ListSuffix, true))
	}
	return all
}

// pod runs the container. It takes the addresses, and leaves the artifacts whose addresses it knows where those say, as
// they are. A container that only knows the address of an output uploads it, and need not write a file.
func (a addressed) pod(main wfv1.Template) wfv1.Template {
	t := *main.DeepCopy()
	t.Name += layout.PodSuffix
	for _, name := range a.parameters() {
		t.Inputs.Parameters = append(t.Inputs.Parameters, wfv1.Parameter{Name: name})
	}
	for i := range t.Outputs.Artifacts {
		if name := t.Outputs.Artifacts[i].Name; slices.Contains(a.Outputs, name) {
			keyed(&t, i)
			t.Outputs.Artifacts[i].Optional = !a.Written[name]
		}
	}
	return t
}

// parameters are the hidden parameters that hold addresses.
func (a addressed) parameters() []string {
	var names []string
	for _, input := range a.Inputs {
		names = append(names, graph.InputURI(input))
	}
	for _, output := range a.Outputs {
		names = append(names, graph.OutputURI(output))
	}
	return names
}

// around calls the pod with the addresses that it finds out first. isList: the caller says where the artifacts go.
func (a addressed) around(pod wfv1.Template, name string, isList bool) wfv1.Template {
	t := around(pod)
	t.Name = name
	own := a.parameters()
	place := wfv1.DAGTask{Name: layout.PlaceTask, Template: layout.PlaceTemplate, Arguments: a.placeArguments(isList)}
	inner := &t.DAG.Tasks[0]
	inner.Depends = layout.PlaceTask
	for i, p := range inner.Arguments.Parameters {
		if slices.Contains(own, p.Name) {
			value := `{{=tasks["` + layout.PlaceTask + `"].outputs.parameters["` + p.Name + `"]}}`
			inner.Arguments.Parameters[i].Value = wfv1.AnyStringPtr(value)
		}
	}
	for _, output := range a.Outputs {
		key := layout.KeyParameter(output)
		if i := slices.IndexFunc(t.Outputs.Artifacts, func(o wfv1.Artifact) bool { return o.Name == output }); i >= 0 {
			t.Outputs.Artifacts[i].From = "{{tasks." + layout.PlaceTask + ".outputs.artifacts." + givenArtifact(output) + "}}"
		}
		if isList {
			continue
		}
		own = append(own, key)
		for i, p := range inner.Arguments.Parameters {
			if p.Name == key {
				inner.Arguments.Parameters[i].Value = wfv1.AnyStringPtr(ownKey(output))
			}
		}
	}
	t.Inputs.Parameters = slices.DeleteFunc(t.Inputs.Parameters, func(p wfv1.Parameter) bool {
		return slices.Contains(own, p.Name)
	})
	t.DAG.Tasks = append([]wfv1.DAGTask{place}, t.DAG.Tasks...)
	return t
}

// ownKey is where an output lies unless the caller says where.
func ownKey(output string) string { return layout.OwnPlace + "/" + output }

// givenArtifact is an output among the inputs of the template that finds addresses, which may have an input of that name.
func givenArtifact(output string) string { return layout.HiddenPrefix + output }

// placeArguments are the artifacts whose addresses are asked for. Those that do not exist yet are places.
func (a addressed) placeArguments(isList bool) wfv1.Arguments {
	const patch = `{{=toJson(sprig.omit(fromJSON(inputs.parameters["` + layout.PodParameter + `"]), "containers", "volumes"))}}`
	given := wfv1.Arguments{Parameters: []wfv1.Parameter{
		{Name: layout.MetadataParameter, Value: wfv1.AnyStringPtr(Handed(layout.MetadataParameter))},
		{Name: layout.PodParameter, Value: wfv1.AnyStringPtr(patch)},
	}}
	for _, input := range a.Inputs {
		metadata := layout.ArtifactParameter(input)
		given.Parameters = append(
			given.Parameters, wfv1.Parameter{Name: metadata, Value: wfv1.AnyStringPtr(Handed(metadata))},
		)
		given.Artifacts = append(
			given.Artifacts, HandedArtifact(wfv1.Artifact{Name: input, Optional: mayBeMissing(a.interfaces.Inputs[input])}),
		)
	}
	for _, output := range a.Outputs {
		key := ownKey(output)
		if isList {
			key = tag(layout.KeyParameter(output))
		}
		given.Artifacts = append(given.Artifacts, wfv1.Artifact{
			Name: givenArtifact(output), ArtifactLocation: keyOnly(key), Archive: unpacked(),
		})
	}
	return given
}

// place gives the addresses, and the outputs where they are or will be.
func (a addressed) place() wfv1.Template {
	t := wfv1.Template{Name: layout.PlaceTemplate, DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{{
		Name: layout.InnerTask, Template: layout.RootTemplate, Arguments: wfv1.Arguments{Parameters: []wfv1.Parameter{
			{Name: layout.MetadataParameter, Value: wfv1.AnyStringPtr(Handed(layout.MetadataParameter))},
			{Name: layout.PodParameter, Value: wfv1.AnyStringPtr(Handed(layout.PodParameter))},
		}},
	}}}}
	t.Inputs = takes(a.placeArguments(false))
	give := func(parameter, code string) {
		t.Outputs.Parameters = append(
			t.Outputs.Parameters, wfv1.Parameter{Name: parameter, ValueFrom: &wfv1.ValueFrom{Expression: code}},
		)
	}
	for _, input := range a.Inputs {
		give(graph.InputURI(input), inputAddress(input, a.interfaces.Inputs[input]))
	}
	for _, output := range a.Outputs {
		given := givenArtifact(output)
		give(graph.OutputURI(output), outputAddress(output))
		t.Outputs.Artifacts = append(t.Outputs.Artifacts, wfv1.Artifact{Name: given, From: "{{inputs.artifacts." + given + "}}"})
	}
	return t
}

// address is that of a key, as Argo says where it is. Bucket and key are data: they are encoded.
const address = `let uri = key == nil ? "" : at.gcs != nil ? "gs://" + at.gcs.bucket + "/" + key : ` +
	`at.oss != nil ? "oss://" + at.oss.bucket + "/" + key : ` +
	`at.azure != nil ? at.azure.endpoint + "/" + at.azure.container + "/" + key : ` +
	`at.s3 != nil ? "s3://" + at.s3.bucket + "/" + key : ""; `

// outputAddress is where an output will lie: in the artifact repository.
func outputAddress(output string) string {
	return `let key = fromJSON(toJson(inputs.artifacts["` + givenArtifact(output) + `"])).s3.key; let at = ` + repository +
		`; ` + address + encoded
}

// inputAddress is where an input lies: where its metadata says, or where Argo says, which says no more than the key of
// what is in the artifact repository, and s3 of keys in repositories of all kinds. The metadata of an import is the text
// as it was given, with options, and has no digest of a content; only from a web server it is all that there is.
func inputAddress(input string, in spec.Input) string {
	given, absent := `inputs.parameters["`+layout.ArtifactParameter(input)+`"]`, ""
	if in.TakesNil() {
		absent = wire.Absent
	}
	return `let a = fromJSON(toJson(inputs.artifacts["` + input + `"])); ` +
		`let own = a.s3?.bucket ?? a.gcs?.bucket ?? a.oss?.bucket ?? a.azure?.container; ` +
		`let key = a.s3?.key ?? a.gcs?.key ?? a.oss?.key ?? a.azure?.blob; ` +
		`let at = own == nil ? ` + repository + ` : a; ` + address +
		`let info = ` + given + ` startsWith "{\"" ? fromJSON(` + given + `) : {}; let said = string(info.uri ?? ""); ` +
		`let isOther = said != "" and (uri == "" or (info.digest ?? "") != ""); ` +
		`said + uri == "" ? ` + strconv.Quote(absent) + ` : isOther ? ` + strings.ReplaceAll(encoded, "uri", "said") + ` : ` + encoded
}

const (
	repository = `fromJSON(tasks["` + layout.InnerTask + `"].outputs.parameters.` + rootParameter + `).archiveLocation`
	encoded    = `replace(replace(uri, "{` + wire.Mark + `", "{"), "{", "{` + wire.Mark + `")`
)

// root is the pod that asks where the repository is. It has the rights and the place of the container's pod, but none
// of its resources and volumes.
func (a addressed) root(main wfv1.Template) wfv1.Template {
	return wfv1.Template{
		Name: layout.RootTemplate,
		Inputs: wfv1.Inputs{Parameters: []wfv1.Parameter{
			hidden(layout.MetadataParameter, layout.NoMetadata), hidden(layout.PodParameter, "{}"),
		}},
		Outputs: wfv1.Outputs{
			Parameters: []wfv1.Parameter{{Name: rootParameter, ValueFrom: &wfv1.ValueFrom{Path: executorFile}}},
			Artifacts:  wfv1.Artifacts{{Name: noArtifact, Path: layout.OutputPath(noArtifact), Optional: true}},
		},
		SecurityContext: main.SecurityContext, PodSpecPatch: main.PodSpecPatch,
		Container: &corev1.Container{
			Image: main.Container.Image, Command: []string{executorProgram, "version"},
			SecurityContext: main.Container.SecurityContext,
			Resources: corev1.ResourceRequirements{
				Requests: corev1.ResourceList{
					corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("32Mi"),
				},
				Limits: corev1.ResourceList{
					corev1.ResourceCPU: resource.MustParse("200m"), corev1.ResourceMemory: resource.MustParse("128Mi"),
				},
			},
		},
	}
}
