package argo_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// An address that a parameter holds as a whole has a bucket and a key only when the pipeline runs.
func TestArgoAcceptsAddressesOfParameters(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"s3", "gs", "https"} {
		p := spec.Pipeline{
			Namespace: "etl", Name: "imports", Parameters: map[string]spec.Input{"file": {Type: spec.String}},
			Tasks: map[string]spec.Task{"file": {
				Component: spec.ImportRef(spec.Dataset), Inputs: map[string]string{spec.ImportURI: scheme + "://{{ parameters.file }}"},
			}},
		}
		accepted(t, mustPipeline(t, p).Template)
	}
}
