package graph

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestWrongRootsAreTold(t *testing.T) {
	t.Parallel()
	for root, want := range map[string]string{
		"bucket/prefix":                 "is not an address like",
		"minio://bucket/prefix":         "is not a scheme",
		"https://host/prefix":           "is no bucket; write s3://bucket/prefix",
		"repository://prefix":           "keyFormat",
		"s3://":                         "does not start with a bucket",
		"s3://b/{{ parameters.x }}":     "holds braces",
		"s3://bucket/a?endpoint={{x}}":  "holds braces",
		"gs://{{ parameters.bucket }}":  "holds braces",
		"s3://bu cket/a":                `"bu cket" cannot be the name of a bucket`,
		"s3://bucket/a b":               "holds what keys",
		"s3://bucket/a\nb":              "holds what keys",
		"s3://bucket/a/../b":            `write "b"`,
		"s3://bucket/a//b":              `write "a/b"`,
		"s3://bucket/a?x=y":             `option "x" means nothing`,
		"gs://bucket/a?endpoint=y":      `option "endpoint" means nothing`,
		"s3://bucket/a?insecure=maybe":  "true or false",
		"s3://bucket/a?secret=No_name":  "name of a Kubernetes object",
		"s3://bucket?secret=s&key=a":    `option "key" means nothing`,
		"gs://bucket?secret=s&key=a/b":  "cannot be a key",
		"s3://bucket?access_key=a%20b":  "cannot be a key",
		"s3://bucket/a?secret=%7B%7Bx":  "holds braces",
		"s3://bucket/a?endpoint=%7B%7B": "holds braces",
		"s3://bucket/a?endpoint=%ac":    "write a percent sign as %25",
	} {
		heads, details := found(checkOptions(spec.Options{PipelineRoot: root}))
		if len(heads) != 1 || !strings.Contains(details, want) {
			t.Errorf("%s: %v: %s", root, heads, details)
		}
	}
	for _, root := range []string{
		"s3://bucket", "s3://bucket/", "S3://bucket//a/b/", "gs://bucket/a?secret=s&key=k",
		"s3://bucket?endpoint=10.0.0.1:9000&insecure=true&region=r&secret=s&access_key=a&secret_key=b",
	} {
		if heads, details := found(checkOptions(spec.Options{PipelineRoot: root})); heads != nil {
			t.Errorf("%s: %v: %s", root, heads, details)
		}
	}
}
