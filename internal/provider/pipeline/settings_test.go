package pipeline

import (
	"context"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/sample"
)

func TestEveryFieldHasAnAttribute(t *testing.T) {
	t.Parallel()
	checkFields(t, "Settings", reflect.TypeFor[spec.Settings](), settingsType.AttrTypes, nil)
	checkFields(
		t, "Options", reflect.TypeFor[spec.Options](), optionsType.AttrTypes, map[string]string{"labels": "run_labels"},
	)
	checkFields(t, "Input", reflect.TypeFor[spec.Input](), kit.AttributeTypes(kit.InputAttributes()), nil)
	checkFields( // whether an output may be absent follows from the graph
		t, "Output", reflect.TypeFor[spec.Output](), kit.AttributeTypes(kit.OutputAttributes()), map[string]string{"optional": ""},
	)
}

func TestEveryAttributeIsDocumented(t *testing.T) {
	t.Parallel()
	var check func(where string, attributes map[string]schema.Attribute)
	check = func(where string, attributes map[string]schema.Attribute) {
		for name, a := range attributes {
			text := a.GetMarkdownDescription()
			if len(text) < 10 || !strings.HasSuffix(text, ".") {
				t.Errorf("%s%s: the description %q is no sentence", where, name, text)
			}
			switch a := a.(type) {
			case schema.SingleNestedAttribute:
				check(where+name+".", a.Attributes)
			case schema.MapNestedAttribute:
				check(where+name+".", a.NestedObject.Attributes)
			case schema.ListNestedAttribute:
				check(where+name+".", a.NestedObject.Attributes)
			}
		}
	}
	for _, attributes := range []map[string]schema.Attribute{settingsAttributes(), optionsAttributes(), kit.InputAttributes(), kit.OutputAttributes()} {
		check("", attributes)
	}
}

// The documents name what the engine allows.
func TestChoicesAreDocumented(t *testing.T) {
	t.Parallel()
	attributes, options := settingsAttributes(), optionsAttributes()
	nested := func(name string) map[string]schema.Attribute {
		switch a := attributes[name].(type) {
		case schema.SingleNestedAttribute:
			return a.Attributes
		case schema.MapNestedAttribute:
			return a.NestedObject.Attributes
		case schema.ListNestedAttribute:
			return a.NestedObject.Attributes
		}
		return nil
	}
	in := func(a schema.Attribute) map[string]schema.Attribute {
		o, _ := a.(schema.SingleNestedAttribute)
		return o.Attributes
	}
	for _, c := range []struct {
		attribute schema.Attribute
		choices   []string
	}{
		{attributes["image_pull_policy"], settings.ImagePullPolicies},
		{nested("retry")["policy"], settings.RetryPolicies},
		{nested("tolerations")["effect"], settings.TolerationEffects},
		{nested("tolerations")["operator"], settings.TolerationOperators},
		{in(nested("volumes")["empty_dir"])["medium"], settings.Media},
		{in(nested("volumes")["ephemeral"])["access_modes"], settings.AccessModes},
		{options["pod_gc"], graph.PodGCs},
		{options["artifact_gc"], graph.ArtifactGCs},
	} {
		for _, choice := range c.choices {
			if !strings.Contains(c.attribute.GetMarkdownDescription(), "`"+choice+"`") {
				t.Errorf("%q does not name %s", c.attribute.GetMarkdownDescription(), choice)
			}
		}
	}
}

// settingsModel is a resource that has settings.
type settingsModel struct {
	Settings types.Object `tfsdk:"settings"`
}

// asObject writes settings as an object that is there even where they say nothing.
func asObject(ctx context.Context, s spec.Settings, prior types.Object) (types.Object, diag.Diagnostics) {
	var diags diag.Diagnostics
	return settingsObject.WriteObject(ctx, kit.Writer{Diags: &diags}, &s, prior), diags
}

// settingsThroughState writes settings, puts them into a state and reads them again.
func settingsThroughState(t interface {
	Helper()
	Fatalf(string, ...any)
}, s spec.Settings) (spec.Settings, types.Object) {
	t.Helper()
	ctx := context.Background()
	object, diags := asObject(ctx, s, types.Object{})
	attributes := map[string]schema.Attribute{"settings": kit.NestedAttribute("Settings.", settingsAttributes())}
	object = throughState(t, attributes, settingsModel{object}).Settings
	read := kit.Reader{Diags: &diags}
	got := settingsObject.ReadObject(ctx, &read, object)
	if diags.HasError() || read.Unknown || got == nil {
		t.Fatalf("unknown: %v, %v", read.Unknown, diags)
	}
	return *got, object
}

