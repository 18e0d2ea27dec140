package decompile

import (
	"reflect"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// adopt takes from prior every part that compiles to the same as what was found: how something is spelled, and what an
// object does not hold. version compiles found as it is; an empty version means that it does not compile.
func adopt[S any](found *S, prior S, version func() string) {
	want := version()
	if want == "" {
		return
	}
	a := adopter{same: func() bool { return version() == want }}
	a.value(reflect.ValueOf(found).Elem(), reflect.ValueOf(prior))
}

type adopter struct{ same func() bool }

func (a adopter) value(found, prior reflect.Value) {
	if reflect.DeepEqual(found.Interface(), prior.Interface()) {
		return
	}
	before := reflect.New(found.Type()).Elem()
	before.Set(found)
	found.Set(prior)
	if a.same() {
		return
	}
	found.Set(before)
	switch found.Kind() {
	case reflect.Struct:
		for i := range found.NumField() {
			a.value(found.Field(i), prior.Field(i))
		}
	case reflect.Pointer:
		if !found.IsNil() && !prior.IsNil() {
			own := reflect.New(found.Type().Elem())
			own.Elem().Set(found.Elem())
			found.Set(own)
			a.value(own.Elem(), prior.Elem())
		}
	case reflect.Map:
		a.entries(found, prior)
	}
}

// entries takes the entries of a map one by one, those that only one of the two has too.
func (a adopter) entries(found, prior reflect.Value) {
	own := reflect.MakeMap(found.Type())
	for _, key := range found.MapKeys() {
		own.SetMapIndex(key, found.MapIndex(key))
	}
	found.Set(own)
	for _, key := range prior.MapKeys() {
		was := own.MapIndex(key)
		if !was.IsValid() {
			own.SetMapIndex(key, prior.MapIndex(key))
			if !a.same() {
				own.SetMapIndex(key, reflect.Value{})
			}
			continue
		}
		element := reflect.New(was.Type()).Elem()
		element.Set(was)
		inMap := adopter{same: func() bool {
			own.SetMapIndex(key, element)
			return a.same()
		}}
		inMap.value(element, prior.MapIndex(key))
		own.SetMapIndex(key, element)
	}
	for _, key := range own.MapKeys() {
		if prior.MapIndex(key).IsValid() {
			continue
		}
		was := own.MapIndex(key)
		own.SetMapIndex(key, reflect.Value{})
		if !a.same() {
			own.SetMapIndex(key, was)
		}
	}
}

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

func compiledPrior(prior spec.Pipeline) *wfv1.WorkflowTemplate {
	g, problems := graph.Check(prior)
	if problems.HasError() {
		return nil
	}
	o, err := compile.Pipeline(g)
	if err != nil {
		return nil
	}
	return o.Template
}

// unchangedTasks names the tasks (by path) that are in the object what was compiled before. They need not be read, and
// can stay even where other tasks that they refer to are gone.
func unchangedTasks(w, before *wfv1.WorkflowTemplate) map[string]bool {
	if before == nil {
		return nil
	}
	live := taskFragments(w)
	unchanged := map[string]bool{}
	for path, text := range taskFragments(before) {
		unchanged[path] = live[path] == text
	}
	return unchanged
}

// taskFragments is all that an object says of each task, as text.
func taskFragments(w *wfv1.WorkflowTemplate) map[string]string {
	named := templatesOf(w)
	fragments := map[string]string{}
	tasks, exit := groupsOf(w.Spec, named)
	for attribute, t := range map[string]*wfv1.Template{"tasks": tasks, "on_exit": exit} {
		if t == nil || t.DAG == nil {
			continue
		}
		end := layout.EndOf(t.DAG.Tasks)
		for _, task := range t.DAG.Tasks {
			all := append([]any{task}, wrappersOf(task.Template, named)...)
			if end != nil {
				all = append(all, layout.HandledByEnd(*end, task.Name))
			}
			if text, err := wire.Marshal(all); err == nil {
				fragments[layout.Keyed(attribute, layout.SpecName(task.Name))] = text
			}
		}
	}
	return fragments
}

// wrappersOf are the templates between a task and what it runs: at most a loop, a lock and a retry. Somebody may have
// made templates that call each other without end.
func wrappersOf(template string, named map[string]*wfv1.Template) []any {
	var all []any
	for range 3 {
		t := named[template]
		all = append(all, t)
		step, task := layout.OnlyStep(t), onlyTask(t)
		switch {
		case step != nil:
			template = step.Template
		case task != nil:
			template = task.Template
		default:
			return all
		}
		if named[template] == nil || isOfGroup(template) {
			return all
		}
	}
	return all
}

// bases are what the places of one round share.
type bases struct {
	tasks, exit *expr.Decompiler
	passed      map[string]string // by name; see passedText
}

// decompiler is one for a place of a round, which begins with a new graph.
func (d *pipelineDecompiler) decompiler(env expr.Env, isExit bool) *expr.Decompiler {
	base := &d.bases.tasks
	if isExit {
		base = &d.bases.exit
	}
	if *base == nil {
		*base = expr.NewDecompiler(expr.Env{Shared: env.Shared})
	}
	return (*base).With(env.Own)
}

// passedText is what a wrapper is given for a name.
func (d *pipelineDecompiler) passedText(name string, v expr.Var, env expr.Env, isExit bool) string {
	key := name
	if isExit {
		key = "exit " + name
	}
	if text, ok := d.bases.passed[key]; ok {
		return text
	}
	text, err := compile.PassedValue(name, v, env)
	if err != nil {
		text = ""
	}
	layout.Set(&d.bases.passed, key, text)
	return text
}
