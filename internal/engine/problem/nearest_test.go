package problem_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"load_data", "train", "a", "xy", "integer"}
	for name, want := range map[string]string{
		"load_dta": "load_data", "Load_Data": "load_data", "tarin": "train", "rain": "train", "drain": "train",
		"c": "", "A": "a", "xz": "xy", "zz": "", "deploy": "", "": "", "intger": "integer", "INTEGRE": "integer",
	} {
		if got := problem.Nearest(name, known); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		known, likely []string
		want          string
	}{
		{"wrods", []string{"word", "words"}, nil, ` Did you mean "words"?`},
		{"wrods", []string{"word", "words"}, []string{"word"}, ` Did you mean "word"?`},
		{"wrods", []string{"words"}, []string{}, ` There is "words".`},
		{"x", []string{"load", "train"}, nil, ` There is "load", "train".`},
		{"x", nil, nil, ""},
	} {
		if got := problem.Suggest(c.name, c.known, c.likely...); got != c.want {
			t.Errorf("%s of %v: %q, want %q", c.name, c.known, got, c.want)
		}
	}
}
