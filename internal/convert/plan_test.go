package convert

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
)

// planner plans modules as Terraform does: it evaluates them, and asks the provider over the protocol.
type planner struct {
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
}

func newPlanner(t *testing.T) planner {
	t.Helper()
	p := planner{server: provider.NewServer(provider.NewInNamespace(anyNamespace, nil)())}
	var err error
	if p.schema, err = p.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	config := p.value(t, p.schema.Provider.ValueType(), `{"host": "https://127.0.0.1:1"}`)
	resp, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil || hasError(resp.Diagnostics) {
		t.Fatal(err, diagnosed(resp.Diagnostics))
	}
	return p
}

// value is an object of a type, whose attributes are null where the JSON lacks them.
func (p planner) value(t *testing.T, typ tftypes.Type, text string) *tfprotov6.DynamicValue {
	t.Helper()
	v, err := (&tfprotov6.RawState{JSON: []byte(text)}).UnmarshalWithOpts(typ, tfprotov6.UnmarshalOpts{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := tfprotov6.NewDynamicValue(typ, v)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

func hasError(diags []*tfprotov6.Diagnostic) bool {
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

func diagnosed(diags []*tfprotov6.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%s %s %s: %s\n", d.Severity, d.Attribute, d.Summary, d.Detail)
	}
	return b.String()
}

// says plans a module and compares the versions, which are hashes of what the cluster gets.
func (p planner) says(t *testing.T, c conversion) {
	t.Helper()
	isFormatted(t, c.module)
	planned := p.plan(t, c.module)
	for _, r := range c.resources {
		got := planned["kfp_component"].GetAttr(r.label).GetAttr("ref")
		signature, version := got.GetAttr("signature").AsString(), got.GetAttr("version").AsString()
		if signature != r.ref.Signature() || version != r.ref.Version {
			t.Errorf("component %s is %s of version %s", r.ref.Signature(), signature, version)
		}
	}
	want, _, found := pipeline.CompilePipeline(c.pipeline)
	if want == nil {
		t.Fatal(found)
	}
	got := planned["kfp_pipeline"].GetAttr(label(c.pipeline.Name)).GetAttr("version").AsString()
	if got != want.Version {
		t.Errorf("pipeline %s is of version %s, and its HCL of version %s", c.pipeline.Name, want.Version, got)
	}
}

// plan gives the planned resources by type and label. Components come before what uses them.
func (p planner) plan(t *testing.T, m Module) map[string]cty.Value {
	t.Helper()
	planned := map[string]map[string]cty.Value{}
	for _, kind := range []string{"kfp_component", "kfp_pipeline", "kfp_recurring_run"} {
		for _, block := range blocks(t, m) {
			if block.Type != "resource" || block.Labels[0] != kind {
				continue
			}
			attributes := map[string]cty.Value{}
			for name, a := range block.Body.Attributes {
				v, diags := a.Expr.Value(scope(m, planned))
				if diags.HasErrors() {
					t.Fatal(diags)
				}
				attributes[name] = v
			}
			if planned[kind] == nil {
				planned[kind] = map[string]cty.Value{}
			}
			planned[kind][block.Labels[1]] = p.resource(t, kind, cty.ObjectVal(attributes))
		}
	}
	return objects(planned)
}

func blocks(t *testing.T, m Module) hclsyntax.Blocks {
	t.Helper()
	var all hclsyntax.Blocks
	for name, text := range m {
		if !strings.HasSuffix(name, ".tf") {
			continue
		}
		file, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		all = append(all, file.Body.(*hclsyntax.Body).Blocks...)
	}
	return all
}

func objects(planned map[string]map[string]cty.Value) map[string]cty.Value {
	all := map[string]cty.Value{}
	for kind, resources := range planned {
		all[kind] = cty.ObjectVal(resources)
	}
	return all
}

// scope is what the expressions of a module may use.
func scope(m Module, planned map[string]map[string]cty.Value) *hcl.EvalContext {
	variables := objects(planned)
	variables["path"] = cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal("module")})
	text := []function.Parameter{{Name: "text", Type: cty.String}}
	return &hcl.EvalContext{Variables: variables, Functions: map[string]function.Function{
		"jsonencode": stdlib.JSONEncodeFunc, "chomp": stdlib.ChompFunc,
		"file": function.New(&function.Spec{Params: text, Type: function.StaticReturnType(cty.String), Impl: func(
			args []cty.Value, _ cty.Type,
		) (cty.Value, error) {
			data, ok := m[strings.TrimPrefix(args[0].AsString(), "module/")]
			if !ok {
				return cty.NilVal, fmt.Errorf("there is no file %s", args[0].AsString())
			}
			return cty.StringVal(string(data)), nil
		}}),
	}}
}

func (p planner) resource(t *testing.T, kind string, config cty.Value) cty.Value {
	t.Helper()
	text, err := ctyjson.Marshal(config, config.Type())
	if err != nil {
		t.Fatal(err)
	}
	typ := p.schema.ResourceSchemas[kind].ValueType()
	v := p.value(t, typ, string(text))
	nothing, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, nil))
	if err != nil {
		t.Fatal(err)
	}
	valid, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: kind, Config: v})
	if err != nil || hasError(valid.Diagnostics) {
		t.Fatal(err, diagnosed(valid.Diagnostics))
	}
	resp, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, Config: v, ProposedNewState: v, PriorState: &nothing,
	})
	if err != nil || hasError(resp.Diagnostics) {
		t.Fatal(err, diagnosed(resp.Diagnostics))
	}
	return known(t, resp.PlannedState, typ)
}

// known are those attributes of a plan that tell what others need: texts, and objects of texts.
func known(t *testing.T, planned *tfprotov6.DynamicValue, typ tftypes.Type) cty.Value {
	t.Helper()
	v, err := planned.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if err := v.As(&attributes); err != nil {
		t.Fatal(err)
	}
	all := map[string]cty.Value{}
	for _, name := range []string{"name", "version", "ref", "schedule"} {
		if attributes[name].IsNull() || !attributes[name].IsFullyKnown() {
			continue
		}
		var text string
		if attributes[name].As(&text) == nil {
			all[name] = cty.StringVal(text)
			continue
		}
		var parts map[string]tftypes.Value
		if err := attributes[name].As(&parts); err != nil {
			t.Fatal(err)
		}
		of := map[string]cty.Value{}
		for part, v := range parts {
			if v.As(&text) == nil {
				of[part] = cty.StringVal(text)
			}
		}
		all[name] = cty.ObjectVal(of)
	}
	return cty.ObjectVal(all)
}
