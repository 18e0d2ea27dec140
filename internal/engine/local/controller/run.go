package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Why what is going on ends before its time.
var (
	errInterrupted = errors.New("the run was interrupted") // it goes on later
	errStopped     = errors.New("the run was stopped")
	errDeadline    = errors.New("the run exceeded its deadline")
)

// Run is a Workflow in progress.
type Run struct {
	*Controller
	changed func()

	mu        sync.Mutex
	wf        *wfv1.Workflow
	spec      *wfv1.WorkflowSpec // of the workflow over that of its template
	globals   common.Parameters
	templates map[string]*wfv1.WorkflowTemplate // those that were looked up

	pods  chan struct{} // a place for each pod that may run at once; nil: there is no bound
	stop  context.CancelCauseFunc
	work  context.Context // of everything but exit handlers
	whole context.Context // of everything
}

// NewRun makes a run of a workflow, which belongs to it from here on. changed is called where its status has changed.
func (c *Controller) NewRun(wf *wfv1.Workflow, changed func()) *Run {
	return &Run{
		Controller: c, wf: wf, changed: changed, globals: common.Parameters{}, templates: map[string]*wfv1.WorkflowTemplate{},
		stop: func(error) {},
	}
}

// Snapshot is the workflow as it is now.
func (r *Run) Snapshot() *wfv1.Workflow {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wf.DeepCopy()
}

// Stop ends the run as argo stop does: pods end, exit handlers run.
func (r *Run) Stop(strategy wfv1.ShutdownStrategy) {
	r.mu.Lock()
	r.wf.Spec.Shutdown = strategy
	stop := r.stop
	r.mu.Unlock()
	stop(errStopped)
}

// Do runs the workflow until it has ended, and returns false where ctx ended before.
func (r *Run) Do(ctx context.Context) (ended bool) {
	if err := r.begin(); err != nil {
		r.end(wfv1.WorkflowError, err.Error())
		return true
	}
	r.whole = ctx
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.mu.Lock()
	r.work, r.stop = work, stop
	shutdown, deadline := r.wf.Spec.Shutdown, r.deadline()
	r.mu.Unlock()
	if shutdown.Enabled() {
		stop(errStopped)
	}
	if !deadline.IsZero() {
		defer time.AfterFunc(time.Until(deadline), func() { stop(errDeadline) }).Stop()
	}
	release, err := r.lockRun()
	if err == nil {
		defer release()
		err = r.entry()
	}
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		r.end(wfv1.WorkflowError, err.Error())
	}
	return true
}

// begin makes the spec that is executed, and says that the run is in progress.
func (r *Run) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wf.Status.Nodes == nil {
		r.wf.Status.Nodes = wfv1.Nodes{}
	}
	if r.wf.Status.StartedAt.IsZero() {
		r.wf.Status.StartedAt = now()
	}
	spec, err := r.effectiveSpec()
	if err != nil {
		return err
	}
	r.spec, r.wf.Status.StoredWorkflowSpec = spec, spec.DeepCopy()
	r.setGlobals()
	if err := r.fillArguments(); err != nil {
		return err
	}
	if n := spec.Parallelism; n != nil && *n > 0 {
		r.pods = make(chan struct{}, *n)
	}
	r.wf.Status.Phase, r.wf.Status.Message = wfv1.WorkflowRunning, ""
	r.changed()
	return nil
}

// effectiveSpec lays what the workflow says over what its template says.
func (r *Run) effectiveSpec() (*wfv1.WorkflowSpec, error) {
	if stored := r.wf.Status.StoredWorkflowSpec; stored != nil {
		return stored.DeepCopy(), nil // the run goes on with what it has begun with
	}
	own := r.wf.Spec
	if own.WorkflowTemplateRef == nil {
		return own.DeepCopy(), nil
	}
	t, err := r.lookup(own.WorkflowTemplateRef.Name)
	if err != nil {
		return nil, err
	}
	spec := t.Spec.DeepCopy()
	for _, p := range own.Arguments.Parameters {
		i := slices.IndexFunc(spec.Arguments.Parameters, func(o wfv1.Parameter) bool { return o.Name == p.Name })
		if i < 0 {
			spec.Arguments.Parameters = append(spec.Arguments.Parameters, p)
			continue
		}
		spec.Arguments.Parameters[i].Value, spec.Arguments.Parameters[i].ValueFrom = p.Value, p.ValueFrom
	}
	for _, a := range own.Arguments.Artifacts {
		spec.Arguments.Artifacts = slices.DeleteFunc(
			spec.Arguments.Artifacts, func(o wfv1.Artifact) bool { return o.Name == a.Name },
		)
		spec.Arguments.Artifacts = append(spec.Arguments.Artifacts, a)
	}
	if own.ServiceAccountName != "" {
		spec.ServiceAccountName = own.ServiceAccountName
	}
	if own.Entrypoint != "" {
		spec.Entrypoint = own.Entrypoint
	}
	if own.Synchronization != nil {
		spec.Synchronization = own.Synchronization
	}
	if own.ActiveDeadlineSeconds != nil {
		spec.ActiveDeadlineSeconds = own.ActiveDeadlineSeconds
	}
	return spec, nil
}

