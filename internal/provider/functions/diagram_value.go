package functions

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// drawnPipeline reads what a diagram shows of a pipeline from a value of any type: the resource, or an object of the
// same form that the configuration makes. known is false where a part that is drawn is not known yet.
func drawnPipeline(v attr.Value) (p spec.Pipeline, known bool, err error) {
	r := &drawnReader{known: true}
	o := r.Object(problem.Path{}, v)
	if !r.known || len(r.errs) > 0 {
		return p, r.known, errors.Join(r.errs...)
	}
	if text := r.value(o["package"]); text != nil {
		return r.packaged(o), r.known, errors.Join(r.errs...)
	}
	if _, ok := o["tasks"]; !ok {
		return p, true, errors.New("this is not a pipeline: it has no tasks. Give the resource itself, such as " +
			"kfp_pipeline.x")
	}
	p = spec.Pipeline{
		Namespace: r.Text(problem.At("namespace"), o["namespace"]), Name: r.Text(problem.At("name"), o["name"]),
		Parameters: map[string]spec.Input{},
		Tasks:      r.tasks(problem.At("tasks"), o["tasks"]), OnExit: r.tasks(problem.At("on_exit"), o["on_exit"]),
		Outputs: r.Texts(problem.At("outputs"), o["outputs"]), Groups: map[string]spec.Group{},
	}
	for name := range r.Object(problem.At("parameters"), o["parameters"]) {
		p.Parameters[name] = spec.Input{}
	}
	for name, v := range r.Object(problem.At("groups"), o["groups"]) {
		p.Groups[name] = r.group(problem.At("groups").Key(name), v)
	}
	return p, r.known, errors.Join(r.errs...)
}

// drawnReader reads values whose types are not declared, and remembers what is unknown and what is wrong.
type drawnReader struct {
	known bool
	errs  []error
}

// packaged reads the pipeline of a package of KFP.
func (r *drawnReader) packaged(o map[string]attr.Value) spec.Pipeline {
	read, problems := kfpir.Read(r.Text(problem.At("package"), o["package"]), kfpir.Options{
		Namespace: r.Text(problem.At("namespace"), o["namespace"]), Name: r.Text(problem.At("name"), o["name"]),
		Images: r.Texts(problem.At("images"), o["images"]),
	})
	for _, p := range problems {
		if p.Severity == problem.Error {
			r.errs = append(r.errs, fmt.Errorf("package: %s: %s", p.Title, p.Detail))
		}
	}
	return read.Pipeline
}

func (r *drawnReader) group(at problem.Path, v attr.Value) spec.Group {
	o := r.Object(at, v)
	g := spec.Group{
		Parameters: map[string]spec.Input{}, Outputs: r.Texts(at.Attr("outputs"), o["outputs"]),
		Tasks: r.tasks(at.Attr("tasks"), o["tasks"]), OnExit: r.tasks(at.Attr("on_exit"), o["on_exit"]),
	}
	for name := range r.Object(at.Attr("parameters"), o["parameters"]) {
		g.Parameters[name] = spec.Input{}
	}
	return g
}

func (r *drawnReader) tasks(at problem.Path, v attr.Value) map[string]spec.Task {
	elements := r.Object(at, v)
	tasks := make(map[string]spec.Task, len(elements))
	for name, element := range elements {
		tasks[name] = r.task(at.Key(name), element)
	}
	return tasks
}