func TestSettingsSurviveTheState(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]spec.Settings{
		"none":  {},
		"every": sample.EverySetting(),
		"empty replacements": {
			Tolerations: []spec.Toleration{}, ImagePullSecrets: []string{}, Resources: &spec.Resources{}, Cache: &spec.Cache{}, Retry: &spec.Retry{},
			SecurityContext: &spec.SecurityContext{
				AddCapabilities: []string{}, DropCapabilities: []string{}, Privileged: new(false),
			},
			Volumes: map[string]spec.Volume{"a": {EmptyDir: &spec.EmptyDir{}}},
		},
	} {
		got, _ := settingsThroughState(t, s)
		if diff := cmp.Diff(s, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var want spec.Settings
		draw(t, reflect.ValueOf(&want).Elem(), "settings")
		got, object := settingsThroughState(t, want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		again, diags := asObject(t.Context(), got, object)
		if diff := cmp.Diff(object, again); diff != "" || diags.HasError() {
			t.Fatalf("the same settings give another object (-first +second):\n%s%v", diff, diags)
		}
	})
}

// nothing is a configuration that says nothing in so many words.
func nothing() types.Object {
	empty := func(name string) types.Map {
		return types.MapValueMust(kit.ElementType(kit.TypeAt(settingsType, name)), nil)
	}
	object := func(name string, parts map[string]attr.Value) types.Object {
		return types.ObjectValueMust(kit.ObjectTypes(kit.TypeAt(settingsType, name)), parts)
	}
	quantities := types.MapValueMust(kit.QuantityType{}, nil)
	noTexts := types.SetValueMust(types.StringType, nil)
	m, _ := asObject(context.Background(), spec.Settings{}, types.Object{})
	says := m.Attributes()
	maps.Copy(says, map[string]attr.Value{
		"timeout": kit.NewText[kit.Duration](""), "affinity": kit.NewText[kit.JSONText](""),
		"resources": object("resources", map[string]attr.Value{"requests": quantities, "limits": quantities}),
		"env":       empty("env"), "field_env": empty("env"), "node_selector": empty("env"), "labels": empty("env"),
		"annotations": empty("env"), "secret_env": empty("secret_env"), "config_map_env": empty("secret_env"),
		"volumes": empty("volumes"), "tolerations": types.ListValueMust(
			kit.ElementType(kit.TypeAt(settingsType, "tolerations")), nil,
		),
		"service_account": types.StringValue(""), "image_pull_policy": types.StringValue(""), "priority_class": types.StringValue(""),
		"image_pull_secrets": noTexts,
		"synchronization": object("synchronization", map[string]attr.Value{
			"mutexes": noTexts, "semaphores": types.ListValueMust(
				kit.ElementType(kit.TypeAt(settingsType, "synchronization", "semaphores")), nil,
			),
		}),
	})
	return types.ObjectValueMust(settingsType.AttrTypes, says)
}

func TestWaysOfSayingNothingAreKept(t *testing.T) {
	t.Parallel()
	prior := nothing()
	got, diags := asObject(t.Context(), spec.Settings{}, prior)
	if diff := cmp.Diff(prior, got); diff != "" || diags.HasError() {
		t.Errorf("(-prior +got):\n%s%v", diff, diags)
	}
	// Without a prior, and with one that is unknown, nothing is null.
	unknown := map[string]attr.Value{}
	for name, of := range settingsType.AttrTypes {
		v, err := of.ValueFromTerraform(t.Context(), tftypes.NewValue(of.TerraformType(t.Context()), tftypes.UnknownValue))
		if err != nil {
			t.Fatal(err)
		}
		unknown[name] = v
	}
	for _, prior := range []types.Object{{}, types.ObjectValueMust(settingsType.AttrTypes, unknown)} {
		got, _ = asObject(t.Context(), spec.Settings{}, prior)
		for name, a := range got.Attributes() {
			if !a.IsNull() {
				t.Errorf("%s is not null: %v", name, a)
			}
		}
	}
}

func TestWhatMeansSomethingIsNotKept(t *testing.T) {
	t.Parallel()
	s := spec.Settings{
		Volumes:         map[string]spec.Volume{"a": {MountPath: "/a", EmptyDir: &spec.EmptyDir{}, ReadOnly: true}},
		SecurityContext: &spec.SecurityContext{DropCapabilities: []string{}},
		Env:             map[string]string{"A": "a"},
	}
	prior, _ := asObject(t.Context(), s, types.Object{})
	s.Volumes["a"] = spec.Volume{MountPath: "/a", Claim: "c"}
	s.SecurityContext.DropCapabilities = nil
	s.Env = nil
	got, diags := asObject(t.Context(), s, prior)
	read := settingsObject.ReadObject(t.Context(), &kit.Reader{Diags: &diags}, got)
	if diff := cmp.Diff(&s, read); diff != "" || diags.HasError() {
		t.Errorf("(-want +got):\n%s%v", diff, diags)
	}
}

func TestNoSettingsAreNoObject(t *testing.T) {
	t.Parallel()
	null := types.ObjectNull(settingsType.AttrTypes)
	got, diags := newSettingsObject(t.Context(), spec.Settings{}, null)
	if !got.IsNull() || diags.HasError() {
		t.Errorf("got %v, %v", got, diags)
	}
	prior := nothing()
	got, diags = newSettingsObject(t.Context(), spec.Settings{}, prior)
	if !got.Equal(prior) || diags.HasError() {
		t.Errorf("the prior object is not kept: %v, %v", got, diags)
	}
	got, diags = newSettingsObject(t.Context(), spec.Settings{Timeout: "1m"}, null)
	if text := got.Attributes()["timeout"]; !kit.NewText[kit.Duration]("1m").Equal(text) || diags.HasError() {
		t.Errorf("timeout is %v, %v", text, diags)
	}
}

