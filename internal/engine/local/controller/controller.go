package controller

import (
	"context"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
)

// Controller is what running a Workflow needs. Approved, Locks and ConfigMaps may be nil.
type Controller struct {
	// Template finds a WorkflowTemplate in the namespace of the run.
	Template func(name string) (*wfv1.WorkflowTemplate, error)
	Pods     Pods
	Cache    Cache
	Locks    Locks
	// ConfigMaps are those that inputs may take values from.
	ConfigMaps common.ConfigMapStore
	// Approved reports whether somebody lets an approval through, and how to do that.
	Approved func(node string) (granted bool, how string)
}

// Pods runs what is a pod in a cluster.
type Pods interface {
	// Prepare changes a template as it is written, before any value is in it.
	Prepare(template *wfv1.Template)
	// Run runs a pod until it ends, or ends it where ctx does. waits is called where it has to wait for others, started
	// once it runs.
	Run(ctx context.Context, pod Pod, waits func(message string), started func()) Result
}

// Pod is a pod that is to run.
type Pod struct {
	Namespace, Run, RunUID string
	Node, NodeID           string         // its name and id
	Template               *wfv1.Template // without a tag left
	Patches                []string       // of its spec
	Labels, Annotations    map[string]string
	Timeout                time.Duration // 0: none
}

// Result is what became of a pod.
type Result struct {
	Phase   wfv1.NodePhase `json:"phase"`
	Message string         `json:"message,omitempty"`
	Outputs *wfv1.Outputs  `json:"outputs,omitempty"`
}

// Cache keeps what templates gave.
type Cache interface {
	// Load returns what a template gave not longer ago than maxAge (0: ever); nil: nothing is kept.
	Load(ctx context.Context, cache, key string, maxAge time.Duration) (*wfv1.Outputs, error)
	Save(ctx context.Context, cache, key, node string, outputs *wfv1.Outputs) error
}

// Locks are held by one, or by a few, at a time.
type Locks interface {
	// Acquire waits until all locks are held, and calls waits while it does.
	Acquire(ctx context.Context, locks *wfv1.Synchronization, waits func(message string)) (release func(), err error)
}
