package kfpir

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var notShown = regexp.MustCompile(`[^a-zA-Z0-9.]+`)

// settings are how a task's pod is run. Those of a platform belong to the executor, but what they refer to is looked up
// in the graph of each task that uses it.
func (s *scope) settings(n *node, t *spec.Task, given map[string]value) {
	t.Retry = s.retry(n)
	if n.to.executor == nil {
		return
	}
	if n.ir.Caching.Enable && s.options.Cache == nil || s.options.Cache != nil && *s.options.Cache {
		t.Cache = &spec.Cache{Enabled: true}
		if n.ir.Caching.Key != "" {
			t.Cache.Key = expr.Data(n.ir.Caching.Key, false)
		}
	}
	for _, text := range t.Inputs {
		if strings.Contains(text, taskID) {
			t.Cache = nil // which would never answer
		}
	}
	c := n.to.executor.Container
	of := func(text string, line int) value {
		return fill(text, line, func(p placeholder) value { return s.inSetting(n, p, given, line) })
	}
	if _, replaced := s.options.Images[c.Image]; placeholders.MatchString(c.Image) && !replaced {
		t.Image = of(c.Image, c.Line).as(spec.String).hole()
	}
	for _, e := range c.Env {
		if placeholders.MatchString(e.Value) {
			put(&t.Env, e.Name, of(e.Value, e.Line).word().hole())
		}
	}
	s.resources(t, c.Resources, func(text string, line int) string { return of(text, line).hole() })
	if k, ok := s.kubernetes[n.to.executorRef]; ok {
		s.onKubernetes(t, k)
	}
	s.mountWorkspace(t)
}

// inSetting is what stands for a placeholder in a setting: what the task is given, or its component's default.
func (s *scope) inSetting(n *node, p placeholder, given map[string]value, line int) value {
	if !p.isInput() {
		return s.runValue(p, n.name, line)
	}
	v, ok := given[p.name]
	ok = ok && !v.none()
	if slot := n.to.inputs[p.name]; slot != nil {
		fallback, has := slot.absent()
		switch {
		case has && !ok:
			return value{constant: fallback, typ: slot.in.Type, line: line}
		case has && v.optional:
			return v.or(literal(fallback))
		case !ok && !slot.in.Required():
			return value{constant: "", typ: spec.String, line: line}
		}
	}
	if ok {
		return v
	}
	s.errorf(line, "Unknown input", "%s names an input that task %q is not given.", p.all, n.name)
	return value{constant: "", typ: spec.String}
}

// resources are the requests and limits of a container. Fields of older versions count where the newer ones are empty:
// processors as a number, memory in gigabytes.
func (s *scope) resources(t *spec.Task, r irResources, of func(string, int) string) {
	var out spec.Resources
	set := func(to *map[string]string, name, text string, old float64, unit string) {
		if text == "" && old != 0 {
			text = strconv.FormatFloat(old, 'f', -1, 64) + unit
		}
		if text == "" {
			return
		}
		if text = of(text, r.Line); text != "" { // what is not given asks for nothing
			put(to, name, text)
		}
	}
	set(&out.Limits, "cpu", r.CPULimit, r.OldCPULimit, "")
	set(&out.Limits, "memory", r.MemoryLimit, r.OldMemoryLimit, "G")
	set(&out.Requests, "cpu", r.CPURequest, r.OldCPURequest, "")
	set(&out.Requests, "memory", r.MemoryRequest, r.OldMemoryRequest, "G")
	a := r.Accelerator
	kind, count := a.Type, a.Count
	if kind == "" {
		kind = a.OldType
	}
	if count == "" && a.OldCount != 0 {
		count = strconv.FormatInt(a.OldCount, 10)
	}
	if kind != "" && count != "" {
		put(&out.Limits, of(kind, a.Line), of(count, a.Line))
	}
	if out.Limits != nil || out.Requests != nil {
		t.Resources = &out
	}
}

// retry repeats a task. A pause of nothing is none.
func (s *scope) retry(n *node) *spec.Retry {
	p := n.ir.Retry
	if p == nil || p.Limit == 0 {
		return nil
	}
	retry := &spec.Retry{Limit: p.Limit}
	pause, most := s.duration(n, p.Backoff, p.Line), s.duration(n, p.Max, p.Line)
	if pause == 0 {
		return retry
	}
	const factor, longest = 2.0, time.Hour // KFP's own
	retry.Backoff = &spec.Backoff{Duration: pause.String(), Factor: new(factor)}
	if p.Factor != 0 {
		*retry.Backoff.Factor = max(float64(int64(p.Factor)), 1)
		if *retry.Backoff.Factor != p.Factor {
			s.warnf(p.Line, "Factor that is not whole", "Task %q waits %v times as long after each attempt. Argo "+
				"knows whole numbers, so it is %v.", n.name, p.Factor, *retry.Backoff.Factor)
		}
	}
	if most == 0 || most > longest {
		most = longest
	}
	if most >= pause {
		retry.Backoff.Max = most.String()
	}
	return retry
}

// duration reads a duration of protobuf's JSON, such as 3.5s.
func (s *scope) duration(n *node, text string, line int) time.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		s.errorf(line, "Invalid duration", "Task %q: %s is no duration like 30s.", n.name, abbreviate(text))
		return 0
	}
	return d
}