// deadline is when the run has to be over; zero: whenever.
func (r *Run) deadline() time.Time {
	if r.spec.ActiveDeadlineSeconds == nil {
		return time.Time{}
	}
	return r.wf.Status.StartedAt.Add(time.Duration(*r.spec.ActiveDeadlineSeconds) * time.Second)
}

// fillArguments replaces the tags in the arguments of the run.
func (r *Run) fillArguments() error {
	data, err := json.Marshal(r.spec.Arguments)
	if err != nil {
		return err
	}
	text, err := template.Replace(string(data), template.ToAnyMap(r.globals), true)
	if err != nil {
		return fmt.Errorf("the arguments of the run: %w", err)
	}
	var filled wfv1.Arguments
	if err := json.Unmarshal([]byte(text), &filled); err != nil {
		return fmt.Errorf("the arguments of the run: %w", err)
	}
	r.spec.Arguments = filled
	for _, p := range filled.Parameters {
		switch {
		case p.Value == nil:
			return fmt.Errorf("parameter %s of the run was given no value", p.Name)
		case len(p.Enum) > 0 && !slices.Contains(p.Enum, *p.Value):
			return fmt.Errorf("parameter %s of the run is %q, which is none of its values", p.Name, p.Value.String())
		}
		r.globals["workflow.parameters."+p.Name] = p.Value.String()
	}
	return nil
}

// setGlobals fills in what every template can look at.
func (r *Run) setGlobals() {
	wf, g := r.wf, r.globals
	created := wf.CreationTimestamp
	g["workflow.name"], g["workflow.namespace"], g["workflow.uid"] = wf.Name, wf.Namespace, string(wf.UID)
	g["workflow.mainEntrypoint"], g["workflow.serviceAccountName"] = r.spec.Entrypoint, r.spec.ServiceAccountName
	for _, suffix := range []string{"", ".RFC3339"} {
		g["workflow.creationTimestamp"+suffix] = created.Format(time.RFC3339)
	}
	g["workflow.creationTimestamp.s"] = strconv.FormatInt(created.Unix(), 10)
	if due, ok := wf.Annotations[common.AnnotationKeyCronWfScheduledTime]; ok {
		g["workflow.scheduledTime"] = due
	}
	if data, err := json.Marshal(r.spec.Arguments.Parameters); err == nil {
		g["workflow.parameters"], g["workflow.parameters.json"] = string(data), string(data)
	}
	for what, pairs := range map[string]map[string]string{"labels": wf.Labels, "annotations": wf.Annotations} {
		if data, err := json.Marshal(pairs); err == nil {
			g["workflow."+what], g["workflow."+what+".json"] = string(data), string(data)
		}
		for key, value := range pairs {
			g["workflow."+what+"."+key] = value
		}
	}
	if wf.Status.Outputs != nil {
		for _, p := range wf.Status.Outputs.Parameters {
			if p.HasValue() {
				g["workflow.outputs.parameters."+p.Name] = p.GetValue()
			}
		}
	}
}

// global is a copy of what every template can look at now.
func (r *Run) global() common.Parameters {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.globals)
}

// lockRun waits for the locks of the whole run.
func (r *Run) lockRun() (release func(), err error) {
	if r.spec.Synchronization == nil || r.Locks == nil {
		return func() {}, nil
	}
	release, err = r.Locks.Acquire(r.whole, r.spec.Synchronization, func(message string) {
		r.mu.Lock()
		r.wf.Status.Message = message
		r.mu.Unlock()
		r.changed()
	})
	r.mu.Lock()
	r.wf.Status.Message = ""
	r.mu.Unlock()
	return release, err
}

