package controller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
)

// steps are groups of steps in progress, one group after the other.
type steps struct {
	*Run
	c      call
	t      *wfv1.Template
	inside scope
	id     string // of its node
	values values
	slots  chan struct{}
}

// one is a step, or one item of it.
type oneStep struct {
	wfv1.WorkflowStep
	of   *wfv1.WorkflowStep // as it is written
	node string
}

// steps runs a template of steps.
func (r *Run) steps(c call, t *wfv1.Template, inside scope) error {
	s := &steps{Run: r, c: c, t: t, inside: inside, id: r.wf.NodeID(c.node), values: r.valuesOf(t)}
	if t.Parallelism != nil && *t.Parallelism > 0 {
		s.slots = make(chan struct{}, *t.Parallelism)
	}
	for i, group := range t.Steps {
		name := fmt.Sprintf("%s[%d]", c.node, i)
		n, err := s.group(name, i, group.Steps)
		switch {
		case err != nil:
			return err
		case !n.Fulfilled() || s.isOver() && !n.FailedOrError():
			s.mark(c.node, wfv1.NodeFailed, "")
			return nil
		case n.FailedOrError():
			s.endWith(name)
			s.mark(c.node, wfv1.NodeFailed, n.Message)
			return nil
		}
		for _, step := range group.Steps {
			s.add(name, step)
		}
		s.endWith(name)
	}
	outputs, err := s.values.outputs(t)
	if err != nil {
		return err
	}
	s.publish(outputs)
	s.note(c.node, func(n *wfv1.NodeStatus) { n.Phase, n.Outputs, n.Message = wfv1.NodeSucceeded, outputs, "" })
	return nil
}

// isOver reports whether no step is to begin any more.
func (s *steps) isOver() bool {
	return s.whole.Err() != nil || !s.c.exit && errors.Is(context.Cause(s.work), errStopped)
}

// endWith makes a group the last one, to which what comes behind the steps is linked.
func (s *steps) endWith(group string) {
	n, _ := s.node(group)
	var outbound []string
	s.mu.Lock()
	for _, child := range n.Children {
		outbound = append(outbound, s.outboundOf(child)...)
	}
	s.mu.Unlock()
	s.note(s.c.node, func(n *wfv1.NodeStatus) { n.OutboundNodes = outbound })
}

// group runs the steps of a group side by side, and returns the node of the group.
func (s *steps) group(name string, number int, written []wfv1.WorkflowStep) (wfv1.NodeStatus, error) {
	if n, done := s.ended(name); done {
		return n, nil
	}
	s.open(call{
		node: name, boundary: s.id, holder: &wfv1.WorkflowStep{}, scope: s.inside, flag: &wfv1.NodeFlag{},
	}, wfv1.NodeTypeStepGroup, wfv1.NodeRunning, "")
	s.connect(name, number)
	todo, err := s.expand(name, written)
	if err != nil {
		return s.mark(name, wfv1.NodeError, err.Error()), nil
	}
	failures := make([]error, len(todo))
	var all sync.WaitGroup
	for i := range todo {
		all.Go(func() { failures[i] = s.run(name, todo[i]) })
	}
	all.Wait()
	for _, err := range failures {
		switch {
		case s.whole.Err() != nil:
			return wfv1.NodeStatus{}, errInterrupted
		case err != nil:
			return s.mark(name, wfv1.NodeError, err.Error()), nil
		}
	}
	for _, step := range todo {
		n, ok := s.ended(step.node)
		switch {
		case !ok:
			group, _ := s.node(name)
			return group, nil
		case n.FailedOrError() && !step.of.ContinuesOn(n.Phase):
			return s.mark(name, wfv1.NodeFailed, fmt.Sprintf("child '%s' failed", n.ID)), nil
		}
	}
	return s.mark(name, wfv1.NodeSucceeded, ""), nil
}

// connect links a group to the one before it, or to the node of all.
func (s *steps) connect(name string, number int) {
	if number == 0 {
		s.link(name, s.id)
		return
	}
	before, _ := s.node(fmt.Sprintf("%s[%d]", s.c.node, number-1))
	if len(before.Children) == 0 {
		s.link(name, before.ID)
		return
	}
	var parents []string
	s.mu.Lock()
	for _, child := range before.Children {
		parents = append(parents, s.outboundOf(child)...)
	}
	s.mu.Unlock()
	s.link(name, parents...)
}

// expand fills in the steps of a group and makes one of each item of their loops.
func (s *steps) expand(group string, written []wfv1.WorkflowStep) ([]oneStep, error) {
	var all []oneStep
	with := s.values.texts(s.global())
	for i := range written {
		of := &written[i]
		filled, err := s.filled(of, with)
		if err != nil {
			return nil, err
		}
		l := loop{filled.WithItems, filled.WithParam, filled.WithSequence, filled.When}
		if !l.isLoop() {
			all = append(all, oneStep{filled, of, group + "." + of.Name})
			continue
		}
		filled.WithItems, filled.WithParam, filled.WithSequence = nil, "", nil
		names, items, err := expanded(filled, of.Name, l, with)
		if err != nil {
			return nil, err
		}
		for j := range items {
			all = append(all, oneStep{items[j], of, group + "." + names[j]})
		}
	}
	return all, nil
}

