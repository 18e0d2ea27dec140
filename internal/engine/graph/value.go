package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// CheckInput finds what is wrong with the declaration of an input.
func CheckInput(l *problem.List, at problem.Path, in spec.Input) {
	if in.Type.IsArtifact() {
		if in.Default != nil {
			l.Errorf(
				at.Attr("default"), "Artifact with a default",
				"An input of type %s is a file of an earlier task, so it has no default. Remove default, or set optional = true.",
				in.Type,
			)
		}
		if len(in.AllowedValues) > 0 {
			l.Errorf(
				at.Attr("allowed_values"), "Artifact with allowed values",
				"An input of type %s is a file, so its values cannot be listed. Remove allowed_values.", in.Type,
			)
		}
		return
	}
	for i, v := range in.AllowedValues {
		checkConstant(l, at.Attr("allowed_values").Index(i), v, in.Type)
	}
	if in.Default != nil {
		checkValue(l, at.Attr("default"), *in.Default, in)
	}
}

// checkValue checks a constant against the type and the allowed values of an input.
func checkValue(l *problem.List, at problem.Path, text string, in spec.Input) {
	if text == spec.Unknown || !checkConstant(l, at, text, in.Type) {
		return
	}
	if len(in.AllowedValues) > 0 && !slices.Contains(in.AllowedValues, text) {
		l.Errorf(
			at, "Value not allowed", "%s is not among the allowed values: %s.", check.Value(at, text),
			problem.Quoted(in.AllowedValues),
		)
	}
}

func checkConstant(l *problem.List, at problem.Path, text string, want spec.Type) bool {
	if text == spec.Unknown {
		return true
	}
	if _, err := expr.Constant(text, want); err != nil {
		if check.RefuseExpression(l, at, text, "Let Terraform compute the value: ${…}.") {
			return false
		}
		message := err.Error()
		if shown := check.Value(at, text); !strings.HasPrefix(shown, `"`) {
			message = fmt.Sprintf("%s is not of type %s.", shown, want)
		}
		l.Errorf(at, "Wrong type", "%s", message)
		return false
	}
	return true
}

// CheckRun finds what is wrong with the parameters of a run.
func CheckRun(r spec.Run) problem.List {
	var l problem.List
	at := problem.At("parameters")
	if r.Pipeline.Name == "" {
		return l // not known yet
	}
	if !checkIsPipeline(&l, r.Pipeline) {
		return l
	}
	checkSameNamespace(&l, problem.At("pipeline"), r.Pipeline, "run", r.Namespace)
	inputs, given := checkAddresses(&l, at, r)
	CheckArguments(&l, at, "pipeline "+r.Pipeline.Name, inputs, given)
	l.Sort()
	return l
}

// checkAddresses checks the artifacts that a run is given by their addresses, and leaves the other parameters.
func checkAddresses(l *problem.List, at problem.Path, r spec.Run) (inputs map[string]spec.Input, given map[string]string) {
	inputs, given = maps.Clone(r.Pipeline.Inputs), maps.Clone(r.Parameters)
	for name, text := range r.Parameters {
		in := inputs[name]
		if !in.Type.IsArtifact() {
			continue
		}
		delete(inputs, name)
		delete(given, name)
		if text == spec.Unknown {
			continue
		}
		switch _, err := spec.ParseImport(text); {
		case in.Type.IsList():
			l.Errorf(
				at.Key(name), "List of artifacts as a parameter",
				"Parameter %q is of type %s, which only a task of another pipeline can give: an address is one artifact.", name, in.Type,
			)
		case check.RefuseExpression(l, at.Key(name), text, "Let Terraform compute the address: ${…}."):
		case err != nil:
			l.Errorf(at.Key(name), "Invalid address", "%s. Parameter %q is an artifact (%s), which a run is given by its address, "+
				"such as s3://bucket/key.", upper(err.Error()), name, in.Type)
		}
	}
	return inputs, given
}

// checkIsPipeline refuses a ref of something else, of whose inputs there is nothing to say then.
func checkIsPipeline(l *problem.List, ref spec.Ref) bool {
	if ref.Kind == spec.PipelineKind {
		return true
	}
	l.Errorf(problem.At("pipeline"), "Not a pipeline", "%q is a %s. Give the ref of a kfp_pipeline.", ref.Name, ref.Kind)
	return false
}

// checkSameNamespace refuses a component or pipeline in another namespace than what runs it. One of the same name in
// the other's namespace would run in its place, or nothing at all.
func checkSameNamespace(l *problem.List, at problem.Path, ref spec.Ref, user, namespace string) {
	if ref.Namespace == namespace || ref.Namespace == spec.Unknown || namespace == spec.Unknown {
		return
	}
	l.Errorf(at, "In another namespace", "%q is in namespace %q, the %s that uses it in %q. "+
		"Argo finds only templates of the run's own namespace; give both the same.", ref.Name, ref.Namespace, user, namespace)
}

// CheckArguments checks constants given for the inputs of a pipeline: unknown and missing names, types, allowed values.
func CheckArguments(
	l *problem.List, at problem.Path, what string, inputs map[string]spec.Input, given map[string]string,
) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		in, ok := inputs[name]
		if !ok {
			l.Errorf(
				at.Key(name), "Unknown parameter", "%s has no parameter %q.%s", upper(what), name,
				suggest(name, inputs, spec.Names(given)...),
			)
			continue
		}
		if in.Type.IsArtifact() {
			l.Errorf(
				at.Key(name), "Artifact as a parameter",
				"Parameter %q is of type %s, which a task of another pipeline can give, or a kfp_run by an address.", name, in.Type,
			)
			continue
		}
		checkValue(l, at.Key(name), given[name], in)
	}
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		if _, ok := given[name]; !ok && inputs[name].Required() {
			l.Errorf(
				at, "Missing parameter", "%s needs a value for %q (%s), which has no default.", upper(what), name, inputs[name].Type,
			)
		}
	}
}

func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// suggest says what may have been meant by a name that does not exist; what is given already was not.
func suggest[K any](name string, known map[string]K, given ...string) string {
	likely := []string{}
	for _, k := range spec.Names(known) {
		if !slices.Contains(given, k) {
			likely = append(likely, k)
		}
	}
	return problem.Suggest(name, spec.Names(known), likely...)
}
