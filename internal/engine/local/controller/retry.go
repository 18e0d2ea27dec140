package controller

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	argoerrors "github.com/argoproj/argo-workflows/v3/util/errors"
	"github.com/argoproj/argo-workflows/v3/util/expr/argoexpr"
	"github.com/argoproj/argo-workflows/v3/util/expr/env"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
)

// repeated runs a template until it succeeds, or is not to be repeated any more.
func (r *Run) repeated(c call, t *wfv1.Template, inside scope) (wfv1.NodeStatus, error) {
	if t.RetryStrategy == nil {
		return r.body(c, t, inside)
	}
	around := r.opened(c, t, wfv1.NodeRunning, "")
	for {
		attempts := r.attempts(around)
		last := len(attempts) - 1
		if last >= 0 && attempts[last].Fulfilled() {
			again, phase, message, err := r.again(c, around, *t.RetryStrategy, attempts)
			if err != nil {
				return r.refused(c, err)
			}
			if !again {
				outputs := attempts[last].Outputs
				return r.note(c.node, func(n *wfv1.NodeStatus) { n.Phase, n.Message, n.Outputs = phase, message, outputs }), nil
			}
			last++
		}
		if _, err := r.attempt(c, t, inside, max(last, 0), attempts); err != nil {
			if r.whole.Err() != nil {
				return wfv1.NodeStatus{}, errInterrupted
			}
			if n, _ := r.node(attemptName(c.node, max(last, 0))); n.ID == "" || !retriesErrors(*t.RetryStrategy) {
				return r.mark(c.node, wfv1.NodeError, err.Error()), err
			}
		}
	}
}

func attemptName(node string, number int) string { return fmt.Sprintf("%s(%d)", node, number) }

func retriesErrors(s wfv1.RetryStrategy) bool {
	switch s.RetryPolicyActual() {
	case wfv1.RetryPolicyAlways, wfv1.RetryPolicyOnError, wfv1.RetryPolicyOnTransientError:
		return true
	}
	return false
}

// attempt runs one attempt, which sees what became of the one before.
func (r *Run) attempt(
	c call, t *wfv1.Template, inside scope, number int, before []wfv1.NodeStatus,
) (wfv1.NodeStatus, error) {
	one := c
	one.node, one.flag = attemptName(c.node, number), &wfv1.NodeFlag{Retried: true}
	if c.flag != nil {
		one.flag.Hooked = c.flag.Hooked
	}
	local := common.Parameters{
		common.LocalVarRetries: strconv.Itoa(number), common.LocalVarRetriesLastExitCode: "0",
		common.LocalVarRetriesLastDuration: "0", common.LocalVarRetriesLastStatus: "", common.LocalVarRetriesLastMessage: "",
	}
	if number > 0 && number <= len(before) {
		tellLast(local, before[number-1], "0")
	}
	if t.IsPodType() {
		local[common.LocalVarPodName] = PodName(r.wf.Name, one.node)
	}
	filled, err := common.SubstituteParams(t, r.global(), local)
	if err != nil {
		return r.refused(one, err)
	}
	filled.RetryStrategy = nil
	delete(filled.Annotations, string(wfv1.TemplateAnnotationDisplayName))
	r.open(one, nodeType(filled), wfv1.NodePending, "")
	r.link(one.node, r.wf.NodeID(c.node))
	return r.body(one, filled, inside)
}

// tellLast fills in what expressions see of the attempt before.
func tellLast(local map[string]string, last wfv1.NodeStatus, unknown string) {
	local[common.LocalVarRetriesLastExitCode] = unknown
	if last.Outputs != nil && last.Outputs.ExitCode != nil {
		local[common.LocalVarRetriesLastExitCode] = *last.Outputs.ExitCode
	}
	local[common.LocalVarRetriesLastStatus] = string(last.Phase)
	local[common.LocalVarRetriesLastDuration] = fmt.Sprint(last.GetDuration().Seconds())
	local[common.LocalVarRetriesLastMessage] = last.Message
}

