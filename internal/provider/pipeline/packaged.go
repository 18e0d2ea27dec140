package pipeline

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// packageModel is a pipeline that KFP's compiler has written, in place of tasks.
type packageModel struct {
	Package types.String `tfsdk:"package"`
	Images  types.Map    `tfsdk:"images"`
	Caching types.Bool   `tfsdk:"caching"`
}

func packageAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"package": kit.OptionalText("Text of a pipeline that the compiler of Kubeflow Pipelines has written, " +
			"`file(\"pipeline.yaml\")`, in place of `tasks`. Parameters, groups, outputs and components come from it; " +
			"`defaults` and the settings of the pipeline as a whole are set beside it. See the guide on migrating."),
		"images": kit.TextMap("Images that take the place of those in the package, by those: `{ \"python:3.11\" = " +
			"\"registry.local/python:3.11\" }`."),
		"caching": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether the tasks of the package use the cache. Default: as the package says, in which KFP's " +
				"compiler switches it on unless told otherwise.",
		},
	}
}

func (m packageModel) isPackage() bool { return !m.Package.IsNull() }

func (m packageModel) options(ctx context.Context, of Model, t *kit.Reader) kfpir.Options {
	o := kfpir.Options{Namespace: t.Text(of.Namespace), Name: t.Text(of.Name), Images: t.Strings(ctx, m.Images)}
	if kit.IsKnown(m.Caching) {
		o.Cache = m.Caching.ValueBoolPointer()
	}
	t.Unknown = t.Unknown || m.Caching.IsUnknown()
	return o
}

// checkAlone refuses what a configuration declares beside a package that has it already.
func (m Model) checkAlone(diags *diag.Diagnostics) {
	if !m.isPackage() {
		return
	}
	for _, beside := range []struct {
		name  string
		given bool
	}{
		{"tasks", !m.Tasks.IsNull()}, {"groups", !m.Groups.IsNull()}, {"on_exit", !m.OnExit.IsNull()},
		{"parameters", !m.Parameters.IsNull()}, {"outputs", !m.Outputs.IsNull()},
	} {
		if beside.given {
			kit.AddErrorAt(diags, path.Root(beside.name), "Two pipelines",
				"The package has "+beside.name+" of its own. Remove this, or the package.")
		}
	}
}

// setInterface writes the parameters and outputs that follow from the package.
func (m *Model) setInterface(ctx context.Context, p spec.Pipeline, diags *diag.Diagnostics) {
	if !m.isPackage() {
		return
	}
	if p.Open.Tasks {
		m.Parameters, m.Outputs = types.MapUnknown(kit.InputType), types.MapUnknown(types.StringType)
		return
	}
	var ds diag.Diagnostics
	m.Parameters, ds = kit.NewInputs(ctx, p.Parameters, types.MapNull(kit.InputType))
	diags.Append(ds...)
	w := kit.Writer{Diags: diags}
	m.Outputs = w.Texts(ctx, types.MapType{ElemType: types.StringType}, p.Outputs, types.MapNull(types.StringType))
}

// packaged reads the package, over which the attributes beside it stand.
func (m Model) packaged(ctx context.Context, t *kit.Reader, beside spec.Pipeline) spec.Pipeline {
	text, options := t.Text(m.Package), m.options(ctx, m, t)
	if text == spec.Unknown || options.Name == spec.Unknown {
		t.Unknown, beside.Open = true, spec.Open{Parameters: true, Tasks: true, OnExit: true, Groups: true}
		return beside
	}
	read, problems := kfpir.Read(text, options)
	kit.AddProblems(t.Diags, problems)
	p := read.Pipeline
	if beside.Description != "" {
		p.Description = beside.Description
	}
	p.Namespace, p.Name = beside.Namespace, beside.Name
	fill(reflect.ValueOf(&beside.Options).Elem(), reflect.ValueOf(p.Options))
	fill(reflect.ValueOf(&beside.Defaults).Elem(), reflect.ValueOf(p.Defaults))
	p.Options, p.Defaults = beside.Options, beside.Defaults
	for label, c := range p.Components {
		c.ImageUser = beside.Defaults.SecurityContext == nil
		p.Components[label] = c
	}
	return p
}

// fill gives each field that is not set the value of another struct.
func fill(into, from reflect.Value) {
	for i := range into.NumField() {
		if into.Field(i).IsZero() {
			into.Field(i).Set(from.Field(i))
		}
	}
}

// located gives what the engine says of the pipeline of a package a place in that.
func (m Model) located(ctx context.Context, found problem.List) problem.List {
	if !m.isPackage() || len(found) == 0 {
		return found
	}
	var diags diag.Diagnostics
	t := kit.Reader{Diags: &diags}
	read, _ := kfpir.Read(m.Package.ValueString(), m.options(ctx, m, &t))
	var own, others problem.List
	for _, p := range found {
		if len(p.Path) > 0 && isBeside(p.Path[0].Attribute) {
			own = append(own, p)
		} else {
			others = append(others, p)
		}
	}
	return append(own, read.Locate(others)...)
}

// isBeside reports whether an attribute stands beside a package.
func isBeside(attribute string) bool {
	_, isOption := optionsAttributes()[attribute]
	return isOption || attribute == "name" || attribute == "defaults"
}

// warnOfUsers says what is not as everywhere else: who containers of a package run as.
func (m Model) warnOfUsers(p spec.Pipeline, diags *diag.Diagnostics) {
	if !m.isPackage() || p.Defaults.SecurityContext != nil {
		return
	}
	diags.AddAttributeWarning(path.Root("package"), "Containers run as the users of their images",
		"As in KFP, the containers of a package run as the users of their images, which often is root. Set "+
			"defaults = { security_context = { run_as_user = 65532, run_as_non_root = true } } where the images allow that, or "+
			"security_context = {} to keep this without the warning.")
}

// isOfPackage reports whether a package made what is in the cluster: it has components inside, which only packages do.
func isOfPackage(live *backend.Object) bool {
	var object struct {
		Spec struct {
			Templates []struct {
				Name string `json:"name"`
			} `json:"templates"`
		} `json:"spec"`
	}
	if live.Into(&object) != nil {
		return false
	}
	for _, t := range object.Spec.Templates {
		if layout.IsInlineTemplate(t.Name) {
			return true
		}
	}
	return false
}

// importPackage takes over a pipeline that a package made, which the cluster does not hold.
func (m *Model) importPackage(live *backend.Object, diags *diag.Diagnostics) {
	m.Namespace, m.Name = types.StringValue(live.Namespace), types.StringValue(live.Name)
	m.Version, m.Drift = types.StringValue(live.Labels[layout.VersionLabel]), kit.NoDrift()
	diags.AddWarning("Pipeline "+live.Name+" was made from a package", "The cluster does not hold the package. Give it in "+
		"the configuration, with the images, defaults and settings that stood beside it: where the plan shows no other version, "+
		"nothing changes in the cluster.")
}
