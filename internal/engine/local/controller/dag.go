package controller

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/expr/argoexpr"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
)

// dag is a graph in progress.
type dag struct {
	*Run
	c      call
	t      *wfv1.Template
	inside scope
	id     string // of its node
	inputs values
	tasks  map[string]*dagTask
	slots  chan struct{} // a place for each task that may run at once; nil: there is no bound
}

// dagTask is a task of a graph, and a channel that is closed once nothing of it is going on any more.
type dagTask struct {
	wfv1.DAGTask
	needs   []string // the tasks before it
	depends string   // the condition on them

	done chan struct{}
}

var _ common.DagContext = &dag{}

// The following three are what Argo's own functions ask of a graph.

func (d *dag) GetTask(name string) *wfv1.DAGTask {
	if t := d.tasks[name]; t != nil {
		return &t.DAGTask
	}
	return &wfv1.DAGTask{Name: name}
}

func (d *dag) GetTaskDependencies(name string) []string { return d.tasks[name].needs }

func (d *dag) GetTaskFinishedAtTime(name string) time.Time {
	n, _ := d.node(d.nodeName(name))
	if n.FinishedAt.IsZero() {
		return n.StartedAt.Time
	}
	return n.FinishedAt.Time
}

func (d *dag) nodeName(task string) string { return d.c.node + "." + task }

// dag runs a graph.
func (r *Run) dag(c call, t *wfv1.Template, inside scope) error {
	d := &dag{
		Run: r, c: c, t: t, inside: inside, id: r.wf.NodeID(c.node), inputs: r.valuesOf(t), tasks: map[string]*dagTask{},
	}
	for _, task := range t.DAG.Tasks {
		d.tasks[task.Name] = &dagTask{DAGTask: task, done: make(chan struct{})}
	}
	for _, task := range d.tasks {
		needs, depends := common.GetTaskDependencies(&task.DAGTask, d)
		task.needs, task.depends = slices.Sorted(maps.Keys(needs)), depends
		for _, need := range task.needs {
			if d.tasks[need] == nil {
				return fmt.Errorf("task %s depends on %s, which is not in the graph", task.Name, need)
			}
		}
	}
	if t.Parallelism != nil && *t.Parallelism > 0 {
		d.slots = make(chan struct{}, *t.Parallelism)
	}
	var all sync.WaitGroup
	for _, task := range d.tasks {
		all.Go(func() {
			defer close(task.done)
			d.run(task)
		})
	}
	all.Wait()
	if r.whole.Err() != nil {
		return errInterrupted
	}
	return d.finish()
}

// run waits for the tasks before a task and runs it where it is to.
func (d *dag) run(t *dagTask) {
	for _, need := range t.needs {
		<-d.tasks[need].done
	}
	if d.isOver() {
		return
	}
	n, known := d.node(d.nodeName(t.Name))
	if known && n.Fulfilled() {
		d.hook(t, n)
		return
	}
	execute, err := d.isDue(t)
	switch {
	case known: // it goes on
	case err != nil:
		d.skip(t, wfv1.NodeError, err.Error())
		return
	case !execute:
		d.skip(t, wfv1.NodeOmitted, "omitted: depends condition not met")
		return
	}
	filled, err := d.filled(t)
	if err != nil {
		d.skip(t, wfv1.NodeError, err.Error())
		return
	}
	l := loop{filled.WithItems, filled.WithParam, filled.WithSequence, filled.When}
	if !l.isLoop() {
		d.runOne(t, filled, t.Name, func(node string) { d.connect(t, node) })
		return
	}
	d.runItems(t, filled, l)
}

// isOver reports whether no task is to begin any more: the run was interrupted, or stopped.
func (d *dag) isOver() bool {
	return d.whole.Err() != nil || !d.c.exit && errors.Is(context.Cause(d.work), errStopped)
}

// states is what depends sees of a task.
type states struct {
	Succeeded, Failed, Errored, Skipped, Omitted, Daemoned, AnySucceeded, AllFailed bool
}

// isDue evaluates the condition on the tasks before.
func (d *dag) isDue(t *dagTask) (bool, error) {
	if t.depends == "" {
		return true, nil
	}
	known := map[string]states{}
	for _, need := range t.needs {
		n, ok := d.node(d.nodeName(need))
		if !ok {
			return false, nil // it was not begun, so this is not
		}
		s := states{
			Succeeded: n.Phase == wfv1.NodeSucceeded, Failed: n.Phase == wfv1.NodeFailed, Errored: n.Phase == wfv1.NodeError,
			Skipped: n.Phase == wfv1.NodeSkipped, Omitted: n.Phase == wfv1.NodeOmitted,
		}
		if n.Type == wfv1.NodeTypeTaskGroup {
			items := d.itemsOf(n)
			s.AllFailed = len(items) > 0
			for _, item := range items {
				s.AnySucceeded = s.AnySucceeded || item.Phase == wfv1.NodeSucceeded
				s.AllFailed = s.AllFailed && item.Phase == wfv1.NodeFailed
			}
		}
		known[strings.ReplaceAll(need, "-", "_")] = s
	}
	depends := strings.ReplaceAll(t.depends, "-", "_")
	execute, err := argoexpr.EvalBool(depends, known)
	if err != nil {
		return false, fmt.Errorf("unable to evaluate expression '%s': %w", depends, err)
	}
	return execute, nil
}

