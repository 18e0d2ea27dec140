package acceptance

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider"
)

// terraform is what Terraform is to a provider: it calls it over the protocol.
type terraform struct {
	t      testing.TB
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
}

// terraform starts a provider anew, as each plan does.
func (s *server) terraform() *terraform {
	s.t.Helper()
	ctx := s.t.Context()
	f := &terraform{t: s.t, server: provider.NewServer(provider.NewInNamespace("etl", nil)())}
	if s.schema == nil {
		var err error
		if s.schema, err = f.server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{}); err != nil {
			s.t.Fatal(err)
		}
	}
	f.schema = s.schema
	object, ok := f.schema.Provider.ValueType().(tftypes.Object)
	if !ok {
		s.t.Fatal("the provider's configuration is no object")
	}
	values := map[string]tftypes.Value{}
	for name, typ := range object.AttributeTypes {
		values[name] = tftypes.NewValue(typ, nil)
	}
	values["config_path"] = tftypes.NewValue(tftypes.String, s.kubeconfig)
	if s.site != "" {
		values["ui_url"] = tftypes.NewValue(tftypes.String, s.site)
	}
	resp, err := f.server.ConfigureProvider(
		ctx, &tfprotov6.ConfigureProviderRequest{Config: f.wire(object, tftypes.NewValue(object, values))},
	)
	if err != nil || len(resp.Diagnostics) > 0 {
		s.t.Fatalf("%v %v", err, diagnosed(resp.Diagnostics))
	}
	return f
}

func (f *terraform) wire(typ tftypes.Type, v tftypes.Value) *tfprotov6.DynamicValue {
	f.t.Helper()
	d, err := tfprotov6.NewDynamicValue(typ, v)
	if err != nil {
		f.t.Fatal(err)
	}
	return &d
}

func (f *terraform) unwire(typ tftypes.Type, d *tfprotov6.DynamicValue) map[string]tftypes.Value {
	f.t.Helper()
	v, err := d.Unmarshal(typ)
	if err != nil {
		f.t.Fatal(err)
	}
	if v.IsNull() {
		return nil
	}
	var attributes map[string]tftypes.Value
	if err := v.As(&attributes); err != nil {
		f.t.Fatal(err)
	}
	return attributes
}

func (f *terraform) typeOf(resource string) tftypes.Type {
	return f.schema.ResourceSchemas[resource].ValueType()
}

// adopt imports an object and returns its state.
func (f *terraform) adopt(resource, id string) map[string]tftypes.Value {
	f.t.Helper()
	resp, err := f.server.ImportResourceState(
		f.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: resource, ID: id},
	)
	if err != nil || len(resp.Diagnostics) > 0 || len(resp.ImportedResources) != 1 {
		f.t.Fatalf("importing %s: %v %v", id, err, diagnosed(resp.Diagnostics))
	}
	state, diags := f.Refresh(resource, f.unwire(f.typeOf(resource), resp.ImportedResources[0].State))
	if diags != "" || state == nil {
		f.t.Fatalf("reading %s: %s", id, diags)
	}
	return state
}

// Refresh reads a resource; nil: it is gone.
func (f *terraform) Refresh(resource string, state map[string]tftypes.Value) (map[string]tftypes.Value, string) {
	f.t.Helper()
	typ := f.typeOf(resource)
	resp, err := f.server.ReadResource(
		f.t.Context(),
		&tfprotov6.ReadResourceRequest{TypeName: resource, CurrentState: f.wire(typ, tftypes.NewValue(typ, state))},
	)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, d := range resp.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return nil, diagnosed(resp.Diagnostics)
		}
	}
	return f.unwire(typ, resp.NewState), ""
}

// plan returns the attributes that a plan would change: none where there is nothing to do.
func (f *terraform) plan(resource string, config, state map[string]tftypes.Value) []string {
	f.t.Helper()
	var changed []string
	for name, planned := range f.unwire(f.typeOf(resource), f.planned(resource, config, state).PlannedState) {
		if !planned.Equal(state[name]) {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return changed
}

// apply plans and applies, and returns the new state.
func (f *terraform) apply(resource string, config, state map[string]tftypes.Value) (map[string]tftypes.Value, string) {
	f.t.Helper()
	typ := f.typeOf(resource)
	plan := f.planned(resource, config, state)
	resp, err := f.server.ApplyResourceChange(f.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: resource, PriorState: f.wire(typ, tftypes.NewValue(typ, state)), PlannedState: plan.PlannedState,
		Config: f.wire(typ, tftypes.NewValue(typ, config)), PlannedPrivate: plan.PlannedPrivate,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return f.unwire(typ, resp.NewState), diagnosed(resp.Diagnostics)
}

func (f *terraform) planned(
	resource string, config, state map[string]tftypes.Value,
) *tfprotov6.PlanResourceChangeResponse {
	f.t.Helper()
	typ := f.typeOf(resource)
	proposed := maps.Clone(config)
	for _, a := range f.schema.ResourceSchemas[resource].Block.Attributes {
		if a.Computed && config[a.Name].IsNull() {
			proposed[a.Name] = state[a.Name]
		}
	}
	resp, err := f.server.PlanResourceChange(f.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: resource, PriorState: f.wire(typ, tftypes.NewValue(typ, state)),
		ProposedNewState: f.wire(typ, tftypes.NewValue(typ, proposed)), Config: f.wire(typ, tftypes.NewValue(typ, config)),
	})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, d := range resp.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			f.t.Fatalf("planning %s: %s", resource, diagnosed(resp.Diagnostics))
		}
	}
	return resp
}

// configOf is the configuration that a state was made from: without what only the provider knows.
func (f *terraform) configOf(resource string, state map[string]tftypes.Value) map[string]tftypes.Value {
	config := maps.Clone(state)
	for _, a := range f.schema.ResourceSchemas[resource].Block.Attributes {
		if a.Computed && !a.Optional {
			config[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		}
	}
	return config
}

// diagnosed are the errors among diagnostics.
func diagnosed(diags []*tfprotov6.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		if d.Severity != tfprotov6.DiagnosticSeverityError {
			continue
		}
		b.WriteString(d.Summary + ": " + d.Detail + "\n")
	}
	return b.String()
}
