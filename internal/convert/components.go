package convert

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert/hclfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/component"
)

// resourceOf is a component of a package as a resource.
type resourceOf struct {
	label    string         // in HCL, and of its files
	spec     spec.Component // analysed
	ref      spec.Ref
	comments []string
	skip     map[string]bool
}

// asResource makes of a component inside a pipeline one of its own, of another name. Its function runs by itself, where
// it can; else the whole of its source runs, as in the package.
func asResource(c spec.Component, name string, problems *problem.List) (resourceOf, bool) {
	r := resourceOf{label: label(c.Name), skip: map[string]bool{"namespace": true}}
	c.Name, c.ImageUser = name, false
	r.spec = c
	if c.Python != nil && !r.analyse(c, problems) {
		return r, false
	}
	r.skip["inputs"] = r.skip["inputs"] || len(r.spec.Inputs) == 0
	r.skip["outputs"] = r.skip["outputs"] || len(r.spec.Outputs) == 0
	r.skip["description"] = r.spec.Description == "" || c.Python != nil && r.derivesDescription()
	compiled, err := compile.Component(r.spec)
	if err != nil {
		problems.Errorf(nil, "Cannot compile the component", "%v.", err)
		return r, false
	}
	r.ref = spec.Ref{
		Kind: spec.ComponentKind, Namespace: c.Namespace, Name: c.Name, Version: compiled.Version,
		Interface: r.spec.Interface,
	}
	return r, true
}

// analyse finds the way in which a kfp_component can say the function.
func (r *resourceOf) analyse(c spec.Component, problems *problem.List) bool {
	p := spec.Python{
		Source: tidy(c.Python.Source), SourceFile: r.label + ".py", Function: c.Python.Function, Image: c.Python.Image,
		Packages: c.Python.Packages, IndexURLs: c.Python.IndexURLs, TrustedHosts: c.Python.TrustedHosts,
		Additional: c.Python.Additional, Files: c.Python.Files, KFP: c.Python.KFP,
	}
	c.Python, r.skip["inputs"], r.skip["outputs"] = &p, true, true
	want := c.Interface
	c.Interface = spec.Interface{}
	var found diag.Diagnostics
	for _, p.Lightweight = range []bool{true, false} {
		analysed, diags := component.Analysed(c)
		if !diags.HasError() && differs(want, analysed.Interface) == "" {
			r.spec = analysed
			r.tellDefaults(want.Inputs, problems)
			r.skip["python.function"] = isOnlyFunction(c)
			if !p.Lightweight {
				r.comments = append(r.comments, "The function needs what its source does before it, so the whole source is "+
					"run, and image stands in place of base_image.")
			}
			return true
		}
		found = diags
		if !diags.HasError() {
			found.AddError("Function with another signature", differs(want, analysed.Interface))
		}
	}
	for _, d := range found.Errors() {
		problems.Errorf(nil, d.Summary(), "%s", d.Detail())
	}
	return false
}

// ownName is the name of a component of a pipeline in the namespace, which other pipelines share: it begins with that
// of the pipeline, as far as there is room.
func ownName(pipeline, component string, taken map[string]bool) string {
	name := component
	if room := spec.MaxNameLength - len(component) - 1; room > 0 && !strings.HasPrefix(component, pipeline) {
		name = strings.TrimRight(pipeline[:min(room, len(pipeline))], "-") + "-" + component
	}
	if taken[name] {
		name = component
	}
	taken[name] = true
	return name
}

// differs says in what two interfaces have other names.
func differs(want, got spec.Interface) string {
	for _, side := range []struct {
		what      string
		want, got []string
	}{
		{"inputs", spec.Names(want.Inputs), spec.Names(got.Inputs)},
		{"outputs", spec.Names(want.Outputs), spec.Names(got.Outputs)},
	} {
		if !slices.Equal(side.want, side.got) {
			return "The package says that its " + side.what + " are " + list(side.want) + ", its signature says " +
				list(side.got) + ". Rename them in the source, and compile the package again."
		}
	}
	return ""
}

// tellDefaults tells of defaults that the source says otherwise than the package.
func (r *resourceOf) tellDefaults(want map[string]spec.Input, problems *problem.List) {
	for _, name := range spec.Names(want) {
		ofPackage, ofSource := want[name].Default, r.spec.Inputs[name].Default
		if ofPackage == nil || ofSource != nil && sameValue(*ofPackage, *ofSource) {
			continue
		}
		said := "none"
		if ofSource != nil {
			said = strconv.Quote(*ofSource)
		}
		text := fmt.Sprintf("The package says that the default of %q is %q, and the source says %s, which counts here.",
			name, *ofPackage, said)
		problems.Warnf(nil, "Default that differs", "%s", text)
		r.comments = append(r.comments, text)
	}
}

// sameValue reports whether two texts are the same, as JSON where they are that.
func sameValue(a, b string) bool {
	var x, y any
	return a == b || json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// isOnlyFunction reports whether the source says itself which function is meant.
func isOnlyFunction(c spec.Component) bool {
	p := *c.Python
	name := p.Function
	p.Function, c.Python = "", &p
	analysed, diags := component.Analysed(c)
	return !diags.HasError() && analysed.Python.Function == name
}

// derivesDescription reports whether the docstring says the description.
func (r *resourceOf) derivesDescription() bool {
	c := r.spec
	c.Description = ""
	analysed, _ := component.Analysed(c)
	return analysed.Description == r.spec.Description
}

// tidy is a source without the empty lines around it.
func tidy(source string) string { return strings.Trim(source, "\n") + "\n" }

// block writes the component, and its source into the module.
func (r *resourceOf) block(ctx context.Context, m Module) (hclfile.Block, error) {
	w := writer{skip: r.skip, files: map[string]string{}}
	name := r.label
	if p := r.spec.Python; p != nil {
		of := *p
		of.SourceFile, w.files[p.Source] = m.add(name, ".py", p.Source)
		for _, file := range slices.Sorted(maps.Keys(p.Additional)) {
			_, w.files[p.Additional[file]] = m.add(strings.TrimSuffix(file, ".py"), ".py", p.Additional[file])
		}
		r.spec.Python = &of
	}
	if r.spec.Container != nil {
		m.scripts(name, r.spec.Container, w.files)
	}
	v, err := state(ctx, &component.Resource{}, func(to *component.Model) diag.Diagnostics {
		return to.SetSpec(ctx, r.spec)
	})
	if err != nil {
		return hclfile.Block{}, err
	}
	body, err := w.object(v, "")
	return hclfile.Block{
		Type: "resource", Labels: []string{"kfp_component", name}, Comments: r.comments, Body: body,
	}, err
}