func (r *drawnReader) task(at problem.Path, v attr.Value) spec.Task {
	o := r.Object(at, v)
	text := func(name string) string { return r.Text(at.Attr(name), o[name]) }
	t := spec.Task{
		DisplayName: text("display_name"), RunIf: spec.RunIf(text("run_if")), When: text("when"), ForEach: text("for_each"),
		Inputs: r.Texts(at.Attr("inputs"), o["inputs"]), DependsOn: r.List(at.Attr("depends_on"), o["depends_on"]),
	}
	if ref := r.Object(at.Attr("component"), o["component"]); ref != nil {
		t.Component = r.Ref(at.Attr("component").Attr("signature"), ref["signature"])
	}
	if group := text("group"); group != "" {
		t.Component = spec.Ref{Kind: spec.GroupKind, Name: group}
	}
	if r.Object(at.Attr("import"), o["import"]) != nil {
		t.Component, t.Inputs = spec.ImportRef(spec.Artifact), r.Texts(at.Attr("import"), o["import"])
	}
	if gate := r.Object(at.Attr("approval"), o["approval"]); gate != nil {
		t.Approval = &spec.Approval{Timeout: r.Text(at.Attr("approval").Attr("timeout"), gate["timeout"])}
	}
	t.Env = r.Texts(at.Attr("env"), o["env"])
	if cache := r.Object(at.Attr("cache"), o["cache"]); cache != nil {
		t.Cache = &spec.Cache{Key: r.Text(at.Attr("cache").Attr("key"), cache["key"])}
	}
	if resources := r.Object(at.Attr("resources"), o["resources"]); resources != nil {
		t.Resources = &spec.Resources{
			Requests: r.Texts(at.Attr("resources").Attr("requests"), resources["requests"]),
			Limits:   r.Texts(at.Attr("resources").Attr("limits"), resources["limits"]),
		}
	}
	return t
}

// Ref reads what a signature says; the version does not show in a picture.
func (r *drawnReader) Ref(at problem.Path, v attr.Value) spec.Ref {
	signature := r.Text(at, v)
	if signature == "" && !r.known {
		return spec.Ref{}
	}
	ref, err := spec.ParseSignature(signature)
	if err != nil {
		r.errs = append(r.errs, fmt.Errorf("%s: %q is no signature of a component or a pipeline. At %w", at, signature, err))
	}
	return ref
}

// value takes off the wrapping of a dynamic value. Nil: there is none, or it is not known.
func (r *drawnReader) value(v attr.Value) attr.Value {
	if d, ok := v.(types.Dynamic); ok {
		r.known = r.known && !d.IsUnderlyingValueUnknown() && !d.IsUnknown()
		v = d.UnderlyingValue()
	}
	if v == nil || v.IsNull() {
		return nil
	}
	if v.IsUnknown() {
		r.known = false
		return nil
	}
	return v
}

// Object reads an object or a map. Nil: there is none.
func (r *drawnReader) Object(at problem.Path, v attr.Value) map[string]attr.Value {
	switch v := r.value(v).(type) {
	case nil:
		return nil
	case types.Object:
		return v.Attributes()
	case types.Map:
		return v.Elements()
	default:
		r.refuse(at, "an object", v)
		return nil
	}
}

// Texts reads a map of texts.
func (r *drawnReader) Texts(at problem.Path, v attr.Value) map[string]string {
	elements := r.Object(at, v)
	texts := make(map[string]string, len(elements))
	for name, element := range elements {
		if r.value(element) == nil {
			continue // not given, or the whole is not known yet
		}
		texts[name] = r.Text(at.Key(name), element)
	}
	return texts
}

// List reads a list of texts, sorted: the order of a set has no meaning.
func (r *drawnReader) List(at problem.Path, v attr.Value) []string {
	v = r.value(v)
	if v == nil {
		return nil
	}
	collection, ok := v.(interface{ Elements() []attr.Value })
	if !ok {
		r.refuse(at, "a list", v)
		return nil
	}
	var list []string
	for i, element := range collection.Elements() {
		list = append(list, r.Text(at.Index(i), element))
	}
	slices.Sort(list)
	return list
}

// Text reads a string, or a number or a boolean as Terraform writes it.
func (r *drawnReader) Text(at problem.Path, v attr.Value) string {
	switch v := r.value(v).(type) {
	case nil:
		return ""
	case basetypes.StringValue:
		return v.ValueString()
	case types.Bool, types.Number:
		return v.String()
	default:
		r.refuse(at, "a string", v)
		return ""
	}
}

func (r *drawnReader) refuse(at problem.Path, want string, v attr.Value) {
	where := "this"
	if len(at) > 0 {
		where = at.String()
	}
	r.errs = append(r.errs, fmt.Errorf("%s has to be %s, not %s", where, want, v.String()))
}
