package graph

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// tasks checks each task: what it runs, its inputs, and every text with its type.
func (c *checker) tasks() {
	for name, t := range c.pipeline.Tasks {
		c.task(problem.At("tasks").Key(name), t, c.graph.Tasks[name], c.graph.Scope.Task(name))
		c.finalStatusElsewhere(problem.At("tasks").Key(name), t)
	}
	for name, t := range c.pipeline.OnExit {
		c.task(problem.At("on_exit").Key(name), t, c.graph.Exit[name], c.graph.Scope.Exit(name))
	}
}

// loops finds the types of each.value, in the order of the graph, since a loop may go over another one's outputs.
func (c *checker) loops() {
	for _, name := range c.graph.Order {
		c.loop(c.graph.Tasks[name], c.graph.Scope.tasks)
	}
	for _, name := range c.exitOrder {
		c.loop(c.graph.Exit[name], c.graph.Scope.exit)
	}
}

func (c *checker) loop(n *Node, names map[string]expr.Var) {
	for _, t := range n.texts {
		if !t.is("for_each") || t.template == nil || len(t.errors) > 0 {
			continue
		}
		if constant, ok := t.template.Constant(); ok {
			if elem, err := expr.ElementType(constant); err == nil {
				n.Item = elem
			}
			continue
		}
		if got, errs := t.template.In(Env{Shared: names}).Check(spec.Any); len(errs) == 0 {
			if elem, ok := got.Elem(); ok {
				n.Item = elem
			}
		}
	}
}

// displayable is what Argo's controller accepts; it fails the task otherwise.
var displayable = regexp.MustCompile(`^[a-zA-Z0-9][-a-zA-Z0-9.]{0,61}[a-zA-Z0-9]$`)

func (c *checker) task(at problem.Path, t spec.Task, n *Node, env Env) {
	c.component(at, t)
	if t.DisplayName != "" && t.DisplayName != spec.Unknown && !displayable.MatchString(t.DisplayName) {
		c.problems.Errorf(
			at.Attr("display_name"), "Invalid display name",
			"%q cannot be shown: Argo takes 2 to 63 letters, digits, hyphens and dots, with a letter or digit at both ends.",
			t.DisplayName,
		)
	}
	inputs := at.Attr("inputs")
	c.inputs(inputs, t)
	ofAttempts := env
	if t.Retry != nil || c.pipeline.Defaults.Retry != nil {
		ofAttempts = settings.OfAttempts(env)
	}
	for i := range n.texts {
		if n.texts[i].attempts {
			c.text(at, &n.texts[i], ofAttempts)
			continue
		}
		c.text(at, &n.texts[i], env)
	}
	c.constants(inputs, t, n)
	c.items(inputs, t, n)
	c.absentOutputs(at, t, n)
	c.ids(at, t, n)
	checkPodless(&c.problems, at, t)
	checkFlow(&c.problems, at, t, n)
	if t.AreUnset() {
		return
	}
	settings.CheckTask(&c.problems, at, &c.pipeline.Defaults, &t.Settings)
	held := c.pipeline.Options.Synchronization
	if c.around != nil {
		held = c.around.Options.Synchronization
	}
	checkHeld(&c.problems, at.Attr("synchronization"), held, t.Synchronization)
}

func (c *checker) component(at problem.Path, t spec.Task) {
	ref := t.Component
	if ref.Kind == spec.ImportKind {
		c.imported(at.Attr("import").Attr("type"), ref.Outputs[spec.ImportOutput].Type)
		return
	}
	if ref.Name == "" {
		return // not known yet
	}
	checkSameNamespace(&c.problems, at.Attr("component"), ref, "pipeline", c.pipeline.Namespace)
	if ref.Kind == spec.PipelineKind && ref.Name == c.pipeline.Name {
		c.problems.Errorf(at.Attr("component"), "Pipeline inside itself", "Pipeline %q cannot be a task of itself.", ref.Name)
	}
}

// imported checks the type of an artifact that exists already.
func (c *checker) imported(at problem.Path, t spec.Type) {
	if !t.IsArtifact() || t.IsList() {
		c.problems.Errorf(
			at, "Not a type of artifacts", "%q is no type that one artifact can have. Write Artifact, Dataset, Model, Metrics, "+
				"ClassificationMetrics, HTML, Markdown, or a title of your own, such as acme.Scorecard.", t,
		)
	}
}