// entry runs the entrypoint and the exit handler, and says what became of the run.
func (r *Run) entry() error {
	own := scope{local: true, name: r.wf.Name}
	main, err := r.execute(call{
		node: r.wf.Name, holder: &wfv1.WorkflowStep{Template: r.spec.Entrypoint}, scope: own, args: r.spec.Arguments,
	})
	if errors.Is(err, errInterrupted) {
		return err
	}
	if err != nil {
		return fmt.Errorf("error in entry template execution: %w", err)
	}
	phase := workflowPhase(main.Phase)
	r.mu.Lock()
	r.globals[common.GlobalVarWorkflowStatus] = string(phase)
	r.globals[common.GlobalVarWorkflowFailures] = strconv.Quote(r.failures())
	shutdown := r.wf.Spec.Shutdown
	r.mu.Unlock()
	message := main.Message
	if main.FailedOrError() && shutdown.Enabled() {
		message = fmt.Sprintf("Stopped with strategy '%s'", shutdown)
	}
	exit, err := r.handleExit(own, shutdown)
	switch {
	case errors.Is(err, errInterrupted):
		return err
	case err != nil:
		return fmt.Errorf("error in exit template execution: %w", err)
	case phase == wfv1.WorkflowSucceeded && exit.FailedOrError():
		phase, message = workflowPhase(exit.Phase), exit.Message
	case phase == wfv1.WorkflowSucceeded:
		message = ""
	}
	r.end(phase, message)
	return nil
}

// handleExit runs the exit handler, if there is one.
func (r *Run) handleExit(own scope, shutdown wfv1.ShutdownStrategy) (node wfv1.NodeStatus, err error) {
	if !r.spec.HasExitHook() || !shutdown.ShouldExecute(true) {
		return node, nil
	}
	hook := r.spec.GetExitHook(r.spec.Arguments)
	return r.execute(call{
		node: common.GenerateOnExitNodeName(r.wf.Name), scope: own, args: hook.Arguments, exit: true,
		holder: &wfv1.WorkflowStep{Template: hook.Template, TemplateRef: hook.TemplateRef},
		flag:   &wfv1.NodeFlag{Hooked: true},
	})
}

func workflowPhase(of wfv1.NodePhase) wfv1.WorkflowPhase {
	switch of {
	case wfv1.NodeFailed:
		return wfv1.WorkflowFailed
	case wfv1.NodeError:
		return wfv1.WorkflowError
	}
	return wfv1.WorkflowSucceeded
}

// failures is what workflow.failures tells: every node that failed.
func (r *Run) failures() string {
	type failure struct {
		DisplayName  string      `json:"displayName"`
		Message      string      `json:"message"`
		TemplateName string      `json:"templateName"`
		Phase        string      `json:"phase"`
		PodName      string      `json:"podName"`
		FinishedAt   metav1.Time `json:"finishedAt"`
	}
	var all []failure
	for _, id := range slices.Sorted(maps.Keys(r.wf.Status.Nodes)) {
		n := r.wf.Status.Nodes[id]
		if !n.FailedOrError() {
			continue
		}
		name := n.TemplateName
		if n.TemplateRef != nil {
			name = n.TemplateRef.Template
		}
		all = append(all, failure{
			DisplayName: n.DisplayName, Message: n.Message, TemplateName: name, Phase: string(n.Phase), FinishedAt: n.FinishedAt,
			PodName: PodName(r.wf.Name, n.Name),
		})
	}
	data, err := json.Marshal(all)
	if err != nil {
		return "[]"
	}
	return string(data)
}

// end says what became of the run.
func (r *Run) end(phase wfv1.WorkflowPhase, message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.wf.Status
	s.Phase, s.Message, s.FinishedAt = phase, message, now()
	s.Progress = ""
	if root, ok := s.Nodes[r.wf.Name]; ok && !root.Fulfilled() {
		root.Phase, root.Message, root.FinishedAt = wfv1.NodeError, message, now()
		s.Nodes[r.wf.Name] = root
	}
	s.Conditions.UpsertCondition(wfv1.Condition{Type: wfv1.ConditionTypeCompleted, Status: metav1.ConditionTrue})
	r.changed()
}

// now is the time as nodes note it.
func now() metav1.Time { return metav1.Time{Time: time.Now().UTC()} }

// PodName is the name of a node's pod, which is that of its directory, too: readable, and different for each node.
func PodName(run, node string) string {
	local := strings.TrimPrefix(strings.TrimPrefix(node, run), ".")
	if local == "" {
		local = run
	}
	return tidy(local)
}
