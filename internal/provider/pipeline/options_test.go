package pipeline

import (
	"context"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/sample"
)

func optionsThroughState(t interface {
	Helper()
	Fatalf(string, ...any)
}, o spec.Options) (spec.Options, optionsModel) {
	t.Helper()
	ctx := context.Background()
	model, diags := newOptionsModel(ctx, o, nil)
	model = throughState(t, optionsAttributes(), model)
	texts := kit.Reader{Diags: &diags}
	got := model.spec(ctx, &texts)
	if diags.HasError() || texts.Unknown {
		t.Fatalf("unknown: %v, %v", texts.Unknown, diags)
	}
	return got, model
}

func TestOptionsSurviveTheState(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]spec.Options{"none": {}, "every": sample.EveryOption(), "root": sample.EveryOptionAtRoot(), "false": {FailFast: new(false), ArchiveLogs: new(false)}} {
		got, _ := optionsThroughState(t, o)
		if diff := cmp.Diff(o, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var want spec.Options
		draw(t, reflect.ValueOf(&want).Elem(), "options")
		got, model := optionsThroughState(t, want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		again, diags := newOptionsModel(t.Context(), got, &model)
		if diff := cmp.Diff(model, again); diff != "" || diags.HasError() {
			t.Fatalf("the same options give another model (-first +second):\n%s%v", diff, diags)
		}
	})
}

func TestWaysOfSayingNoOptionsAreKept(t *testing.T) {
	t.Parallel()
	none := kit.NewText[kit.Duration]("")
	prior := optionsModel{
		Timeout: none, PodGC: types.StringValue(""), PipelineRoot: types.StringValue(""), ArtifactGC: types.StringValue(""), RunLabels: types.MapValueMust(types.StringType, nil),
		TTL: types.ObjectValueMust(kit.ObjectTypes(kit.TypeAt(optionsType, "ttl")), map[string]attr.Value{
			"after_completion": none, "after_success": kit.DurationValue{StringValue: types.StringNull()}, "after_failure": none,
		}),
		Synchronization:    types.ObjectNull(kit.ObjectTypes(kit.TypeAt(optionsType, "synchronization"))),
		VolumeClaims:       types.MapNull(kit.ElementType(kit.TypeAt(optionsType, "volume_claims"))),
		ArtifactRepository: types.ObjectNull(kit.ObjectTypes(kit.TypeAt(optionsType, "artifact_repository"))),
	}
	got, diags := newOptionsModel(t.Context(), spec.Options{}, &prior)
	if diff := cmp.Diff(prior, got); diff != "" || diags.HasError() {
		t.Errorf("(-prior +got):\n%s%v", diff, diags)
	}
}

func TestUnknownPartsOfOptionsAreNotCalledWrong(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	model, diags := newOptionsModel(ctx, sample.EveryOption(), nil)
	all, more := types.ObjectValueFrom(ctx, optionsType.AttrTypes, model)
	if diags.Append(more...); diags.HasError() {
		t.Fatal(diags)
	}
	// The first variant is the object as a whole, which is the pipeline itself.
	for _, v := range unknowns(ctx, t, all)[1:] {
		o, _ := v.(types.Object)
		var diags diag.Diagnostics
		read := kit.Reader{Diags: &diags}
		var model optionsModel
		read.Object(ctx, o, &model)
		options := model.spec(ctx, &read)
		if !read.Unknown || diags.HasError() {
			t.Errorf("unknown is %v, diagnostics %v: %v", read.Unknown, diags, v)
		}
		_, problems := graph.Check(spec.Pipeline{Name: "p", Options: options})
		for _, p := range problems {
			if p.Title != "No tasks" && p.Title != "Claim without a use" {
				t.Errorf("%s\nof %v", p, v)
			}
		}
	}
}
