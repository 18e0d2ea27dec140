package spec_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Bucket and key may come from values, apart or in one.
func TestAddressesFromValues(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]spec.Import{
		"s3://b/k":                              {Bucket: "b", Key: "k"},
		"s3://{{ p.bucket }}/a/{{ p.key }}":     {Bucket: "{{ p.bucket }}", Key: "a/{{ p.key }}"},
		"s3://x-{{ p['a/b'] }}/k":               {Bucket: "x-{{ p['a/b'] }}", Key: "k"},
		`s3://{{ p["}}/"] }}/k`:                 {Bucket: `{{ p["}}/"] }}`, Key: "k"},
		`s3://{{ "\"/" }}/{{ 'a' }}?secret=s`:   {Bucket: `{{ "\"/" }}`, Key: "{{ 'a' }}"},
		"gs://{{ parameters.model }}":           {Whole: "parameters.model"},
		"gs://{{ parameters.model }}?secret=s":  {Whole: "parameters.model"},
		"s3://{{ a + '/' }}":                    {Whole: "a + '/'"},
		"repository://{{ parameters.model }}":   {Key: "{{ parameters.model }}"},
		"s3://{{ a }}{{ b }}/{{ c }}":           {Bucket: "{{ a }}{{ b }}", Key: "{{ c }}"},
		"https://{{ parameters.host }}/{{ a }}": {Key: "https://{{ parameters.host }}/{{ a }}"},
	} {
		got, err := spec.ParseImport(text)
		if err != nil || got.Bucket != want.Bucket || got.Key != want.Key || got.Whole != want.Whole {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"s3:///k", "s3://b", "s3://b/", "s3://{{ a }}{{ b }}", "s3://", "gs://{{ a", "s3://{{ a }}/?x=y"} {
		if got, err := spec.ParseImport(text); err == nil {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}
