package graph

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ScheduleEnv is what the parameters of a recurring run may refer to. Of a timezone that is not known, UTC stands for
// it.
func ScheduleEnv(timezone string) expr.Env {
	if timezone == "" || timezone == spec.Unknown {
		timezone = "UTC"
	}
	local := fmt.Sprintf("date(workflow.scheduledTime).In(timezone(%q)).Format(%q)", timezone, time.RFC3339)
	own := maps.Clone(runVars)
	own["schedule.time"] = expr.Var{Type: spec.String, Argo: "workflow.scheduledTime", Coding: expr.Plain}
	own["schedule.local_time"] = expr.Var{Type: spec.String, Code: local, Coding: expr.Plain}
	return expr.Env{Own: own, Elsewhere: notInSchedules}
}

// CheckRecurringRun finds what is wrong with the pipeline, the parameters and the concurrency of a recurring run. Its
// times are package schedule's matter.
func CheckRecurringRun(r spec.RecurringRun) problem.List {
	var l problem.List
	if !spec.IsObjectName(r.Name) && r.Name != spec.Unknown {
		l.Errorf(
			problem.At("name"), "Invalid name",
			"%q cannot name a recurring run. Use at most %d lower-case letters, digits and hyphens, with a letter or digit "+
				"at both ends.",
			r.Name, spec.MaxNameLength,
		)
	}
	check.Choice(&l, problem.At("concurrency"), "Unknown concurrency", string(r.Concurrency), texts(spec.Concurrencies))
	if r.MaxConcurrency != nil {
		at := problem.At("max_concurrency")
		switch {
		case *r.MaxConcurrency < 1:
			l.Errorf(
				at, "Invalid max_concurrency", "%d runs at a time are none at all. Give at least 1, or set enabled = false.",
				*r.MaxConcurrency,
			)
		case r.Concurrency == spec.ConcurrencyForbid || r.Concurrency == spec.ConcurrencyReplace:
			l.Errorf(
				at, "Bound without a meaning",
				"concurrency is %q, which never has more than one run at a time. Remove max_concurrency, or set concurrency = "+
					"\"allow\".",
				r.Concurrency,
			)
		}
	}
	if r.Pipeline.Name == "" { // not known yet
		checkScheduled(&l, problem.At("parameters"), r)
		l.Sort()
		return l
	}
	if !checkIsPipeline(&l, r.Pipeline) {
		l.Sort()
		return l
	}
	checkSameNamespace(&l, problem.At("pipeline"), r.Pipeline, "recurring run", r.Namespace)
	checkScheduled(&l, problem.At("parameters"), r)
	l.Sort()
	return l
}

// checkScheduled checks texts given for the parameters of a pipeline: constants as those of a run, and the types of
// expressions.
func checkScheduled(l *problem.List, at problem.Path, r spec.RecurringRun) {
	env := ScheduleEnv(r.Timezone)
	constants := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(r.Parameters)) {
		raw := r.Parameters[name]
		constants[name] = spec.Unknown
		in, declared := r.Pipeline.Inputs[name]
		if raw == spec.Unknown {
			continue
		}
		t, errs := expr.Parse(raw)
		if len(errs) == 0 && t.IsConstant() {
			constants[name], _ = t.Constant()
			continue
		}
		switch {
		case len(errs) > 0:
		case r.Pipeline.Name == "":
			_, errs = t.In(env).Check(spec.Any)
		case declared && !in.Type.IsArtifact():
			_, errs = t.In(env).Check(in.Type)
		}
		for _, e := range errs {
			l.Errorf(at.Key(name), "Invalid expression", "%s", e.Describe(raw))
		}
	}
	if r.Pipeline.Name != "" {
		CheckArguments(l, at, "pipeline "+r.Pipeline.Name, r.Pipeline.Inputs, constants)
	}
}

// CheckBackfill finds what is wrong with the name and the parameters of a backfill.
func CheckBackfill(b spec.Backfill) problem.List {
	var l problem.List
	if !spec.IsObjectName(b.Name) && b.Name != spec.Unknown {
		l.Errorf(
			problem.At("name"), "Invalid name",
			"%q cannot name a backfill. Use at most %d lower-case letters, digits and hyphens, with a letter or digit at "+
				"both ends.",
			b.Name, spec.MaxNameLength,
		)
	}
	if b.Name == b.RecurringRun && b.Name != spec.Unknown {
		l.Errorf(
			problem.At("name"), "Name of the schedule",
			"%q is the name of the recurring run, whose runs have the names that the backfill's would get. Choose another name.",
			b.Name,
		)
	}
	if b.Pipeline.Name == "" {
		return l // not known yet
	}
	checkSameNamespace(&l, problem.At("recurring_run"), b.Pipeline, "backfill", b.Namespace)
	checkScheduled(
		&l, problem.At("parameters"), spec.RecurringRun{Pipeline: b.Pipeline, Parameters: b.Parameters, Timezone: b.Timezone},
	)
	l.Sort()
	return l
}

// texts are choices as texts.
func texts[S ~string](choices []S) []string {
	all := make([]string, len(choices))
	for i, c := range choices {
		all[i] = string(c)
	}
	return all
}