// inputs checks the names; the texts check the types.
func (c *checker) inputs(at problem.Path, t spec.Task) {
	if t.Component.Name == "" {
		return
	}
	what := func() string { return upper(fmt.Sprintf("%s %q", t.Component.Kind, t.Component.Name)) }
	for _, name := range spec.Names(t.Inputs) {
		if _, ok := t.Component.Inputs[name]; !ok {
			c.problems.Errorf(
				at.Key(name), "Unknown input", "%s has no input %q.%s", what(), name,
				suggest(name, t.Component.Inputs, spec.Names(t.Inputs)...),
			)
		}
	}
	for _, name := range spec.Names(t.Component.Inputs) {
		in := t.Component.Inputs[name]
		if _, given := t.Inputs[name]; !given && in.Required() && !t.OpenInputs {
			c.problems.Errorf(
				at, "Missing input", "%s needs input %q (%s), which has no default. Add it to inputs.", what(), name, in.Type,
			)
		}
	}
}

// artifactRemedy says what can stand for an artifact: an address is one file, never a list of them.
func artifactRemedy(t text) string {
	if t.want.IsList() {
		return "A list of artifacts is what a loop has made: give the output of a task with for_each, such as {{ " +
			"tasks.load.output }}. An address is one artifact; read several of them in a loop: for_each over the addresses, " +
			"in a pipeline or a task that takes one."
	}
	return "Give the output of a task, such as {{ tasks.load.output }}, or the address of an object that exists, such " +
		"as s3://bucket/key."
}

// text checks one text of the task at a path, in the scope of the task.
func (c *checker) text(task problem.Path, t *text, env Env) {
	if t.template != nil {
		t.typed = t.template.In(env)
	}
	at := t.place(task)
	if t.unknown || t.want == "" || t.inDefaults && c.reported(at) {
		return
	}
	errs := t.errors
	if _, constant := t.constant(); constant && t.want.IsArtifact() {
		c.problems.Errorf(
			at, "Text where an artifact is wanted", "%q is a text, and the input takes an artifact (%s). %s",
			t.raw, t.want, artifactRemedy(*t),
		)
		return
	}
	if t.imported {
		if _, err := spec.ParseImport(t.raw); err != nil {
			c.problems.Errorf(at, "Invalid address", "%s.", upper(err.Error()))
		}
	}
	if t.typed != nil && len(errs) == 0 {
		var got spec.Type
		got, errs = typeOf(t.typed, t.want, t.optional)
		if constant, ok := t.constant(); ok && len(errs) > 0 && t.is("for_each") && strings.HasPrefix(constant, "{") {
			errs[0].Remedy = "For a map, make a list of it: " + mapAsList
		}
		if len(errs) == 0 {
			c.value(at, *t, got)
		}
	}
	said := ""
	if t.inDefaults {
		said = fmt.Sprintf(" That is for %s of the %s.", task, c.what())
	}
	c.textErrors(at, *t, errs, said)
}

// value checks that a value of a type can stand where the text does.
func (c *checker) value(at problem.Path, t text, got spec.Type) {
	if t.scalar && !isScalar(got) {
		c.problems.Errorf(
			at, "Wrong type", "%s is of type %s; here a string, an integer, a float or a boolean can stand.", t.raw, got,
		)
	}
	if t.objects && !areObjects(got) {
		c.problems.Errorf(
			at, "Wrong type", "%s is of type %s; here a struct, a list of such or nil can stand.", t.raw, got,
		)
	}
}

// textErrors tells what is wrong with the expressions of a text.
func (c *checker) textErrors(at problem.Path, t text, errs []expr.Error, said string) {
	for _, e := range errs {
		c.problems.Errorf(at, "Invalid expression", "%s%s", e.Describe(t.raw), said)
	}
}

// areObjects reports whether a value is one struct, or several.
func areObjects(t spec.Type) bool {
	elem, isList := t.Elem()
	return t == spec.Struct || t == spec.Any || t == spec.List || isList && elem == spec.Struct
}

