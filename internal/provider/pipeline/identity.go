package pipeline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

func (r *Resource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = kit.NamedIdentity("pipeline", "")
}