// itemsOf are the nodes of the items of a loop, in their order.
func (d *dag) itemsOf(group wfv1.NodeStatus) []wfv1.NodeStatus {
	d.mu.Lock()
	defer d.mu.Unlock()
	var items []wfv1.NodeStatus
	for _, id := range d.wf.Status.Nodes[group.ID].Children {
		if n, ok := d.wf.Status.Nodes[id]; ok && strings.HasPrefix(n.Name, group.Name+"(") && !isHook(n) {
			items = append(items, n)
		}
	}
	slices.SortFunc(items, byIndex)
	return items
}

func isHook(n wfv1.NodeStatus) bool { return n.NodeFlag != nil && n.NodeFlag.Hooked }

// filled is a task with what its arguments refer to. Of one that is skipped, the condition alone is filled in.
func (d *dag) filled(t *dagTask) (*wfv1.DAGTask, error) {
	v := d.seenBy(t)
	with := v.texts(d.global())
	task := *t.DeepCopy()
	task.Hooks = nil
	if task.When != "" {
		when, err := fill(task.When, with, "tasks", "steps")
		if err != nil {
			return nil, err
		}
		switch proceeds, err := holds(when); {
		case err != nil && !task.ShouldExpand():
			return nil, err
		case err == nil && !proceeds:
			task.When = when
			return &task, nil
		}
	}
	v.markMissing(&task.Arguments)
	task, err := fill(task, with, "tasks", "steps")
	if err != nil {
		return nil, err
	}
	task.Arguments.Artifacts, err = v.artifacts(task.Arguments.Artifacts)
	return &task, err
}

// seenBy is what a task sees: the inputs of the graph and what became of the tasks before it.
func (d *dag) seenBy(t *dagTask) values {
	v := maps.Clone(d.inputs)
	for _, before := range common.GetTaskAncestry(d, t.Name) {
		d.add(v, before)
	}
	return v
}

// add adds what became of a task.
func (d *dag) add(v values, task string) {
	n, ok := d.node(d.nodeName(task))
	if !ok {
		return
	}
	prefix := "tasks." + task
	if n.Type == wfv1.NodeTypeTaskGroup {
		v.addItems(prefix, d.itemsOf(n))
	}
	d.addNode(v, prefix, n)
	d.addMissing(v, prefix, n, &d.tasks[task].DAGTask, d.inside, false)
}

func (d *dag) call(t *dagTask, node string) call {
	return call{
		node: node, boundary: d.id, holder: &t.DAGTask, scope: d.inside, exit: d.c.exit, flag: &wfv1.NodeFlag{},
	}
}

// skip makes a node of a task that does not run.
func (d *dag) skip(t *dagTask, phase wfv1.NodePhase, message string) {
	name := d.nodeName(t.Name)
	d.open(d.call(t, name), wfv1.NodeTypeSkipped, phase, message)
	d.connect(t, name)
}

// connect links a node to what comes before its task.
func (d *dag) connect(t *dagTask, node string) {
	if len(t.needs) == 0 {
		d.link(node, d.id)
	}
	for _, need := range t.needs {
		d.link(node, d.outbound(d.nodeName(need))...)
	}
}

// runItems runs a task for each item of its loop.
func (d *dag) runItems(t *dagTask, filled *wfv1.DAGTask, l loop) {
	name := d.nodeName(t.Name)
	one := *filled
	one.WithItems, one.WithParam, one.WithSequence = nil, "", nil
	names, tasks, err := expanded(one, t.Name, l, d.seenBy(t).texts(d.global()))
	switch {
	case err != nil:
		d.skip(t, wfv1.NodeError, err.Error())
		return
	case len(names) == 0:
		d.skip(t, wfv1.NodeSkipped, "Skipped, empty params")
		return
	}
	group, known := d.node(name)
	if !known || group.Type != wfv1.NodeTypeTaskGroup {
		group = d.open(d.call(t, name), wfv1.NodeTypeTaskGroup, wfv1.NodeRunning, "")
		d.connect(t, name)
	}
	var all sync.WaitGroup
	for i := range tasks {
		all.Go(func() {
			d.runOne(t, &tasks[i], names[i], func(node string) { d.link(node, group.ID) })
		})
	}
	all.Wait()
	phase := wfv1.NodeSucceeded
	for _, item := range names {
		n, ok := d.ended(d.nodeName(item))
		if !ok {
			return // interrupted or stopped
		}
		if n.FailedOrError() {
			phase = n.Phase
		}
	}
	d.mark(name, phase, "")
}

