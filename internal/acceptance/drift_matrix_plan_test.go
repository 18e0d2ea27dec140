package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/component"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/sample"
)

// everyPart is a pipeline that uses every attribute, and its components.
func everyPart(t testing.TB) (spec.Pipeline, []spec.Component) {
	t.Helper()
	container := spec.Component{
		Namespace: "etl", Name: "step", Description: "A step.",
		Interface: spec.Interface{
			Inputs: map[string]spec.Input{
				"text": {
					Type: spec.String, Default: new("x"), Description: "Words.", AllowedValues: []string{"x", "y"},
				}, "number": {Type: spec.Integer, Optional: true},
				"file": {Type: spec.Dataset, Optional: true, Description: "A file."},
			},
			Outputs: map[string]spec.Output{"text": {Type: spec.String, Description: "Words."}, "file": {Type: spec.Dataset}},
		},
		Container: &spec.Container{
			Image: "busybox:1.36", Command: []string{"sh", "-c"},
			Args: []string{"{{ inputs.text }}", "{{ outputs.text.path }}", "{{ outputs.file.path }}"},
		},
		Env: map[string]string{"A": "$5"}, Resources: sample.EverySetting().Resources,
	}
	python := spec.Component{Namespace: "etl", Name: "rate", Python: &spec.Python{
		Source: "# Rates.\n\ndef rate(state: str) -> float:\n    \"\"\"A rate.\"\"\"\n    return 0.5\n", SourceFile: "component.py", Image: "python:3.12-slim", Lightweight: true,
		Packages: []string{"numpy==2.1.0"}, IndexURLs: []string{
			"https://pypi.example.com/simple",
		}, TrustedHosts: []string{"pypi.example.com"},
		Additional: map[string]string{"helpers.py": "X = 1\n"}, Files: map[string]string{"rates.csv": "OH,0.05\n"},
		KFP: true,
	}}
	python, diags := component.Analysed(python)
	if diags.HasError() {
		t.Fatal(diags)
	}
	refs := map[string]spec.Ref{}
	for _, c := range []spec.Component{container, python} {
		o, err := compile.Component(c)
		if err != nil {
			t.Fatal(err)
		}
		refs[c.Name] = o.Ref(c)
	}
	settings := sample.EverySetting()
	p := spec.Pipeline{
		Namespace: "etl", Name: "every", Description: "Every part.",
		Parameters: map[string]spec.Input{
			"word": {Type: spec.String, Default: new("x"), Description: "A word.", AllowedValues: []string{"x", "y"}},
			"list": {Type: spec.ListOf(spec.String), Default: new(`["a"]`)},
		},
		Tasks: map[string]spec.Task{
			"first": {
				Component: refs["step"], Inputs: map[string]string{"text": "{{ parameters.word }}", "number": "3"},
				Settings: settings,
			},
			"loop": {
				Component: refs["step"], Inputs: map[string]string{"text": "{{ each.index }} {{ each.value }}"},
				ForEach: "{{ parameters.list }}", Parallelism: new(int64(2)), AllowFailure: true,
			},
			"rate": {Component: refs["rate"], Inputs: map[string]string{
				"state": "{{ tasks.first.outputs.text ?? 'none' }}",
			}, DependsOn: []string{"loop"}, When: "parameters.word != 'y'",
				Settings: spec.Settings{Retry: &spec.Retry{Limit: 1, Policy: "OnTransientError"}}},
			"file": {
				Component: refs["step"], Inputs: map[string]string{"file": "s3://bucket/key.csv?secret=s3"},
				DependsOn: []string{"rate"}, RunIf: spec.AllDone,
			},
			"gate": {Approval: &spec.Approval{Timeout: "24h"}, DependsOn: []string{"file"}},
		},
		OnExit: map[string]spec.Task{
			"tell": {Component: refs["step"], Inputs: map[string]string{"text": "{{ run.status }}"}},
		},
		Outputs: map[string]string{"text": "{{ tasks.first.outputs.text }}", "file": "{{ tasks.file.outputs.file }}"},
		Options: sample.EveryOptionAtRoot(),
		Defaults: spec.Settings{
			Env: map[string]string{"STAGE": "prod"}, Labels: map[string]string{"team": "etl"},
			Annotations: map[string]string{"note": "x"},
		},
	}
	return p, []spec.Component{container, python}
}

// ownership says who wrote an object that somebody has edited: with Argo's full CRDs the API server knows for each
// field, with the minimal ones for the spec as a whole.
var ownership = map[string]map[string]any{
	"full CRDs": {
		"f:spec":     map[string]any{"f:templates": map[string]any{}, "f:added": map[string]any{}},
		"f:metadata": map[string]any{"f:labels": map[string]any{"f:terraform-provider-kfp/added": map[string]any{}}},
	},
	"minimal CRDs": {
		"f:spec":     map[string]any{},
		"f:metadata": map[string]any{"f:labels": map[string]any{"f:terraform-provider-kfp/added": map[string]any{}}},
	},
}