// filled is a step with what its arguments refer to. Of one that is skipped, the condition alone is filled in.
func (s *steps) filled(of *wfv1.WorkflowStep, with map[string]any) (wfv1.WorkflowStep, error) {
	step := *of.DeepCopy()
	step.Hooks = nil
	if step.When != "" {
		when, err := fill(step.When, with, "steps", "tasks")
		if err != nil {
			return step, err
		}
		switch proceeds, err := holds(when); {
		case err != nil && !step.ShouldExpand():
			return step, err
		case err == nil && !proceeds:
			step.When = when
			return step, nil
		}
	}
	s.values.markMissing(&step.Arguments)
	step, err := fill(step, with, "steps", "tasks")
	if err != nil {
		return step, err
	}
	step.Arguments.Artifacts, err = s.values.artifacts(step.Arguments.Artifacts)
	if err != nil {
		err = fmt.Errorf("unable to resolve references: %w", err)
	}
	return step, err
}

// run runs a step and its hook. An error is one that ends the group.
func (s *steps) run(group string, step oneStep) error {
	leave, ok := s.takeSlot()
	if !ok {
		return nil
	}
	defer leave()
	c := call{
		node: step.node, boundary: s.id, holder: step.of, scope: s.inside, args: step.Arguments, exit: s.c.exit,
		flag: &wfv1.NodeFlag{},
	}
	if _, known := s.node(step.node); !known {
		proceeds, err := holds(step.When)
		switch {
		case err != nil:
			s.open(c, wfv1.NodeTypeSkipped, wfv1.NodeError, err.Error())
			s.link(step.node, s.wf.NodeID(group))
			return err
		case !proceeds:
			s.open(c, wfv1.NodeTypeSkipped, wfv1.NodeSkipped, fmt.Sprintf("when '%s' evaluated false", step.When))
			s.link(step.node, s.wf.NodeID(group))
			return nil
		}
	}
	n, err := s.execute(c)
	s.link(step.node, s.wf.NodeID(group))
	switch {
	case errors.Is(err, errInterrupted):
		return err
	case err != nil:
		return fmt.Errorf("step group deemed errored due to child %s error: %w", step.node, err)
	}
	hook := step.of.GetExitHook(s.spec.Arguments)
	if hook == nil || !n.Completed() {
		return nil
	}
	v := s.values.with("steps."+step.of.Name+".status", string(n.Phase))
	return s.runHook(hook, v, n, "steps."+step.of.Name, s.inside, s.id)
}

func (s *steps) takeSlot() (leave func(), ok bool) {
	if s.slots == nil {
		return func() {}, !s.isOver()
	}
	ctx := s.work
	if s.c.exit {
		ctx = s.whole
	}
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, !s.isOver()
	case <-ctx.Done():
		return func() {}, !s.isOver()
	}
}

// add adds what became of a step to what the next ones see.
func (s *steps) add(group string, step wfv1.WorkflowStep) {
	name, prefix := group+"."+step.Name, "steps."+step.Name
	n, ok := s.node(name)
	if ok {
		s.addNode(s.values, prefix, n)
		s.addMissing(s.values, prefix, n, &step, s.inside, true)
		return
	}
	var items []wfv1.NodeStatus
	s.mu.Lock()
	for _, n := range s.wf.Status.Nodes {
		isOne := n.BoundaryID == s.id && strings.HasPrefix(n.Name, name+"(")
		if isOne && n.Type != wfv1.NodeTypeSkipped && !isHook(n) && (n.NodeFlag == nil || !n.NodeFlag.Retried) {
			items = append(items, n)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(items, byIndex)
	s.values.addItems(prefix, items)
	whole, _ := s.node(group)
	s.addNode(s.values, prefix, whole)
}

var itemIndex = regexp.MustCompile(`\((\d+):`)

// byIndex orders the nodes of the items of a loop.
func byIndex(a, b wfv1.NodeStatus) int {
	return cmp.Compare(indexOf(a.DisplayName, a.Name), indexOf(b.DisplayName, b.Name))
}

// indexOf is the number of an item, which the name of its node says last but for what the item is.
func indexOf(shown, name string) int {
	for _, text := range []string{shown, name} {
		if m := itemIndex.FindStringSubmatch(text); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				return n
			}
		}
	}
	return 0
}

// runHook runs an exit hook, which sees the outputs of what it stands behind.
func (r *Run) runHook(
	hook *wfv1.LifecycleHook, v values, n wfv1.NodeStatus, prefix string, inside scope, boundary string,
) error {
	r.mu.Lock()
	shutdown := r.wf.Spec.Shutdown
	r.mu.Unlock()
	if !shutdown.ShouldExecute(true) {
		return nil
	}
	v.addOutputs(prefix, r.actual(n).Outputs)
	args := *hook.Arguments.DeepCopy()
	v.markMissing(&args)
	name := common.GenerateOnExitNodeName(n.Name)
	c := call{
		node: name, boundary: boundary, scope: inside, exit: true, flag: &wfv1.NodeFlag{Hooked: true},
		holder: &wfv1.WorkflowStep{Template: hook.Template, TemplateRef: hook.TemplateRef},
	}
	var err error
	if c.args, err = fill(args, v.texts(r.global())); err == nil {
		c.args.Artifacts, err = v.artifacts(c.args.Artifacts)
	}
	if err != nil {
		return err
	}
	_, err = r.execute(c)
	r.link(name, n.ID)
	return err
}
