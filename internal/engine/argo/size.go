package argo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The sizes in bytes at which etcd refuses an object by default, and at which a person should know. A run holds a
// copy of its pipeline beside the state of its tasks, so the pipeline may only be part of it.
const (
	maxObjectBytes  = 1_400_000
	warnObjectBytes = 700_000
)

// Size is the object's size in bytes, as JSON.
func (o PipelineObject) Size() int {
	text, err := wire.Marshal(o.Template)
	if err != nil {
		return 0
	}
	return len(text)
}

// CheckSize finds a pipeline that is too large for the cluster.
func (o PipelineObject) CheckSize() problem.List {
	var l problem.List
	size := o.Size()
	switch {
	case size > maxObjectBytes:
		l.Errorf(problem.At("tasks"), "Pipeline too large", "Compiled, the pipeline has %d bytes; etcd takes at most about %d. %s Move tasks into a nested pipeline, or pass large constants as files or artifacts.", size, maxObjectBytes, o.heaviest())
	case size > warnObjectBytes:
		l.Warnf(problem.At("tasks"), "Pipeline nearly too large", "Compiled, the pipeline has %d bytes; etcd takes at most about %d. %s", size, maxObjectBytes, o.heaviest())
	}
	return l
}

// heaviest names the tasks that weigh most.
func (o PipelineObject) heaviest() string {
	names := sortedKeys(o.weights)
	slices.SortStableFunc(names, func(a, b string) int { return o.weights[b] - o.weights[a] })
	var parts []string
	for _, n := range names[:min(3, len(names))] {
		parts = append(parts, fmt.Sprintf("%s (%d bytes)", n, o.weights[n]))
	}
	return "The heaviest tasks are " + strings.Join(parts, ", ") + "."
}