// again decides what comes after an attempt that has ended: another one, once it is time, or the end.
func (r *Run) again(
	c call, around wfv1.NodeStatus, s wfv1.RetryStrategy, attempts []wfv1.NodeStatus,
) (again bool, phase wfv1.NodePhase, message string, err error) {
	last := attempts[len(attempts)-1]
	if !last.FailedOrError() {
		return false, wfv1.NodeSucceeded, "", nil
	}
	end := func(message string) (bool, wfv1.NodePhase, string, error) { //nolint:unparam // what again returns
		return false, last.Phase, message, nil
	}
	if r.work.Err() != nil && !c.exit {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.wf.Spec.Shutdown.Enabled() {
			return end(fmt.Sprintf("Stopped with strategy '%s'", r.wf.Spec.Shutdown))
		}
		return end(fmt.Sprintf("retry exceeded workflow deadline %s", r.deadline()))
	}
	onFailed, onError := retriesFailures(s, last), retriesErrors(s)
	if s.RetryPolicyActual() == wfv1.RetryPolicyOnTransientError {
		onError = onFailed
	}
	limit := math.MaxInt
	if s.Limit != nil {
		if limit, err = strconv.Atoi(s.Limit.String()); err != nil {
			return false, "", "", fmt.Errorf("the limit of repetitions: %w", err)
		}
	}
	wait, tooLate, err := backoff(s.Backoff, attempts)
	switch {
	case err != nil:
		return false, "", "", err
	case tooLate != "":
		return end(tooLate)
	case last.Phase == wfv1.NodeFailed && !onFailed || last.Phase == wfv1.NodeError && !onError:
		return end(last.Message)
	case len(attempts) > limit:
		return end("No more retries left")
	}
	if s.Expression != "" {
		scope := map[string]string{common.LocalVarRetries: strconv.Itoa(len(attempts) - 1)}
		tellLast(scope, last, "-1")
		values := map[string]any{}
		for key, value := range scope {
			values[key] = value
		}
		proceed, err := argoexpr.EvalBool(s.Expression, env.GetFuncMap(values))
		if err != nil {
			return false, "", "", err
		}
		if !proceed {
			return end("retryStrategy.expression evaluated to false")
		}
	}
	return true, "", "", r.pause(c, around.Name, wait)
}

func retriesFailures(s wfv1.RetryStrategy, last wfv1.NodeStatus) bool {
	switch s.RetryPolicyActual() {
	case wfv1.RetryPolicyAlways, wfv1.RetryPolicyOnFailure:
		return true
	case wfv1.RetryPolicyOnTransientError:
		return argoerrors.IsTransientErr(errors.New(last.Message))
	}
	return false
}

// backoff says how long to wait for the next attempt, or why there will be none.
func backoff(b *wfv1.Backoff, attempts []wfv1.NodeStatus) (wait time.Duration, tooLate string, err error) {
	if b == nil {
		return 0, "", nil
	}
	base, err := wfv1.ParseStringToDuration(b.Duration)
	if err != nil {
		return 0, "", err
	}
	wait = base
	if b.Factor != nil {
		factor, err := strconv.ParseFloat(b.Factor.String(), 64)
		if err != nil {
			return 0, "", fmt.Errorf("the factor of the backoff: %w", err)
		}
		if factor > 0 {
			grown := float64(base) * math.Pow(factor, float64(len(attempts)-1))
			wait = time.Duration(min(grown, math.MaxInt64/2))
		}
	}
	if b.Cap != "" {
		limit, err := wfv1.ParseStringToDuration(b.Cap)
		if err != nil {
			return 0, "", err
		}
		wait = min(wait, limit)
	}
	next := attempts[len(attempts)-1].FinishedAt.Add(wait)
	if b.MaxDuration != "" {
		most, err := wfv1.ParseStringToDuration(b.MaxDuration)
		if err != nil {
			return 0, "", err
		}
		switch latest := attempts[0].StartedAt.Add(most); {
		case time.Now().After(latest):
			return 0, "Max duration limit exceeded", nil
		case next.After(latest):
			return 0, "Backoff would exceed max duration limit", nil
		}
	}
	return max(0, time.Until(next)), "", nil
}

// pause waits until it is time for the next attempt. What ends the run meanwhile is noticed behind it.
func (r *Run) pause(c call, node string, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	r.note(node, func(n *wfv1.NodeStatus) { n.Message = "Backoff for " + wait.Round(time.Second).String() })
	ctx := r.work
	if c.exit {
		ctx = r.whole
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	if r.whole.Err() != nil {
		return errInterrupted
	}
	r.note(node, func(n *wfv1.NodeStatus) { n.Message = "" })
	return nil
}
