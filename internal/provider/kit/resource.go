package kit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Configured is embedded by every resource: it receives what the provider's Configure made.
type Configured struct {
	Session *Session
}

func (c *Configured) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if req.ProviderData == nil {
		return
	}
	d, ok := req.ProviderData.(*Session)
	if !ok {
		resp.Diagnostics.AddError(
			"Internal error", "The provider's configuration has an unexpected type. Please report this.",
		)
		return
	}
	c.Session = d
}

// PlanNamespace fills in the provider's namespace where the configuration names none, and replaces the resource when
// that moves it.
func (c *Configured) PlanNamespace(
	ctx context.Context, config types.String, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
	planned *types.String,
) {
	if config.IsNull() {
		*planned = types.StringValue(c.Session.Namespace)
	}
	if req.State.Raw.IsNull() {
		return
	}
	var prior types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("namespace"), &prior)...)
	if !prior.Equal(*planned) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("namespace"))
	}
}

// Foresee tells at plan what would stop an apply at a new run or schedule, as far as its place is known.
func (c *Configured) Foresee(ctx context.Context, namespace, serviceAccount types.String, diags *diag.Diagnostics) {
	if !IsKnown(namespace) || serviceAccount.IsUnknown() {
		return
	}
	Report(diags, func(problems *problem.List) {
		c.Session.Foresee(ctx, namespace.ValueString(), serviceAccount.ValueString(), problems)
	})
}

// terraform validate finds what is wrong with a resource alone: editors, hooks and pipelines of continuous integration
// run it, without a connection and in a moment. What other resources and variables give is unknown there, and fits
// everywhere.
//
// IsPlanned reports whether a plan asks for validation, which configures the provider first. Its ModifyPlan checks the
// same and more, so that nothing is said twice.
func (c *Configured) IsPlanned() bool { return c.Session != nil }
