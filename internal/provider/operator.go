package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// operator does what changes a cluster, and remembers what it has seen there while one plan or apply goes on. Its zero
// value with a cluster works.
type operator struct {
	cluster        *cluster.Client
	instanceID     string // of the controller that is to run what is made; empty: the one without
	forceConflicts bool   // take fields over that another program declares
	// takeOverIdentical lets a creation take over an object that is what it would make.
	takeOverIdentical bool
	preflight         bool                         // look first whether the cluster is ready
	unknown           bool                         // the connection is not known yet: at a plan that will make the cluster itself
	log               func(context.Context, event) // gets what is no problem; nil: nobody does

	strictSchema atomic.Bool // the cluster refuses fields that its version of Argo does not know
	preflights   preflights
	foresight    foresight
	agedCaches   sync.Map // namespaces whose caches were looked through for old ones
}

// event is something that was done or seen, for the log.
type event struct {
	message string
	fields  map[string]any
	news    bool // what somebody who waits wants to know; else it is for who looks for a cause
}

// info logs what somebody who waits wants to know.
func (o *operator) info(ctx context.Context, message string, fields map[string]any) {
	if o.log != nil {
		o.log(ctx, event{message, fields, true})
	}
}

// debug logs what helps to find a cause.
func (o *operator) debug(ctx context.Context, message string, fields map[string]any) {
	if o.log != nil {
		o.log(ctx, event{message, fields, false})
	}
}

// addClusterProblem tells that a request failed: what was attempted, what is wrong, what to do.
func addClusterProblem(problems *problem.List, verb, what, name string, err error) {
	problems.Error(fmt.Sprintf("Cannot %s %s %s", verb, what, name), clusterDetail(err))
}

// clusterDetail is what a person has to know of an error of the cluster, and what to do.
func clusterDetail(err error) string {
	if errors.Is(err, cluster.ErrNotConfigured) {
		_, why, _ := strings.Cut(err.Error(), cluster.ErrNotConfigured.Error())
		return "The provider is given no Kubernetes cluster to work on" + why + ".\n\nSet config_path (or KUBE_CONFIG_PATH), or host and credentials, in the provider's configuration. Planning needs no cluster, applying does."
	}
	text := err.Error()
	var e *cluster.Error
	if errors.As(err, &e) && e.Remedy() != "" {
		text += "\n\n" + e.Remedy()
	}
	return text
}
