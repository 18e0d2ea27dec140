package argo_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A run of 2,000 tasks, whose pipeline has 420 KB, has 0.99 MB at its end in the cluster.
func TestSizeOfRuns(t *testing.T) {
	t.Parallel()
	c := step()
	o, err := compile.Component(c)
	if err != nil {
		t.Fatal(err)
	}
	ref := o.Ref(c)
	for _, want := range []struct {
		constant int // bytes
		title    string
		severity problem.Severity
	}{
		{300_000, "", 0},
		{430_000, "Pipeline nearly too large", problem.Warning},
		{530_000, "Pipeline too large for Argo's defaults", problem.Warning},
		{790_000, "Pipeline too large", problem.Error},
	} {
		t.Run(fmt.Sprint(want.constant), func(t *testing.T) {
			t.Parallel()
			p := spec.Pipeline{Namespace: "etl", Name: "p", Tasks: map[string]spec.Task{
				"heavy": {Component: ref, Inputs: map[string]string{"text": strings.Repeat("x", want.constant)}},
				"light": {Component: ref, Inputs: map[string]string{"text": "x"}},
			}}
			found := mustPipeline(t, p).CheckSize()
			if want.title == "" && len(found) == 0 {
				return
			}
			if len(found) != 1 || found[0].Title != want.title || found[0].Severity != want.severity || !strings.Contains(found[0].Detail, "The heaviest tasks are heavy (") {
				t.Errorf("got %v", found)
			}
		})
	}
}
