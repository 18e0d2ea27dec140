package operate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// argoAPI is the version of Argo's custom resources that the provider writes.
const argoAPI = "argoproj.io/v1alpha1"

const argoGroup = "argoproj.io"

// argoKinds are the kinds of it that runs need.
var argoKinds = []string{"workflows", "workflowtemplates", "cronworkflows", "workflowtaskresults"}

// What the provider does in a namespace, by what it makes there. The guide "Installation and RBAC" has the same.
var (
	templateRights = []backend.Permission{
		{Group: argoGroup, Resource: "workflowtemplates", Verbs: []string{"get", "list", "create", "patch", "delete"}},
		{Resource: "configmaps", Verbs: []string{"get", "list", "create", "patch", "delete"}},
		{Group: argoGroup, Resource: "workflows", Verbs: []string{"list"}},
		{Group: argoGroup, Resource: "cronworkflows", Verbs: []string{"list"}},
	}
	runRights = []backend.Permission{
		{Group: argoGroup, Resource: "workflows", Verbs: []string{"get", "list", "watch", "create", "patch", "delete"}},
	}
	scheduleRights = []backend.Permission{
		{Group: argoGroup, Resource: "cronworkflows", Verbs: []string{"get", "list", "watch", "create", "patch", "delete"}},
		{Group: argoGroup, Resource: "workflows", Verbs: []string{"list", "delete"}},
		{Group: argoGroup, Resource: "workflowtemplates", Verbs: []string{"get", "list", "create", "delete"}}, // copies for pin
		{Resource: "configmaps", Verbs: []string{"get", "list", "create", "patch", "delete"}},                 // for max_concurrency
	}
	backfillRights = append([]backend.Permission{
		{Resource: "configmaps", Verbs: []string{"get", "list", "create", "patch", "delete"}}, // the ledger
	}, runRights...)
	// podRights are those of the pods of a run: Argo's executor reports through them.
	podRights = []backend.Permission{
		{Group: argoGroup, Resource: "workflowtaskresults", Verbs: []string{"create", "patch"}},
	}
)

// preflights remembers what was looked at: once a provider run, before the first object is made.
type preflights struct {
	mu   sync.Mutex
	done map[string]*preflight

	looking     sync.Mutex
	controllers map[string]controllersOf // by namespace
}

type preflight struct {
	once   sync.Once
	failed bool
}

// notAttempted is the title of what is said to all but the first that a failed check stops.
const notAttempted = "Not attempted"

// look runs a check once. It returns false if the check failed, also for those who come later: they get a short error,
// since the whole story is told once.
func (p *preflights) look(key, what string, problems *problem.List, check func(*problem.List)) bool {
	p.mu.Lock()
	if p.done == nil {
		p.done = map[string]*preflight{}
	}
	if p.done[key] == nil {
		p.done[key] = &preflight{}
	}
	one := p.done[key]
	p.mu.Unlock()
	first := false
	one.once.Do(func() {
		first = true
		var found problem.List
		check(&found)
		one.failed = found.HasError()
		*problems = append(*problems, found...)
	})
	if one.failed && !first {
		problems.Error(notAttempted, "The cluster is not ready for "+what+"; another error of this apply tells why.")
	}
	return !one.failed
}

// readyFor checks that the provider can make objects that need these rights in a namespace: Argo's custom resources
// are there, and the rights are granted. What cannot be found out is no failure.
func (o *Operator) readyFor(
	ctx context.Context, namespace, what string, rights []backend.Permission, problems *problem.List,
) bool {
	if !o.Preflight {
		return true
	}
	if !o.checkPlace(ctx, &o.preflights, namespace, what, problems) {
		return false
	}
	return o.preflights.look("rights of "+what+" in "+namespace, what+" in namespace "+namespace, problems, func(problems *problem.List) {
		missing, err := o.inspector().Missing(ctx, namespace, rights)
		if err != nil {
			o.debug(ctx, "Cannot find out what the provider may do", map[string]any{"error": err.Error()})
			return
		}
		if len(missing) > 0 {
			problems.Error("The provider is not allowed to manage "+what, fmt.Sprintf(
				"In namespace %s the provider's user lacks the right to:\n%s\n\nGrant it the Role of the guide \"Installation "+
					"and RBAC\" there. See what it may do with: kubectl auth can-i --list -n %s",
				namespace, listed(missing), namespace))
		}
	})
}

