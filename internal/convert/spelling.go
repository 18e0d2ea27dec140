package convert

import (
	"maps"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// What means the same in fewer words.

// shortened is a pipeline that says tasks.x.output of a task with one output.
func shortened(p spec.Pipeline) spec.Pipeline {
	for _, in := range graphs(p) {
		g := graphOf(p, in)
		r := renaming{names: map[string]string{}}
		for name, t := range g.Tasks {
			of := t.Component.Interface
			if t.Component.Kind == spec.GroupKind {
				of.Outputs = map[string]spec.Output{}
				for output := range p.Groups[t.Component.Name].Outputs {
					of.Outputs[output] = spec.Output{}
				}
			}
			if output, ok := of.SoleOutput(); ok {
				r.names["tasks."+name+".outputs."+output] = "tasks." + name + ".output"
			}
		}
		g.Tasks, g.OnExit, g.Outputs = r.tasks(g.Tasks), r.tasks(g.OnExit), r.texts(g.Outputs)
		if !r.failed {
			p = withGraph(p, in, g, "")
		}
	}
	return p
}

// cached is a pipeline whose defaults say that its tasks use the cache, where all of them do: KFP's compiler says so at
// each.
func cached(p spec.Pipeline) spec.Pipeline {
	uses := 0
	for _, in := range graphs(p) {
		g := graphOf(p, in)
		for _, tasks := range []map[string]spec.Task{g.Tasks, g.OnExit} {
			for _, t := range tasks {
				switch {
				case t.Component.Kind != spec.ComponentKind:
				case t.Cache == nil || *t.Cache != spec.Cache{Enabled: true}:
					return p
				default:
					uses++
				}
			}
		}
	}
	const few = 2
	if uses < few || p.Defaults.Cache != nil {
		return p
	}
	p.Defaults.Cache = &spec.Cache{Enabled: true}
	for _, in := range graphs(p) {
		g := graphOf(p, in)
		g.Tasks, g.OnExit = withoutCache(g.Tasks), withoutCache(g.OnExit)
		p = withGraph(p, in, g, "")
	}
	return p
}

func withoutCache(tasks map[string]spec.Task) map[string]spec.Task {
	all := maps.Clone(tasks)
	for name, t := range all {
		t.Cache = nil
		all[name] = t
	}
	return all
}

// brief is a pipeline with durations as people write them: 1h, not 1h0m0s.
func brief(p spec.Pipeline) spec.Pipeline {
	p.Options.Timeout = briefly(p.Options.Timeout)
	if p.Options.TTL != nil {
		p.Options.TTL = &spec.TTL{
			AfterCompletion: briefly(p.Options.TTL.AfterCompletion), AfterSuccess: briefly(p.Options.TTL.AfterSuccess),
			AfterFailure: briefly(p.Options.TTL.AfterFailure),
		}
	}
	for _, in := range graphs(p) {
		g := graphOf(p, in)
		g.Tasks, g.OnExit = briefTasks(g.Tasks), briefTasks(g.OnExit)
		p = withGraph(p, in, g, "")
	}
	return p
}

func briefTasks(tasks map[string]spec.Task) map[string]spec.Task {
	all := maps.Clone(tasks)
	for name, t := range all {
		t.Timeout = briefly(t.Timeout)
		if t.Retry != nil && t.Retry.Backoff != nil {
			retry, backoff := *t.Retry, *t.Retry.Backoff
			backoff.Duration, backoff.Max = briefly(backoff.Duration), briefly(backoff.Max)
			retry.Backoff, t.Retry = &backoff, &retry
		}
		all[name] = t
	}
	return all
}

func briefly(text string) string {
	if d, err := time.ParseDuration(text); err == nil {
		return schedule.Brief(d)
	}
	return text
}
