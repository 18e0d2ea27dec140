package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Operator does what changes a cluster, and remembers what it has seen there while one plan or apply goes on. Its zero
// value with a backend works.
type Operator struct {
	Backend        backend.Backend
	InstanceID     string // of the controller that is to run what is made; empty: the one without
	ForceConflicts bool   // take fields over that another program declares
	// TakeOverIdentical lets a creation take over an object that is what it would make.
	TakeOverIdentical bool
	Preflight         bool                         // look first whether the cluster is ready
	Unknown           bool                         // the connection is not known yet: at a plan that will make the cluster itself
	Site              pages.Site                   // where people see runs in a browser
	Log               func(context.Context, Event) // gets what is no problem; nil: nobody does

	strictSchema atomic.Bool // the cluster refuses fields that its version of Argo does not know
	preflights   preflights
	foresight    foresight
	agedCaches   sync.Map // namespaces whose caches were looked through for old ones
}

// Event is something that was done or seen, for the log.
type Event struct {
	Message string
	Fields  map[string]any
	News    bool // what somebody who waits wants to know; else it is for who looks for a cause
}

// info logs what somebody who waits wants to know.
func (o *Operator) info(ctx context.Context, message string, fields map[string]any) {
	if o.Log != nil {
		o.Log(ctx, Event{message, fields, true})
	}
}

// debug logs what helps to find a cause.
func (o *Operator) debug(ctx context.Context, message string, fields map[string]any) {
	if o.Log != nil {
		o.Log(ctx, Event{message, fields, false})
	}
}

// addClusterProblem tells that a request failed: what was attempted, what is wrong, what to do.
func addClusterProblem(problems *problem.List, verb, what, name string, err error) {
	problems.Error(fmt.Sprintf("Cannot %s %s %s", verb, what, name), ClusterDetail(err))
}

// ClusterDetail is what a person has to know of an error of the cluster, and what to do.
func ClusterDetail(err error) string {
	if errors.Is(err, backend.ErrNotConfigured) {
		_, why, _ := strings.Cut(err.Error(), backend.ErrNotConfigured.Error())
		return "The provider is given no Kubernetes cluster to work on" + why + ".\n\nSet config_path (or " +
			"KUBE_CONFIG_PATH), or host and credentials, in the provider's configuration. Planning needs no cluster, " +
			"applying does."
	}
	text := err.Error()
	var e *backend.Error
	if errors.As(err, &e) && e.Remedy() != "" {
		text += "\n\n" + e.Remedy()
	}
	return text
}