func edited(content map[string]any, fields map[string]any) *backend.Object {
	meta, ok := content["metadata"].(map[string]any)
	if !ok {
		panic("an object without metadata")
	}
	meta["managedFields"] = []any{
		map[string]any{
			"manager": "kubectl-edit", "operation": "Update", "apiVersion": "argoproj.io/v1alpha1", "fieldsType": "FieldsV1",
			"fieldsV1": fields,
		},
	}
	return cluster.ObjectOf(content)
}

// leaf is a value of an object and how to get there.
type leaf struct {
	keys []any
	path string
}

func leaves(v any, keys []any, path string) []leaf {
	var all []leaf
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, leaves(v[key], append(slices.Clone(keys), key), path+"."+key)...)
		}
	case []any:
		for i, e := range v {
			all = append(all, leaves(e, append(slices.Clone(keys), i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	if len(all) == 0 {
		all = append(all, leaf{keys, path})
	}
	return all
}

// changes are ways to change a leaf; nil: it is removed.
func changes(v any) []any {
	switch v := v.(type) {
	case string:
		return []any{v + "x", nil}
	case bool:
		return []any{!v, nil}
	case float64:
		return []any{v + 1, nil}
	}
	return []any{nil}
}

func valueAt(content map[string]any, keys []any) any {
	var value any = content
	for _, key := range keys {
		switch key := key.(type) {
		case string:
			value = value.(map[string]any)[key]
		case int:
			value = value.([]any)[key]
		}
	}
	return value
}

// with returns a copy of an object with another value at a place.
func with(t testing.TB, object map[string]any, keys []any, value any) map[string]any {
	t.Helper()
	changed := copied(t, object)
	var at any = changed
	var put func(any)
	for i, key := range keys {
		last := i == len(keys)-1
		switch key := key.(type) {
		case string:
			m, _ := at.(map[string]any)
			if last && value == nil {
				delete(m, key)
			} else if last {
				m[key] = value
			} else {
				at = m[key]
				put = func(v any) { m[key] = v }
			}
		case int:
			l, _ := at.([]any)
			if last && value == nil {
				put(slices.Delete(l, key, key+1))
			} else if last {
				l[key] = value
			} else {
				at = l[key]
				put = func(v any) { l[key] = v }
			}
		}
	}
	return changed
}

func copied(t testing.TB, object map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// written are the places of an object that this provider writes and a controller reads, apart from what identifies it.
func written(t testing.TB, object any) (map[string]any, []leaf) {
	t.Helper()
	content, err := layout.AsJSON(object)
	if err != nil {
		t.Fatal(err)
	}
	read, err := layout.WithoutUnreadFields(content)
	if err != nil {
		t.Fatal(err)
	}
	meta := content["metadata"].(map[string]any)
	all := leaves(read["spec"], []any{"spec"}, "spec")
	for _, key := range []string{"labels", "annotations"} {
		if meta[key] != nil {
			all = append(all, leaves(meta[key], []any{"metadata", key}, "metadata."+key)...)
		}
	}
	return content, all
}

// oneOf is how many possibilities one that is tried stands for: few in the acceptance tests, where KFP_TEST_MATRIX is
// "some", and many without it. Where it is "all" (make matrix), every one is tried.
func oneOf(many, few int) int {
	switch os.Getenv("KFP_TEST_MATRIX") {
	case "all":
		return 1
	case "some":
		return few
	}
	return many
}

// stride is how many places are left out between two.
func stride() int { return oneOf(40, 7) }

// outcome says where a change shows.
type outcome struct{ tried, attributes, paths int }

// matrix changes every leaf in every way and looks whether refresh tells. refresh returns the attributes and the drift.
func matrix(
	t *testing.T, content map[string]any, all []leaf,
	refresh func(*backend.Object) (attributes any, drift types.List, diags diag.Diagnostics),
) {
	t.Helper()
	for flavour, fields := range ownership {
		before, drift, diags := refresh(edited(copied(t, content), fields))
		if diags.HasError() || len(drift.Elements()) > 0 {
			t.Fatalf("%s: an object that nobody changed: %v %v", flavour, drift, diags)
		}
		var o outcome
		for i, l := range all {
			if i%stride() > 0 {
				continue
			}
			value := valueAt(content, l.keys)
			for _, to := range changes(value) {
				o.tried++
				after, drift, diags := refresh(edited(with(t, content, l.keys, to), fields))
				switch {
				case diags.HasError():
					t.Errorf("%s: %s changed from %v to %v: %v", flavour, l.path, value, to, diags)
				case !reflect.DeepEqual(before, after):
					o.attributes++
				case len(drift.Elements()) > 0:
					o.paths++
				default:
					t.Errorf("%s: %s changed from %v to %v, and nothing tells", flavour, l.path, value, to)
				}
			}
		}
		t.Logf(
			"%s: of %d fields, %d changes: %d show at an attribute, %d as a path", flavour, len(all), o.tried, o.attributes,
			o.paths,
		)
	}
}

// everyPipeline is the pipeline of everyPart: the resource that reads it, its objects and its state.
func everyPipeline(t testing.TB) (*pipeline.Resource, *wfv1.WorkflowTemplate, *backend.Object, pipeline.Model) {
	t.Helper()
	ctx := t.Context()
	p, _ := everyPart(t)
	compiled, g, problems := pipeline.CompilePipeline(p)
	if problems.HasError() {
		t.Fatal(problems)
	}
	var state pipeline.Model
	diags := state.SetSpec(ctx, p)
	state.SetDerived(p, g, compiled.Version)
	if diags.HasError() {
		t.Fatal(diags)
	}
	root, err := layout.AsJSON(compiled.Root)
	if err != nil {
		t.Fatal(err)
	}
	return &pipeline.Resource{
		Configured: kit.Configured{
			Session: &kit.Session{Operator: &operate.Operator{Backend: cluster.New(cluster.Config{})}},
		},
	}, compiled.Template, cluster.ObjectOf(root), state
}

func TestEveryChangeOfAPipelineShows(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	r, template, root, state := everyPipeline(t)
	content, all := written(t, template)
	refresh := func(live, root *backend.Object) (any, types.List, diag.Diagnostics) {
		m := state
		var diags diag.Diagnostics
		r.Refresh(ctx, &m, live, root, &diags)
		drift := m.Drift
		m.Drift = types.List{}
		return m, drift, diags
	}
	matrix(t, content, all, func(live *backend.Object) (any, types.List, diag.Diagnostics) { return refresh(live, root) })
	place := copied(t, root.Raw())
	matrix(t, place, leaves(place["data"], []any{"data"}, "data"), func(root *backend.Object) (any, types.List, diag.Diagnostics) {
		return refresh(cluster.ObjectOf(copied(t, content)), root)
	})
	// A field that is added at any object of the spec shows as a path, or as a label.
	for i, at := range objectsIn(content["spec"], []any{"spec"}) {
		if i%stride() > 0 {
			continue
		}
		m := state
		var diags diag.Diagnostics
		r.Refresh(ctx, &m, edited(with(t, content, append(at, "added"), "x"), ownership["minimal CRDs"]), root, &diags)
		added := m
		added.Drift = state.Drift
		if len(m.Drift.Elements()) == 0 && reflect.DeepEqual(added, state) {
			t.Errorf("a field added at %v does not show", at)
		}
	}
}

// objectsIn finds every object in a value.
func objectsIn(v any, at []any) [][]any {
	var all [][]any
	switch v := v.(type) {
	case map[string]any:
		all = append(all, at)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, objectsIn(v[key], append(slices.Clone(at), key))...)
		}
	case []any:
		for i, e := range v {
			all = append(all, objectsIn(e, append(slices.Clone(at), i))...)
		}
	}
	return all
}

func TestEveryChangeOfAComponentShows(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, components := everyPart(t)
	for _, c := range components {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			componentMatrix(ctx, t, c)
		})
	}
}