// checkPlace looks whether there is somewhere to make objects: a cluster, Argo's kinds, and the namespace.
func (o *Operator) checkPlace(
	ctx context.Context, done *preflights, namespace, what string, problems *problem.List,
) bool {
	return done.look("configuration", what, problems, o.checkConfiguration) &&
		done.look("api", what, problems, func(problems *problem.List) { o.checkKinds(ctx, problems) }) &&
		done.look("namespace "+namespace, "namespace "+namespace, problems, func(problems *problem.List) {
			o.checkNamespace(
				ctx, namespace, problems,
			)
		})
}

// ReadyForTemplates checks that components and pipelines can be made.
func (o *Operator) ReadyForTemplates(ctx context.Context, namespace string, problems *problem.List) bool {
	return o.readyFor(ctx, namespace, "components and pipelines", templateRights, problems)
}

// ReadyForRuns checks besides that the pods of runs can report their results, and that a controller serves the
// namespace.
func (o *Operator) ReadyForRuns(ctx context.Context, namespace, serviceAccount string, problems *problem.List) bool {
	return o.readyFor(
		ctx, namespace, "runs", runRights, problems,
	) && o.canRun(ctx, namespace, serviceAccount, false, problems)
}

// ReadyForSchedules checks the same; bounded: for one with max_concurrency.
func (o *Operator) ReadyForSchedules(
	ctx context.Context, namespace, serviceAccount string, bounded bool, problems *problem.List,
) bool {
	return o.readyFor(
		ctx, namespace, "recurring runs", scheduleRights, problems,
	) && o.canRun(ctx, namespace, serviceAccount, bounded, problems)
}

// ReadyForBackfills checks the same as for runs, and that the ledger can be made.
func (o *Operator) ReadyForBackfills(
	ctx context.Context, namespace, serviceAccount string, problems *problem.List,
) bool {
	return o.readyFor(
		ctx, namespace, "backfills", backfillRights, problems,
	) && o.canRun(ctx, namespace, serviceAccount, false, problems)
}

func (o *Operator) canRun(
	ctx context.Context, namespace, serviceAccount string, bounded bool, problems *problem.List,
) bool {
	return !o.Preflight || o.checkRunnable(ctx, &o.preflights, namespace, serviceAccount, bounded, problems)
}

// checkRunnable looks at what a run needs beside the rights of whoever makes it, once for each of what is in done.
func (o *Operator) checkRunnable(
	ctx context.Context, done *preflights, namespace, serviceAccount string, bounded bool, problems *problem.List,
) bool {
	set := overrides(serviceAccount, bounded)
	if serviceAccount == "" {
		serviceAccount = "default"
	}
	account := done.look("account "+namespace+"/"+serviceAccount, "runs of service account "+serviceAccount, problems, func(problems *problem.List) {
		o.checkAccount(ctx, namespace, serviceAccount, problems)
	})
	served := done.look("controller "+namespace, "runs in namespace "+namespace, problems, func(problems *problem.List) {
		o.checkController(ctx, namespace, problems)
	})
	if !served || len(set) == 0 {
		return account && served
	}
	what := "runs in namespace " + namespace + " that set " + strings.Join(set, " and ")
	allowed := done.look("overrides "+what, what, problems, func(problems *problem.List) {
		o.checkOverrides(ctx, namespace, set, problems)
	})
	return account && allowed
}

