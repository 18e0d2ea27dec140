package functions

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/diagram"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// isRun reports whether a value of any type is a run, rather than a pipeline: it has a phase.
func isRun(v attr.Value) bool {
	_, ok := (&drawnReader{}).Object(nil, v)["phase"]
	return ok
}

// drawnRun reads what is drawn of a run of a pipeline. known is false where a part of it is not known yet.
func drawnRun(v attr.Value, of spec.Pipeline) (run diagram.Run, known bool, err error) {
	r := &drawnReader{known: true}
	o := r.Object(nil, v)
	if _, ok := o["tasks"]; !ok {
		return run, true, errors.New("this run has no tasks. Give the resource itself, such as kfp_run.x")
	}
	run = diagram.Run{Name: r.Text(problem.At("name"), o["name"]), RunStatus: r.status(o)}
	if ref := r.Object(problem.At("pipeline"), o["pipeline"]); ref != nil && r.known {
		at := problem.At("pipeline").Attr("signature")
		ran := r.Ref(at, ref["signature"])
		if len(r.errs) == 0 && of.Name != "" && (ran.Name != of.Name || of.Namespace != "" && ran.Namespace != of.Namespace) {
			r.errs = append(r.errs, fmt.Errorf("run %s is one of pipeline %s/%s, not of %s/%s", run.Name, ran.Namespace, ran.Name, of.Namespace, of.Name))
		}
	}
	return run, r.known, errors.Join(r.errs...)
}

// status reads what became of a run and of its tasks.
func (r *drawnReader) status(o map[string]attr.Value) spec.RunStatus {
	s := spec.RunStatus{
		Phase: spec.Phase(r.Text(problem.At("phase"), o["phase"])), Message: r.Text(problem.At("message"), o["message"]),
		StartedAt: r.Time(problem.At("started_at"), o["started_at"]), FinishedAt: r.Time(problem.At("finished_at"), o["finished_at"]),
		Outputs: r.Texts(problem.At("outputs"), o["outputs"]), Tasks: map[string]spec.TaskStatus{},
	}
	for path, element := range r.Object(problem.At("tasks"), o["tasks"]) {
		at := problem.At("tasks").Key(path)
		t := r.Object(at, element)
		s.Tasks[path] = spec.TaskStatus{
			Phase: spec.Phase(r.Text(at.Attr("phase"), t["phase"])), Message: r.Text(at.Attr("message"), t["message"]),
			StartedAt: r.Time(at.Attr("started_at"), t["started_at"]), FinishedAt: r.Time(at.Attr("finished_at"), t["finished_at"]),
			Attempts: r.Count(at.Attr("attempts"), t["attempts"]), Cached: r.Flag(at.Attr("cached"), t["cached"]),
			Items: r.Count(at.Attr("items"), t["items"]), ItemsDone: r.Count(at.Attr("items_done"), t["items_done"]),
			ItemsFailed: r.Count(at.Attr("items_failed"), t["items_failed"]),
			Artifacts:   r.Texts(at.Attr("artifacts"), t["artifacts"]), URIs: r.Texts(at.Attr("uris"), t["uris"]),
		}
	}
	return s
}

// Time reads a time; zero: there is none.
func (r *drawnReader) Time(at problem.Path, v attr.Value) time.Time {
	text := r.Text(at, v)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		r.refuse(at, "a time in RFC 3339", types.StringValue(text))
	}
	return t.UTC()
}

// Count reads a number of things; none is 0.
func (r *drawnReader) Count(at problem.Path, v attr.Value) int64 {
	text := r.Text(at, v)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		r.refuse(at, "a count", types.StringValue(text))
	}
	return n
}

// Flag reads a boolean; none is false.
func (r *drawnReader) Flag(at problem.Path, v attr.Value) bool { return r.Text(at, v) == "true" }
