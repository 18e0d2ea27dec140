package acceptance

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider"
)

// whole is a server whose framework sees everything.
func (l *planning) whole(f *terraform) *terraform {
	server, ok := f.server.(provider.Server)
	if !ok {
		f.t.Fatalf("the server is %T", f.server)
	}
	return &terraform{t: f.t, server: server.Framework, schema: f.schema}
}

// What goes past the framework comes out as if it had not.
func TestTasksGoAside(t *testing.T) {
	t.Parallel()
	l := newPlanning(t, 12)
	for name, c := range map[string]struct{ state, proposed *tfprotov6.DynamicValue }{
		"create": {l.nothing, l.proposed}, "keep": {l.state, l.state}, "update": {l.state, l.changed},
	} {
		aside, whole := l.server.terraform(), l.server.terraform()
		l.Read(aside)
		whole = l.whole(whole)
		l.Read(whole)
		got := tftypes.NewValue(l.typ, aside.unwire(l.typ, l.plan(aside, c.state, c.proposed).PlannedState))
		want := tftypes.NewValue(l.typ, whole.unwire(l.typ, l.plan(whole, c.state, c.proposed).PlannedState))
		if diff, err := want.Diff(got); err != nil || len(diff) > 0 {
			t.Errorf("%s: %v %v", name, err, diff)
		}
	}
	f := l.server.terraform()
	state := f.unwire(l.typ, l.state)
	read, problems := f.Refresh("kfp_pipeline", state)
	if problems != "" || !tftypes.NewValue(l.typ, read).Equal(tftypes.NewValue(l.typ, state)) {
		t.Errorf("what is read is not the state: %s", problems)
	}
}

// What the cluster holds in place of a task of the state is read past the framework too.
func TestTasksThatWereChangedAreRead(t *testing.T) {
	t.Parallel()
	l := newPlanning(t, 3)
	f := l.server.terraform()
	state := f.unwire(l.typ, l.state)
	var tasks map[string]tftypes.Value
	if err := state["tasks"].As(&tasks); err != nil {
		t.Fatal(err)
	}
	want := state["tasks"]
	var task map[string]tftypes.Value
	if err := tasks["t_0"].As(&task); err != nil {
		t.Fatal(err)
	}
	task["display_name"] = tftypes.NewValue(tftypes.String, "another")
	tasks["t_0"] = tftypes.NewValue(tasks["t_0"].Type(), task)
	state["tasks"] = tftypes.NewValue(want.Type(), tasks)
	read, problems := f.Refresh("kfp_pipeline", state)
	if problems != "" || !read["tasks"].Equal(want) {
		t.Errorf("%s: read are %s", problems, read["tasks"])
	}
}

// The framework's validators see the tasks where there is something for them to see.
func TestNullsInTasksAreRefused(t *testing.T) {
	t.Parallel()
	l := newPlanning(t, 2)
	f := l.server.terraform()
	config := f.unwire(l.typ, l.config)
	var tasks map[string]tftypes.Value
	if err := config["tasks"].As(&tasks); err != nil {
		t.Fatal(err)
	}
	tasks["t_0"] = tftypes.NewValue(tasks["t_0"].Type(), nil)
	config["tasks"] = tftypes.NewValue(config["tasks"].Type(), tasks)
	req := &tfprotov6.ValidateResourceConfigRequest{
		TypeName: "kfp_pipeline", Config: f.wire(l.typ, tftypes.NewValue(l.typ, config)),
	}
	for name, server := range map[string]tfprotov6.ProviderServer{"configured": f.server, "not configured": provider.NewServer(provider.NewInNamespace("etl", nil)())} {
		if name != "configured" {
			if _, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
				t.Fatal(err)
			}
		}
		resp, err := server.ValidateResourceConfig(t.Context(), req)
		if err != nil || diagnosed(resp.Diagnostics) == "" {
			t.Errorf("%s: %v, and nothing is wrong", name, err)
		}
	}
}