// checkNamespace says once that a namespace is missing, and not for each object in it. Who may not look finds out
// later.
func (o *Operator) checkNamespace(ctx context.Context, namespace string, problems *problem.List) {
	if exists, err := o.inspector().HasNamespace(ctx, namespace); err == nil && !exists {
		problems.Error(
			"Namespace "+namespace+" does not exist",
			fmt.Sprintf(
				"Nothing can be made in namespace %q, which the cluster does not have.\n\nCreate it, with the Roles of the "+
					"guide \"Installation and RBAC\": kubectl create namespace %s",
				namespace, namespace,
			),
		)
	}
}

// IsConfigured reports whether the provider can make requests at all, and says once why not.
func (o *Operator) IsConfigured(what string, problems *problem.List) bool {
	return o.preflights.look("configuration", what, problems, o.checkConfiguration)
}

// checkConfiguration says once what keeps the provider from every request.
func (o *Operator) checkConfiguration(problems *problem.List) {
	if err := o.Backend.Configured(); err != nil {
		problems.Error("Cannot use the cluster's configuration", ClusterDetail(err))
	}
}

// checkKinds looks for Argo's custom resources.
func (o *Operator) checkKinds(ctx context.Context, problems *problem.List) {
	kinds, err := o.inspector().Kinds(ctx, argoAPI)
	if err != nil {
		o.debug(ctx, "Cannot find out what the cluster serves", map[string]any{"error": err.Error()})
		return
	}
	var missing []string
	for _, kind := range argoKinds {
		if !kinds[kind] {
			missing = append(missing, kind)
		}
	}
	if len(missing) > 0 {
		problems.Error("Argo Workflows is not installed in this cluster", fmt.Sprintf(
			"The cluster serves no %s of %s.\n\nInstall %s with its custom resource definitions; the guide \"Installation "+
				"and RBAC\" shows how. Check with: kubectl api-resources --api-group=%s",
			strings.Join(missing, ", "), argoAPI, backend.SupportedArgo, argoGroup))
	}
}

// checkAccount looks at the service account of a run's pods.
func (o *Operator) checkAccount(ctx context.Context, namespace, serviceAccount string, problems *problem.List) {
	if exists, err := o.inspector().HasServiceAccount(ctx, namespace, serviceAccount); err == nil && !exists {
		problems.Error("The service account of the run does not exist", fmt.Sprintf(
			"Runs in namespace %s are to work as service account %q, which is not there, so no pod could start.\n\nCreate it "+
				"with the Role of the guide \"Installation and RBAC\", or name another one in service_account.",
			namespace, serviceAccount))
		return
	}
	missing, err := o.inspector().MissingFor(ctx, namespace, serviceAccount, podRights)
	if err != nil {
		o.debug(ctx, "Cannot find out what the run's service account may do", map[string]any{"error": err.Error()})
		return
	}
	if len(missing) > 0 {
		problems.Error("The service account of the run is not allowed to report results", fmt.Sprintf(
			"In namespace %s service account %q lacks the right to:\n%s\n\nWithout it Argo never learns what a task "+
				"returned, and runs hang or fail. Grant it the Role for runs of the guide \"Installation and RBAC\": create and "+
				"patch on %s. Or set service_account, of the provider or of the run, to one that has it: the guide's is "+
				"\"pipeline-runner\".",
			namespace, serviceAccount, listed(missing), "workflowtaskresults."+argoGroup))
	}
}

// listed is one line for each permission.
func listed(permissions []backend.Permission) string {
	var b strings.Builder
	for _, p := range permissions {
		fmt.Fprintf(&b, "\n  %s", p)
	}
	return b.String()
}

// usualNamespaces is where controllers are looked for if the whole cluster may not be.
func usualNamespaces(own string) []string {
	return slices.Compact(slices.Sorted(slices.Values([]string{"argo", "argo-workflows", "kubeflow", own})))
}

// ForeseeTimeout bounds how long a plan waits for a cluster that does not answer.
const ForeseeTimeout = 5 * time.Second