// Whatever single part of right settings is not known yet, nothing is called wrong, and the settings are not taken
// for known.
func TestUnknownPartsAreNotCalledWrong(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	all, diags := newSettingsObject(ctx, sample.EverySetting(), types.ObjectNull(settingsType.AttrTypes))
	if diags.HasError() {
		t.Fatal(diags)
	}
	variants := append(unknowns(ctx, t, all), all)
	if len(variants) < 90 {
		t.Errorf("only %d variants", len(variants))
	}
	for i, v := range variants {
		o, _ := v.(types.Object)
		var diags diag.Diagnostics
		read := kit.Reader{Diags: &diags}
		var s spec.Settings
		if known := settingsObject.ReadObject(ctx, &read, o); known != nil {
			s = *known
		}
		if read.Unknown != (i < len(variants)-1) || diags.HasError() {
			t.Errorf("unknown is %v, diagnostics %v: %v", read.Unknown, diags, v)
		}
		_, problems := graph.Check(spec.Pipeline{Name: "p", Defaults: s})
		for _, p := range problems {
			if strings.HasPrefix(p.Path.String(), "defaults") {
				t.Errorf("%s\nof %v", p, v)
			}
		}
	}
}

// The paths of the engine's problems exist in the schema, or Terraform could not show the place.
func TestProblemsStandAtAttributes(t *testing.T) {
	t.Parallel()
	s := sample.EverySetting()
	s.Retry = &spec.Retry{
		Limit: -1, Policy: "x", Expression: "(", Backoff: &spec.Backoff{Duration: "x", Factor: new(0.0), Max: "x"},
	}
	s.Timeout, s.Cache.MaxAge, s.ImagePullPolicy, s.ServiceAccount, s.PriorityClass, s.Affinity = "x", "x", "x", "_", "_", "x"
	s.Resources = &spec.Resources{Requests: map[string]string{"cpu": "x"}, Limits: map[string]string{"cpu": "x"}}
	s.SecretEnv["S"], s.ConfigMapEnv["C"], s.FieldEnv["F"] = spec.KeyRef{}, spec.KeyRef{}, "x"
	s.Volumes["f"] = spec.Volume{
		SubPath: "/", EmptyDir: &spec.EmptyDir{Medium: "x", SizeLimit: "x"},
		Ephemeral: &spec.EphemeralClaim{Size: "x", StorageClass: "_", AccessModes: []string{"x"}},
	}
	s.Tolerations = []spec.Toleration{{Key: "_", Operator: "x", Value: "_", Effect: "x", TolerationSeconds: new(int64(1))}}
	s.NodeSelector["_"], s.Labels["_"], s.Annotations["_"] = "", "", ""
	s.ImagePullSecrets, s.Synchronization.Mutexes, s.Synchronization.Semaphores[0] = []string{""}, []string{""}, spec.Semaphore{}
	s.SecurityContext = &spec.SecurityContext{
		RunAsUser: new(int64(-1)), FSGroup: new(int64(-1)), Privileged: new(true), AddCapabilities: []string{"x"},
	}
	o := sample.EveryOption()
	o.Parallelism, o.Timeout, o.PodGC, o.ArtifactGC, o.Labels = new(int64(0)), "x", "x", "x", map[string]string{"_": ""}
	o.TTL = &spec.TTL{AfterCompletion: "x", AfterSuccess: "x", AfterFailure: "x"}
	o.ArtifactRepository, o.Synchronization = &spec.RepositoryRef{}, &spec.Synchronization{
		Mutexes: []string{""}, Semaphores: []spec.Semaphore{{}},
	}
	_, problems := graph.Check(spec.Pipeline{Name: "p", Defaults: s, Options: o})
	if len(problems) < 45 {
		t.Errorf("only %d problems: %v", len(problems), problems)
	}
	var root schema.Schema
	root.Attributes = optionsAttributes()
	root.Attributes["defaults"] = kit.NestedAttribute("Settings.", settingsAttributes())
	root.Attributes["tasks"] = kit.TextMap("Tasks.")
	var diags diag.Diagnostics
	kit.AddProblems(&diags, problems)
	for i, d := range diags {
		at, _ := d.(diag.DiagnosticWithPath)
		for _, p := range []path.Path{at.Path(), kit.WholePath(problems[i].Path)} {
			if _, found := root.TypeAtPath(t.Context(), p); found.HasError() {
				t.Errorf("%s: %v", problems[i], found)
			}
		}
	}
	if _, found := root.TypeAtPath(t.Context(), kit.WholePath(problem.At("defaults").Attr("tiemout"))); !found.HasError() {
		t.Error("the test finds any path")
	}
}
