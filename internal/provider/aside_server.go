package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

const pipelineTypeName = "kfp_pipeline"

// framework is all that Terraform may ask of the framework's server.
type framework interface {
	tfprotov6.ProviderServerWithActions
	tfprotov6.ProviderServerWithListResource
}

// asideServer is the framework's server behind one that takes the tasks of pipelines aside.
type asideServer struct{ framework }

// NewServer serves a provider over the protocol.
func NewServer(p provider.Provider) tfprotov6.ProviderServer {
	server := providerserver.NewProtocol6(p)()
	if s, ok := server.(framework); ok {
		return asideServer{s}
	}
	return server
}

// PlanResourceChange plans a pipeline without showing its tasks to the framework.
func (s asideServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	if req.TypeName != pipelineTypeName {
		return s.framework.PlanResourceChange(ctx, req)
	}
	small, a := *req, &aside{}
	small.ProposedNewState = a.take(req.ProposedNewState)
	if a.raw == nil {
		return s.framework.PlanResourceChange(ctx, req)
	}
	small.Config, small.PriorState = (&aside{}).take(req.Config), (&aside{}).take(req.PriorState)
	resp, err := s.framework.PlanResourceChange(a.in(ctx), &small)
	if err != nil {
		return resp, err
	}
	return resp, a.putBack(resp.PlannedState)
}

// ReadResource reads a pipeline without showing its tasks to the framework.
func (s asideServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	if req.TypeName != pipelineTypeName {
		return s.framework.ReadResource(ctx, req)
	}
	small, a := *req, &aside{}
	small.CurrentState = a.take(req.CurrentState)
	if a.raw == nil {
		return s.framework.ReadResource(ctx, req)
	}
	resp, err := s.framework.ReadResource(a.in(ctx), &small)
	if err != nil {
		return resp, err
	}
	return resp, a.putBack(resp.NewState)
}

// ValidateResourceConfig validates a pipeline. The framework sees the tasks where its validators may find something wrong
// in them.
func (s asideServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	if req.TypeName != pipelineTypeName {
		return s.framework.ValidateResourceConfig(ctx, req)
	}
	small, a := *req, &aside{}
	small.Config = a.take(req.Config)
	if a.raw == nil || !a.isPlain(ctx) {
		return s.framework.ValidateResourceConfig(ctx, req)
	}
	return s.framework.ValidateResourceConfig(a.in(ctx), &small)
}
