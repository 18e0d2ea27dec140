package acceptance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// frozen is a resource in a state of schema version 0, as the last provider that wrote one has left it after an apply
// of an example, or of a configuration that has every kind of ref.
type frozen struct {
	Type, Name string
	Attributes json.RawMessage
}

func frozenStates(t *testing.T) map[string]frozen {
	t.Helper()
	states := map[string]frozen{}
	files, err := filepath.Glob("testdata/state_version_0/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var resources []frozen
		if err := json.Unmarshal(text, &resources); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, r := range resources {
			states[strings.TrimSuffix(filepath.Base(file), ".json")+"/"+r.Type+"."+r.Name] = r
		}
	}
	return states
}

// upgrade brings a state of schema version 0 to that of today.
func (f *terraform) upgrade(resource string, state []byte) (map[string]tftypes.Value, string) {
	f.t.Helper()
	resp, err := f.server.UpgradeResourceState(f.t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: resource, Version: 0, RawState: &tfprotov6.RawState{JSON: state},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	if problem := diagnosed(resp.Diagnostics); problem != "" {
		return nil, problem
	}
	return f.unwire(f.typeOf(resource), resp.UpgradedState), ""
}

// compiledAnew are the pipelines that are compiled otherwise than then, and what a plan changes of each.
var compiledAnew = map[string][]string{
	// Outputs that are computed are evaluated before the graph ends.
	"etl/kfp_pipeline.shop": {"ref", "version"},
}

// A plan over an upgraded state changes nothing but what is compiledAnew: versions, names of runs and refs are what this
// provider makes of the same configuration.
func TestUpgradedStatesPlanNoChange(t *testing.T) {
	t.Parallel()
	_, s := newShelf(t)
	kinds := map[string]bool{}
	for name, old := range frozenStates(t) {
		kinds[old.Type] = true
		for _, s.site = range []string{"", "https://argo.example.com"} { // that there is a url is no change
			f := s.terraform()
			state, problem := f.upgrade(old.Type, old.Attributes)
			if problem != "" {
				t.Errorf("%s: %s", name, problem)
				continue
			}
			config := f.configOf(old.Type, state)
			if old.Type == "kfp_run" {
				config["name"] = tftypes.NewValue(tftypes.String, nil) // it is computed in all of them
			}
			if changed := f.plan(old.Type, config, state); !slices.Equal(changed, compiledAnew[name]) {
				t.Errorf("%s: a plan changes %v, and not %v", name, changed, compiledAnew[name])
			}
		}
	}
	for _, kind := range []string{"kfp_component", "kfp_pipeline", "kfp_run", "kfp_recurring_run", "kfp_backfill"} {
		if !kinds[kind] {
			t.Errorf("there is no state of a %s", kind)
		}
	}
}

// What the state said of a ref is in its signature, wherever it stands.
func TestRefsAreUpgraded(t *testing.T) {
	t.Parallel()
	states := frozenStates(t)
	_, s := newShelf(t)
	f := s.terraform()
	const (
		load = `refs-every/shop-load(share: float, ` +
			`labels: struct = { "a": { "b": [ 1.50 ] } }, mode?: string in ["append", "replace"], rows?: Dataset, sizes: list(integer) = [1,2], ` +
			`table: string = "totals") -> (file: Dataset, loaded: integer)`
		inner = `pipeline refs-every/shop-inner(share: float = 0.5) -> (file: Dataset, loaded: integer)`
		outer = `pipeline refs-every/shop-outer(day: string = "none") -> (loaded: integer)`
	)
	for path, want := range map[string]string{
		"kfp_component.load ref":                       load,
		"kfp_component.nothing ref":                    "refs-every/shop-nothing() -> ()",
		"kfp_pipeline.outer ref":                       outer,
		"kfp_pipeline.outer tasks load component":      load,
		"kfp_pipeline.outer tasks inner component":     inner,
		"kfp_pipeline.outer on_exit nothing component": "refs-every/shop-nothing() -> ()",
		"kfp_run.now pipeline":                         outer,
		"kfp_recurring_run.pinned pipeline":            outer,
		"kfp_recurring_run.pinned pinned_pipeline":     outer,
		"kfp_recurring_run.plain ref pipeline":         inner,
		"kfp_backfill.one recurring_run pipeline":      inner,
	} {
		keys := strings.Fields(path)
		old := states["every/"+keys[0]]
		state, problem := f.upgrade(old.Type, old.Attributes)
		if problem != "" {
			t.Fatalf("%s: %s", path, problem)
		}
		for _, key := range keys[1:] {
			var next map[string]tftypes.Value
			if err := state[key].As(&next); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			state = next
		}
		if want := tftypes.NewValue(tftypes.String, want); !state["signature"].Equal(want) || state["version"].IsNull() {
			t.Errorf("%s:\ngot  %v %v\nwant %v", path, state["signature"], state["version"], want)
		}
	}
}

// A map of texts that has the keys of a ref is none, and a file that is no state is refused.
func TestWhatIsNotUpgraded(t *testing.T) {
	t.Parallel()
	_, s := newShelf(t)
	f := s.terraform()
	texts := `{"kind": "a", "namespace": "b", "name": "c", "version": "d", "inputs": "e", "outputs": "f"}`
	state, problem := f.upgrade("kfp_run", []byte(`{"name": "r", "gone": 1, "parameters": `+texts+`}`))
	var got map[string]tftypes.Value
	if problem != "" || state["parameters"].As(&got) != nil || len(got) != 6 {
		t.Errorf("%s %v", problem, state)
	}
	for _, text := range []string{"", "{", `{"name": [1]}`} {
		if _, problem := f.upgrade("kfp_run", []byte(text)); !strings.Contains(problem, "Cannot read the state") {
			t.Errorf("%q: %q", text, problem)
		}
	}
}
