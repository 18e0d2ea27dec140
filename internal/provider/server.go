package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
)

const pipelineTypeName = "kfp_pipeline"

// Framework is all that Terraform may ask of the framework's server.
type Framework interface {
	tfprotov6.ProviderServerWithActions      //nolint:staticcheck // until ProviderServer has its methods
	tfprotov6.ProviderServerWithListResource //nolint:staticcheck // the same
}

// Server is the framework's server behind one that takes the tasks of pipelines aside.
type Server struct{ Framework }

// NewServer serves a provider over the protocol.
func NewServer(p provider.Provider) tfprotov6.ProviderServer {
	server := providerserver.NewProtocol6(p)()
	if s, ok := server.(Framework); ok {
		return Server{s}
	}
	return server
}

// PlanResourceChange plans a pipeline without showing its tasks to the framework.
func (s Server) PlanResourceChange(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	if req.TypeName != pipelineTypeName {
		return s.Framework.PlanResourceChange(ctx, req)
	}
	small, a := *req, &pipeline.Aside{}
	small.ProposedNewState = a.Take(req.ProposedNewState)
	if a.Raw == nil {
		return s.Framework.PlanResourceChange(ctx, req)
	}
	small.Config, small.PriorState = (&pipeline.Aside{}).Take(req.Config), (&pipeline.Aside{}).Take(req.PriorState)
	resp, err := s.Framework.PlanResourceChange(a.In(ctx), &small)
	if err != nil {
		return resp, err
	}
	return resp, a.PutBack(resp.PlannedState)
}

// ReadResource reads a pipeline without showing its tasks to the framework.
func (s Server) ReadResource(
	ctx context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	if req.TypeName != pipelineTypeName {
		return s.Framework.ReadResource(ctx, req)
	}
	small, a := *req, &pipeline.Aside{}
	small.CurrentState = a.Take(req.CurrentState)
	if a.Raw == nil {
		return s.Framework.ReadResource(ctx, req)
	}
	resp, err := s.Framework.ReadResource(a.In(ctx), &small)
	if err != nil {
		return resp, err
	}
	return resp, a.PutBack(resp.NewState)
}

// ValidateResourceConfig validates a pipeline. The framework sees the tasks where its validators may find something
// wrong in them.
func (s Server) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	if req.TypeName != pipelineTypeName {
		return s.Framework.ValidateResourceConfig(ctx, req)
	}
	small, a := *req, &pipeline.Aside{}
	small.Config = a.Take(req.Config)
	if a.Raw == nil || !a.IsPlain(ctx) {
		return s.Framework.ValidateResourceConfig(ctx, req)
	}
	return s.Framework.ValidateResourceConfig(a.In(ctx), &small)
}
