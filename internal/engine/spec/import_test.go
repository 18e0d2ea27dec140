package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]spec.Import{
		"s3://bucket/a/b.csv": {Scheme: "s3", Bucket: "bucket", Key: "a/b.csv", Options: map[string]string{}},
		"S3://bucket/{{ a ? b : c }}?region=eu": {
			Scheme: "s3", Bucket: "bucket", Key: "{{ a ? b : c }}", Options: map[string]string{"region": "eu"},
		},
		"gs://bucket/x?secret=s&key=k": {
			Scheme: "gs", Bucket: "bucket", Key: "x", Options: map[string]string{"secret": "s", "key": "k"},
		},
		"repository://a/b": {Scheme: "repository", Key: "a/b", Options: map[string]string{}},
		"https://example.com/x?y={{ z }}": {
			Scheme: "https", Key: "https://example.com/x?y={{ z }}", Options: map[string]string{},
		},
	} {
		got, err := spec.ParseImport(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{"", "data.csv", "s3://", "s3://bucket", "s3://bucket/", "repository://", "s3://b/x?insecure=maybe", "s3://b/x?%zz", "gs:///x"} {
		if got, err := spec.ParseImport(text); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

func FuzzParseImport(f *testing.F) {
	for _, text := range []string{"s3://b/k?secret=x", "https://x", "gs://", "repository://{{ a }}?", "://", "s3://{{?}}/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, err := spec.ParseImport(text)
		if err == nil && (i.Key+i.Whole == "" || !spec.IsImport(text)) {
			t.Errorf("%q was read as %+v", text, i)
		}
	})
}