func componentMatrix(ctx context.Context, t *testing.T, c spec.Component) {
	t.Helper()
	compiled, err := compile.Component(c)
	if err != nil {
		t.Fatal(err)
	}
	state := component.Model{Inputs: types.MapNull(kit.InputType), Outputs: types.MapNull(kit.OutputType)}
	diags := state.SetSpec(ctx, c)
	diags.Append(state.SetDerived(ctx, c, compiled.Version)...)
	if diags.HasError() {
		t.Fatal(diags)
	}
	r := &component.Resource{
		Configured: kit.Configured{
			Session: &kit.Session{Operator: &operate.Operator{Backend: cluster.New(cluster.Config{})}},
		},
	}
	content, all := written(t, compiled.Template)
	var code *backend.Object
	var files map[string]any
	if compiled.Code != nil {
		if files, err = layout.AsJSON(compiled.Code); err != nil {
			t.Fatal(err)
		}
		code = cluster.ObjectOf(files)
	}
	refresh := func(live, code *backend.Object) (any, types.List, diag.Diagnostics) {
		m := state
		var diags diag.Diagnostics
		r.Refresh(ctx, &m, live, code, &diags)
		drift := m.Drift
		m.Drift = types.List{}
		return m, drift, diags
	}
	matrix(t, content, all, func(live *backend.Object) (any, types.List, diag.Diagnostics) { return refresh(live, code) })
	if compiled.Code != nil {
		matrix(t, files, leaves(
			files["data"], []any{"data"}, "data",
		), func(code *backend.Object) (any, types.List, diag.Diagnostics) {
			return refresh(cluster.ObjectOf(copied(t, content)), code)
		})
	}
}
