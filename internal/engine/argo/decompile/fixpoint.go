package decompile

import (
	"maps"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// settle reads texts until no more can be read. A text can be read once it is known which of the tasks that it refers
// to may be absent, and that follows from the texts of those.
func (d *pipelineDecompiler) settle() {
	for _, r := range d.tasks {
		d.put(r)
	}
	for d.round() > 0 || d.relax() {
	}
	g := d.check()
	d.bases = bases{}
	for _, r := range d.tasks {
		r.finish(g)
		d.put(r)
	}
	d.order()
}

// round returns how many texts could be read.
func (d *pipelineDecompiler) round() int {
	g := d.check()
	d.bases = bases{}
	read := 0
	for _, r := range d.tasks {
		read += r.readTexts(g)
	}
	for _, r := range d.tasks {
		d.put(r)
	}
	return read
}

func (d *pipelineDecompiler) put(r *taskReader) {
	if r.isExit {
		d.pipeline.OnExit[r.name] = r.current()
	} else {
		d.pipeline.Tasks[r.name] = r.current()
	}
}

// relax finds tasks that may fail because a text takes their outputs for absent though nothing read so far says so, and
// reports whether that helped. Of a loop the text does not tell, so loops are tried one by one.
func (d *pipelineDecompiler) relax() bool {
	var sure, loops []change
	for _, other := range d.tasks {
		switch {
		case !d.takenForFailing(other):
		case other.task.ForEach == "":
			sure = append(sure, d.allowed(other)...)
		default:
			loops = append(loops, d.allowed(other)...)
		}
	}
	if d.try(sure...) {
		return true
	}
	for _, c := range slices.Concat(sure, loops[:min(len(loops), maxRelaxed)]) {
		if d.try(c) {
			return true
		}
	}
	return d.try(slices.Concat(sure, loops)...)
}

// maxRelaxed bounds how many guesses are tried one by one.
const maxRelaxed = 20

// change is a guess about a task.
type change struct {
	reader *taskReader
	to     spec.Task
}

// try keeps guesses if a text can be read with them, and those that were read before still can.
func (d *pipelineDecompiler) try(changes ...change) bool {
	if len(changes) == 0 {
		return false
	}
	before := make([]taskReader, len(d.tasks))
	for i, r := range d.tasks {
		before[i] = *r
		before[i].open, before[i].done = slices.Clone(r.open), slices.Clone(r.done)
	}
	for _, c := range changes {
		c.reader.task = c.to
		d.put(c.reader)
	}
	if d.round() > 0 && d.stillReads() {
		return true
	}
	for i, r := range d.tasks {
		*r = before[i]
		d.put(r)
	}
	return false
}

// stillReads reads again what was read, now that more is known.
func (d *pipelineDecompiler) stillReads() bool {
	g := d.check()
	d.bases = bases{}
	for _, r := range d.tasks {
		again := *r
		again.open, again.done = slices.Clone(r.done), nil
		for again.readTexts(g) > 0 {
		}
		if len(again.open) > 0 {
			return false
		}
	}
	return true
}

// allowed guesses that the task may fail, unless one behind it says that it must not.
func (d *pipelineDecompiler) allowed(r *taskReader) []change {
	if r.task.AllowFailure || d.failing[failingKey(r.outer.Name, r.isExit)] || d.needed[failingKey(r.outer.Name, r.isExit)] {
		return nil
	}
	t := r.task
	t.AllowFailure = true
	return []change{{r, t}}
}

func (d *pipelineDecompiler) takenForFailing(other *taskReader) bool {
	for _, r := range d.tasks {
		if other.isExit == r.isExit && r.takesForFailing(other.outer.Name, other.task.ForEach != "") {
			return true
		}
	}
	return false
}

// order removes from depends_on what follows from the texts, and finds run_if.
func (d *pipelineDecompiler) order() {
	without := d.pipeline
	without.Tasks, without.OnExit = maps.Clone(d.pipeline.Tasks), maps.Clone(d.pipeline.OnExit)
	for _, r := range d.tasks {
		t := r.task
		t.DependsOn = nil
		if r.isExit {
			without.OnExit[r.name] = t
		} else {
			without.Tasks[r.name] = t
		}
	}
	g, _ := graph.Check(without)
	for _, r := range d.tasks {
		nodes := g.Tasks
		if r.isExit {
			nodes = g.Exit
		}
		implied := map[string]bool{}
		for _, need := range nodes[r.name].Needs {
			implied[need.Task] = true
		}
		r.task.DependsOn = slices.DeleteFunc(slices.Clone(r.task.DependsOn), func(name string) bool { return implied[name] })
		if len(r.task.DependsOn) == 0 {
			r.task.DependsOn = nil
		}
		d.put(r)
	}
	d.runIf()
}

// runIf finds the condition on the tasks before that compiles to what the object says.
func (d *pipelineDecompiler) runIf() {
	g := d.check()
	tasks, exit := compile.DAG{
		Tasks: maps.Clone(d.pipeline.Tasks), Nodes: g.Tasks,
	}, compile.DAG{Tasks: maps.Clone(d.pipeline.OnExit), Nodes: g.Exit}
	for _, r := range d.tasks {
		of := tasks
		if r.isExit {
			of = exit
		}
		found := r.task.RunIf
		for _, candidate := range []spec.RunIf{found, "", spec.AnySucceeded, spec.AllFailed, spec.AnyFailed, spec.AllDone, spec.Always} {
			t := r.task
			t.RunIf = candidate
			of.Tasks[r.name] = t
			if of.Depends(r.name) == r.outer.Depends {
				found = candidate
				break
			}
		}
		r.task.RunIf = found
		of.Tasks[r.name] = r.task
		d.put(r)
	}
}
