package component

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// NewLister makes the list resource kfp_component.
func NewLister() list.ListResource {
	name := func(o *backend.Object) string { return o.Labels[layout.NameLabel] }
	return &kit.Lister{
		What: "component", Kind: backend.WorkflowTemplates, Of: New, Selects: kit.IsKind(string(spec.ComponentKind)), Name: name, Title: name,
		Less: func(a, b *backend.Object) int {
			return cmp.Or(strings.Compare(name(a), name(b)), kit.NewestObjectFirst(a, b))
		},
		Distinct: func(sorted []*backend.Object) []*backend.Object {
			return slices.CompactFunc(sorted, func(a, b *backend.Object) bool { return name(a) == name(b) })
		},
	}
}
