package cluster

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

// Whatever a string holds, the API server reads the same.
func TestAppliedJSONSurvivesYAML(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(
			rapid.String(),
			rapid.StringOf(rapid.SampledFrom([]rune("\x00\x01\x7f\u0080\u0085\u009f\u2028\u2029\ufeff\ufffe\uffff\U0001f984\"\\\n\t{}"))),
		).Draw(t, "text")
		data, err := json.Marshal(map[string]string{"k": want})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := yaml.Unmarshal(yamlSafe(data), &got); err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if got["k"] != want {
			t.Fatalf("got %q, want %q", got["k"], want)
		}
	})
}