// runOne runs a task, or one item of it, and its hook.
func (d *dag) runOne(t *dagTask, filled *wfv1.DAGTask, task string, connect func(node string)) {
	leave, ok := d.takeSlot()
	if !ok {
		return
	}
	defer leave()
	name := d.nodeName(task)
	c := d.call(t, name)
	c.args = filled.Arguments
	if _, known := d.node(name); !known {
		proceeds, err := holds(filled.When)
		switch {
		case err != nil:
			d.open(c, wfv1.NodeTypeSkipped, wfv1.NodeError, err.Error())
			connect(name)
			return
		case !proceeds:
			d.open(c, wfv1.NodeTypeSkipped, wfv1.NodeSkipped, fmt.Sprintf("when '%s' evaluated false", filled.When))
			connect(name)
			return
		}
	}
	d.open(c, wfv1.NodeTypeSkipped, wfv1.NodePending, "")
	connect(name)
	n, err := d.execute(c)
	switch {
	case errors.Is(err, errInterrupted):
		return
	case err != nil:
		d.mark(name, wfv1.NodeError, fmt.Sprintf("task '%s' errored: %v", name, err))
		return
	}
	d.hook(t, n)
}

// takeSlot waits until as few tasks run as may; false: it is over before.
func (d *dag) takeSlot() (leave func(), ok bool) {
	if d.slots == nil {
		return func() {}, !d.isOver()
	}
	ctx := d.work
	if d.c.exit {
		ctx = d.whole
	}
	select {
	case d.slots <- struct{}{}:
		return func() { <-d.slots }, !d.isOver()
	case <-ctx.Done():
		return func() {}, !d.isOver()
	}
}

// hook runs the exit hook of a task that has ended.
func (d *dag) hook(t *dagTask, n wfv1.NodeStatus) {
	hook := t.GetExitHook(d.spec.Arguments)
	if hook == nil || !n.Completed() || n.Type == wfv1.NodeTypeTaskGroup {
		return // the items of a loop have theirs
	}
	v := d.seenBy(t).with("tasks."+t.Name+".status", string(n.Phase))
	_ = d.runHook(hook, v, n, "tasks."+t.Name, d.inside, d.id) // what becomes of it, nobody looks at
}

// finish says what became of the graph, and what it gives.
func (d *dag) finish() error {
	leaves := d.leaves()
	var outbound []string
	for _, leaf := range leaves {
		if _, ok := d.node(d.nodeName(leaf)); ok {
			outbound = append(outbound, d.outbound(d.nodeName(leaf))...)
		}
	}
	d.note(d.c.node, func(n *wfv1.NodeStatus) { n.OutboundNodes = outbound })
	if d.isOver() {
		d.mark(d.c.node, wfv1.NodeFailed, "")
		return nil
	}
	for _, leaf := range leaves {
		phase := d.branch(leaf, map[string]wfv1.NodePhase{})
		if task := d.tasks[leaf]; phase.FailedOrError() && !task.ContinuesOn(phase) {
			d.mark(d.c.node, phase, "")
			return nil
		}
	}
	v := maps.Clone(d.inputs)
	d.mu.Lock()
	v.addOutputs("workflow", d.wf.Status.Outputs)
	d.mu.Unlock()
	for _, task := range d.t.DAG.Tasks {
		d.add(v, task.Name)
		n, _ := d.node(d.nodeName(task.Name))
		d.publish(n.Outputs)
	}
	outputs, err := v.outputs(d.t)
	if err != nil {
		return err
	}
	d.note(d.c.node, func(n *wfv1.NodeStatus) { n.Phase, n.Outputs, n.Message = wfv1.NodeSucceeded, outputs, "" })
	return nil
}

// leaves are the tasks that no other one needs, or those that the graph names.
func (d *dag) leaves() []string {
	if d.t.DAG.Target != "" {
		return strings.Fields(d.t.DAG.Target)
	}
	needed := map[string]bool{}
	for _, t := range d.tasks {
		for _, need := range t.needs {
			needed[need] = true
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(d.tasks)), func(name string) bool { return needed[name] })
}

// branch is what became of a task. One that did not run has what became of the tasks before it, of which a failure
// counts most.
func (d *dag) branch(task string, known map[string]wfv1.NodePhase) wfv1.NodePhase {
	if phase, ok := known[task]; ok {
		return phase
	}
	known[task] = wfv1.NodeSucceeded
	n, _ := d.node(d.nodeName(task))
	phase := n.Phase
	if !phase.Completed() {
		phase = wfv1.NodeSucceeded
		for _, need := range d.tasks[task].needs {
			if before := d.branch(need, known); before.FailedOrError() {
				phase = before
			}
		}
	}
	known[task] = phase
	return phase
}
