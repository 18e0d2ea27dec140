package kit

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	fwpath "github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

var _ list.ListResourceWithConfigure = &Lister{}

// Lister finds what exists in a namespace, for terraform query. It reads each object as an import would, through the
// one list that it has made anyway.
type Lister struct {
	Configured
	What     string                                    // in messages
	Kind     backend.Kind                              // of the objects
	Selects  func(*backend.Object) bool                // those that are one of the resource
	Of       func() resource.Resource                  // the resource
	Name     func(*backend.Object) string              // in the identity
	Title    func(*backend.Object) string              // for people
	Less     func(a, b *backend.Object) int            // the order
	Distinct func([]*backend.Object) []*backend.Object // of several objects behind one identity
	Filters  string                                    // what labels there are to select by
}

// ObjectName is the name of an object.
func ObjectName(o *backend.Object) string { return o.Name }

// ByName orders objects by their names.
func ByName(a, b *backend.Object) int { return strings.Compare(a.Name, b.Name) }

// NewestObjectFirst orders objects by when they were made.
func NewestObjectFirst(a, b *backend.Object) int {
	return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), ByName(a, b))
}

// IsKind selects objects of a kind of this provider that are in use.
func IsKind(kind string) func(*backend.Object) bool {
	return func(o *backend.Object) bool {
		return o.Labels[layout.KindLabel] == kind && !layout.IsRetired(o.Labels) && !layout.IsPinnedCopy(o.Labels)
	}
}

func (l *Lister) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	l.Of().Metadata(ctx, req, resp)
}

type listModel struct {
	Namespace     types.String `tfsdk:"namespace"`
	Name          types.String `tfsdk:"name"`
	LabelSelector types.String `tfsdk:"label_selector"`
}

func (l *Lister) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf(
			"Lists the %ss of a namespace that this provider made, also those that no state of Terraform holds, so that "+
				"`terraform query -generate-config-out=FILE` writes their configuration and `import` blocks.",
			l.What,
		),
		Attributes: map[string]schema.Attribute{
			"namespace": text("The namespace. Default: the provider's."),
			"name":      text("Only names that match this pattern, in which `*` stands for any text, such as `\"etl-*\"`."),
			"label_selector": text(
				"Only objects with these labels, in the notation of `kubectl get -l`, such as `\"team=sales,tier!=test\"`." + l.Filters,
			),
		},
	}
}

// List makes one list of the namespace, and results as they are taken from it.
func (l *Lister) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	found := l.find(ctx, req.Config, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	if req.Limit > 0 && int64(len(found)) > req.Limit {
		found = found[:req.Limit]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for _, o := range found {
			if !push(l.result(ctx, req, o)) {
				return
			}
		}
	}
}

func (l *Lister) find(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) []*backend.Object {
	var m listModel
	diags.Append(config.Get(ctx, &m)...)
	selector, err := labels.Parse(m.LabelSelector.ValueString())
	if err != nil {
		AddErrorAt(
			diags, fwpath.Root("label_selector"), "Invalid label selector",
			fmt.Sprintf("%q is no label selector: %s.", m.LabelSelector.ValueString(), err),
		)
	}
	pattern := cmp.Or(m.Name.ValueString(), "*")
	if _, err := path.Match(pattern, ""); err != nil {
		AddErrorAt(
			diags, fwpath.Root("name"), "Invalid pattern",
			fmt.Sprintf("%q is no pattern: a bracket is not closed, or a backslash is last.", pattern),
		)
	}
	if diags.HasError() {
		return nil
	}
	namespace := cmp.Or(m.Namespace.ValueString(), l.Session.Namespace)
	all, err := l.Session.Backend.Managed(ctx, l.Kind, namespace)
	if err != nil {
		AddClusterError(diags, "list", l.What+"s in namespace", namespace, err)
		return nil
	}
	var found []*backend.Object
	for _, o := range all {
		if matches, _ := path.Match(pattern, l.Name(o)); matches && l.Selects(o) && selector.Matches(labels.Set(o.Labels)) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, l.Less)
	if l.Distinct != nil {
		found = l.Distinct(found)
	}
	return found
}

// result is one object. What cannot be read of it is a warning, so that the others are listed nevertheless.
func (l *Lister) result(ctx context.Context, req list.ListRequest, o *backend.Object) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = l.Title(o)
	result.Diagnostics.Append(Identify(
		ctx, result.Identity, types.StringValue(o.Namespace), types.StringValue(l.Name(o)),
	)...)
	if !req.IncludeResource || result.Diagnostics.HasError() {
		return result
	}
	state := tfsdk.State{Schema: req.ResourceSchema, Raw: result.Resource.Raw}
	result.Diagnostics.Append(state.SetAttribute(ctx, fwpath.Root("namespace"), o.Namespace)...)
	result.Diagnostics.Append(state.SetAttribute(ctx, fwpath.Root("name"), o.Name)...)
	of := l.Of()
	if r, ok := of.(resource.ResourceWithConfigure); ok {
		r.Configure(ctx, resource.ConfigureRequest{ProviderData: l.Session}, &resource.ConfigureResponse{})
	}
	read := resource.ReadResponse{
		State: tfsdk.State{Schema: state.Schema, Raw: state.Raw.Copy()}, Identity: result.Identity,
	}
	of.Read(ctx, resource.ReadRequest{State: state}, &read)
	for _, d := range read.Diagnostics {
		result.Diagnostics.AddWarning(d.Summary(), d.Detail())
	}
	if !read.Diagnostics.HasError() {
		result.Resource.Raw = read.State.Raw
	}
	return result
}
