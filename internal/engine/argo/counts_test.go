package argo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// long is a pipeline of tasks, parameters and loops that are templates of their own.
func long(t *testing.T, tasks, parameters, loops int) compile.PipelineObject {
	t.Helper()
	ref := spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "step", Version: "v"}
	p := spec.Pipeline{Namespace: "etl", Name: "long", Tasks: map[string]spec.Task{}, Parameters: map[string]spec.Input{}}
	for i := range tasks {
		p.Tasks[fmt.Sprintf("t%d", i)] = spec.Task{Component: ref}
	}
	for i := range loops {
		p.Tasks[fmt.Sprintf("l%d", i)] = spec.Task{Component: ref, ForEach: "[1, 2]", Parallelism: new(int64(1))}
	}
	for i := range parameters {
		p.Parameters[fmt.Sprintf("p%d", i)] = spec.Input{Type: spec.String}
	}
	return mustPipeline(t, p)
}

func TestCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tasks, parameters, loops int
		want                     []string
	}{
		{200, 499, 0, nil},
		{201, 0, 0, []string{"has 201 tasks"}},
		{1, 500, 0, []string{"has 501 parameters"}},
		{0, 0, 200, []string{"has 201 templates"}},
		{300, 600, 0, []string{"has 300 tasks", "has 601 parameters"}},
	} {
		o := long(t, c.tasks, c.parameters, c.loops)
		if o.MayBeTooMany() != (c.want != nil) {
			t.Errorf("%+v: may be too many: %t", c, o.MayBeTooMany())
		}
		full := map[string]int64{}
		for i, list := range compile.BoundedLists {
			full[list] = []int64{200, 200, 500}[i]
		}
		for _, bounds := range []map[string]int64{full, nil} {
			found := o.CheckCounts(bounds)
			texts := fmt.Sprint(found)
			missing := slices.ContainsFunc(c.want, func(want string) bool { return !strings.Contains(texts, want) })
			if len(found) != len(c.want) || missing || found.HasError() != (c.want != nil && bounds != nil) {
				t.Errorf("%+v: with bounds %v: %v", c, bounds, found)
			}
		}
		if found := o.CheckCounts(map[string]int64{}); found != nil {
			t.Errorf("%+v: without bounds: %v", c, found)
		}
	}
}
