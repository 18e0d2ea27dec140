package expr_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// What fits stays: numbers widen, lists of several kinds are lists, and a text shows a number or a word.
func TestChoicesThatFit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]spec.Type{
		"{{ parameters.n ?? 2.5 }}":                                spec.Float,
		"{{ parameters.texts ?? parameters.ints }}":                spec.List,
		"{{ parameters.texts ?? [] }}":                             spec.List,
		"{{ parameters.n ?? 'none' }}":                             spec.Any,
		"n is {{ parameters.n ?? 'none' }}":                        spec.String,
		"{{ parameters.cfg.k ?? 5 }}":                              spec.Integer,
		"{{ parameters.yes ? parameters.cfg.k : 'x' }}":            spec.String,
		"{{ (parameters.n ?? 'none') == 'none' ? 'a' : 'b' }}":     spec.String,
		"{{ string(parameters.n ?? 'none') }}":                     spec.String,
		"{{ parameters.yes ? 'none' : string(parameters.n + 1) }}": spec.String,
	} {
		if _, errs := parse(t, text).In(checkEnv()).Check(want); len(errs) > 0 {
			t.Errorf("%s for %s: %v", text, want, errs)
		}
	}
}
