package spec_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestTitles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]spec.Type{
		"google.VertexModel": "google.VertexModel", " acme.Scorecard ": "acme.Scorecard", "acme.v2.Score_card": "acme.v2.Score_card",
		"system.Dataset": spec.Dataset, "system.SlicedClassificationMetrics": spec.SlicedClassificationMetrics,
		"list(system.Model)": spec.ListOf(spec.Model), "list(acme.Scorecard)": "list(acme.Scorecard)",
	} {
		got, err := spec.ParseType(text)
		if err != nil || got != want || !got.IsArtifact() || got.IsTitled() != strings.Contains(string(want), ".") {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"acme.", ".Scorecard", "acme..Scorecard", "acme.Score card", "1acme.X", "acme.1", "system.Scorecard", "system.dataset.X",
		"acme.{{x}}", "acme.a\nb", "acme-ml.Card", "Scorecard", "a." + strings.Repeat("b", spec.MaxTitleLength),
	} {
		if got, err := spec.ParseType(text); err == nil || spec.Type(text).IsArtifact() {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
	for typ, want := range map[spec.Type]string{spec.Dataset: "system.Dataset", "acme.Scorecard": "acme.Scorecard"} {
		if got := typ.Title(); got != want || spec.TypeOfTitle(got) != typ {
			t.Errorf("%s: %s, %s", typ, got, spec.TypeOfTitle(got))
		}
	}
}

func TestAssignableArtifacts(t *testing.T) {
	t.Parallel()
	card := spec.Type("acme.Scorecard")
	for _, test := range []struct {
		from, to spec.Type
		want     bool
	}{
		{card, card, true}, {card, "google.VertexModel", false}, {card, spec.Dataset, false}, {spec.Dataset, card, false},
		{card, spec.Artifact, true}, {spec.Artifact, card, true}, {spec.Artifact, spec.Dataset, true},
		{spec.ListOf(spec.Artifact), spec.ListOf(card), true}, {spec.ListOf(card), spec.ListOf(spec.Model), false},
		{spec.Artifact, spec.ListOf(card), false}, {spec.ListOf(card), spec.Artifact, false}, {spec.Artifact, spec.String, false},
		{spec.String, spec.Artifact, false}, {card, spec.Struct, false},
	} {
		if got := test.from.AssignableTo(test.to); got != test.want {
			t.Errorf("%s for %s: %t", test.from, test.to, got)
		}
	}
}