// typeOf finds the type of a text. Where it comes from is not known yet, any will do.
func typeOf(t *expr.Typed, want spec.Type, optional bool) (spec.Type, []expr.Error) {
	of := t.Check
	if optional {
		of = t.CheckOptional
	}
	if isOfOpen(t) {
		got, errs := of(spec.Any)
		if !got.IsArtifact() {
			return got, errs
		}
		if want == spec.Any || got.AssignableTo(want) {
			return got, nil // there is an artifact among the choices, and all else may be one
		}
	}
	got, errs := of(want)
	if want == spec.Any && got.IsArtifact() {
		return of(got)
	}
	return got, errs
}

// isOfOpen reports whether a text uses something of which nothing is known yet.
func isOfOpen(t *expr.Typed) bool {
	for v := range t.Variables() {
		if v.Type == spec.Any && v.Open {
			return true
		}
	}
	return false
}

// isScalar reports whether a value is shown as one word of text. Any is what a field of a struct is.
func isScalar(t spec.Type) bool {
	return t == spec.String || t == spec.Integer || t == spec.Float || t == spec.Boolean || t == spec.Any
}

// constants checks constants against the allowed values of their inputs. The texts check their types.
func (c *checker) constants(at problem.Path, t spec.Task, n *Node) {
	for _, text := range n.texts {
		constant, ok := text.constant()
		if !ok || text.input == "" {
			continue
		}
		checkForgottenBraces(&c.problems, at.Key(text.input), constant)
		in := t.Component.Inputs[text.input]
		if _, err := expr.Constant(constant, in.Type); err == nil {
			checkValue(&c.problems, at.Key(text.input), constant, in)
		}
	}
}

// outputs checks what the pipeline gives and finds the types.
func (c *checker) outputs() {
	c.graph.Outputs, c.graph.Given, c.graph.open = map[string]spec.Output{}, map[string]*expr.Typed{}, map[string]bool{}
	env := c.graph.Scope.Outputs()
	from := map[string]string{}
	for _, name := range spec.Names(c.pipeline.Outputs) {
		at := problem.At("outputs").Key(name)
		raw := c.pipeline.Outputs[name]
		c.graph.Outputs[name], c.graph.open[name] = spec.Output{Type: spec.String}, true
		given := c.given[name]
		if given.unknown {
			continue
		}
		errs := given.errors
		var got spec.Type
		isOptional := false
		if given.template != nil {
			if c.listOut(at, given.template) {
				continue
			}
			typed := given.template.In(env)
			c.graph.Given[name] = typed
			isOptional = c.isOptionalOutput(typed)
			got, errs = typeOf(typed, spec.Any, isOptional)
		}
		for _, e := range errs {
			c.problems.Errorf(at, "Invalid expression", "%s", e.Describe(raw))
		}
		if len(errs) == 0 {
			c.graph.Outputs[name] = spec.Output{Type: got, Optional: isOptional}
			c.graph.open[name] = isOfOpen(c.graph.Given[name])
			c.absentOutput(at, given, isOptional)
			if got.IsArtifact() {
				c.collectable(at, name, given.template, from)
			}
		}
	}
}

// checkFlow finds conditions and bounds that mean nothing.
func checkFlow(l *problem.List, at problem.Path, t spec.Task, n *Node) {
	if t.RunIf != "" {
		check.Choice(l, at.Attr("run_if"), "Unknown condition", string(t.RunIf), texts(spec.RunIfs))
	}
	switch {
	case t.Parallelism == nil:
	case t.ForEach == "" && t.Approval == nil:
		l.Errorf(
			at.Attr("parallelism"), "Setting without a use",
			"The task has no for_each, and runs once. Remove parallelism, or add for_each.",
		)
	case *t.Parallelism < 1:
		l.Errorf(
			at.Attr("parallelism"), "Invalid number",
			"With %d items at a time none could ever run. Write at least 1, or leave parallelism out for no bound.",
			*t.Parallelism,
		)
	}
	if t.RunIf != "" && t.RunIf != spec.AllSucceeded && len(n.Needs) == 0 {
		l.Warnf(
			at.Attr("run_if"), "Condition on no task",
			"run_if = %q looks at the tasks before this one, and there are none: it runs at once. Name them in depends_on.",
			t.RunIf,
		)
	}
}
