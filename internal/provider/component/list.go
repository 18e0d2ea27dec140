package component

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

func NewLister() list.ListResource {
	name := func(o *cluster.Object) string { return o.Labels[layout.NameLabel] }
	return &kit.Lister{
		What: "component", Kind: cluster.WorkflowTemplates, Of: New, Selects: kit.IsKind(string(spec.ComponentKind)), Name: name, Title: name,
		Less: func(a, b *cluster.Object) int {
			return cmp.Or(strings.Compare(name(a), name(b)), kit.NewestObjectFirst(a, b))
		},
		Distinct: func(sorted []*cluster.Object) []*cluster.Object {
			return slices.CompactFunc(sorted, func(a, b *cluster.Object) bool { return name(a) == name(b) })
		},
	}
}
