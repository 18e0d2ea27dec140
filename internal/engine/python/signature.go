package python

import (
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// annotationsOf returns a reader of the function's annotations. Doubts are added to notes.
func (a *analysis) annotationsOf(notes *[]complaint) annotations {
	local := map[string]binding{}
	bindNames(a.def.body, func(name string, b binding) { local[name] = b })
	return annotations{
		file: a.file, origin: a.file, additional: a.additional, local: local, notes: notes, types: a.options.Types,
	}
}

// arguments reads the parameters of the function.
func (a *analysis) arguments() {
	var notes []complaint
	reader := a.annotationsOf(&notes)
	for _, p := range a.def.parameters.list {
		a.argument(reader, p)
	}
	for _, n := range notes {
		a.warnf(n.at, Signature, "Annotation says more than can be kept", "%s", n.text)
	}
}

func (a *analysis) argument(reader annotations, p parameter) {
	stars := map[parameterKind]string{variadic: "*", variadicKeyword: "**"}[p.kind]
	switch {
	case stars != "":
		a.errorf(p.span, Signature, "Any number of arguments", "The argument %q takes any number of values, but the "+
			"inputs of a component "+
			"are known one by one. Name each input, or take a list or a dict.", stars+p.name)
		return
	case !spec.IsIdentifier(p.name):
		a.errorf(p.span, Signature, "Argument cannot name an input", "The argument %q would be an input or an output of "+
			"this name. "+
			"Use at most 63 ASCII letters, digits and underscores, a letter first.", p.name)
		return
	case p.annotation == nil:
		a.errorf(p.span, Signature, "Argument without a type", "The argument %q of %s has no annotation, so that nothing "+
			"is known of its "+
			"type. Write it, such as \"%s: str\". %s", p.name, a.def.name, p.name, usable)
		return
	}
	m, c := reader.of(p.name).read(p.annotation)
	if c != nil {
		a.errorf(c.at, Signature, "Argument of an unusable type", "The argument %q of %s: %s", p.name, a.def.name, c.text)
		return
	}
	a.function.Arguments = append(
		a.function.Arguments, spec.Argument{Name: p.name, Passing: m.passing, Type: m.typ, Class: m.class},
	)
	a.bringClass(m.class)
	if m.passing == spec.PassEmbedded {
		a.checkEmbedded(p, m)
		return
	}
	if m.passing == spec.PassOutputArtifact || m.passing == spec.PassOutputPath {
		if p.value != nil {
			a.errorf(p.value.where(), Signature, "Output with a default", "The argument %q is where the function writes an "+
				"output, "+
				"which a caller never gives. Remove its default.", p.name)
		}
		if m.optional {
			a.errorf(p.annotation.where(), Signature, "Optional output", "The argument %q is where the function writes an "+
				"output, which "+
				"is always there. Remove Optional.", p.name)
		}
		a.output(p.name, m.typ, p.span)
		return
	}
	a.function.Interface.Inputs[p.name] = a.input(reader, p, m)
}

// input reads the default of an argument.
func (a *analysis) input(reader annotations, p parameter, m meaning) spec.Input {
	in := spec.Input{Type: m.typ, Optional: m.optional, AllowedValues: m.allowed}
	if m.passing == spec.PassFinalStatus {
		in.Type = spec.FinalStatus
	}
	if p.value == nil {
		return in
	}
	if a.options.Types != nil {
		in.Optional = true // what the default is, whoever knows the types knows too
		return in
	}
	v, c := reader.value(p.value)
	if c != nil {
		a.errorf(c.at, Signature, "Unusable default", "The default of the argument %q: %s", p.name, c.text)
		return in
	}
	if v == nil {
		in.Optional = true // also without Optional[…], as KFP has it
		return in
	}
	if m.typ.IsArtifact() || m.passing == spec.PassFinalStatus {
		a.errorf(
			p.value.where(), Signature, "Unusable default", "The argument %q takes an artifact, whose default can only be None.",
			p.name,
		)
		return in
	}
	if reason := misfit(v, m.typ); reason != "" {
		a.errorf(p.value.where(), Signature, "Default of another type", "The default of the argument %q does not fit its "+
			"annotation %s: %s. "+
			"Correct one of them.", p.name, a.code(p.annotation), reason)
		return in
	}
	text := textOf(v)
	if len(m.allowed) > 0 && !slices.Contains(m.allowed, text) {
		a.errorf(p.value.where(), Signature, "Default not allowed", "The default of the argument %q, %s, is not among the "+
			"values that its "+
			"annotation allows: %s.", p.name, text, strings.Join(m.allowed, ", "))
		return in
	}
	in.Default = &text
	return in
}

// output adds an output.
func (a *analysis) output(name string, t spec.Type, at span) {
	if _, ok := a.function.Interface.Outputs[name]; ok {
		a.errorf(at, Signature, "Two outputs of one name", "There is more than one output %q. Rename one.", name)
		return
	}
	a.function.Interface.Outputs[name] = spec.Output{Type: t}
}

// returns reads the return annotation.
func (a *analysis) returns() {
	if a.def.returns == nil {
		return
	}
	var notes []complaint
	result, c := a.annotationsOf(&notes).of(spec.DefaultOutput).result(a.def.returns)
	if c != nil {
		a.errorf(c.at, Signature, "Unusable return type", "%s cannot return this: %s", a.def.name, c.text)
		return
	}
	for _, n := range notes {
		a.warnf(n.at, Signature, "Annotation says more than can be kept", "%s", n.text)
	}
	switch {
	case result.none:
	case !result.named:
		a.function.ReturnsValue = true
		a.returned(spec.DefaultOutput, result.value.typ, result.value.class)
		a.output(spec.DefaultOutput, result.value.typ, a.def.returns.where())
	default:
		a.function.NamedOutputs = true
		for _, f := range result.fields {
			a.output(f.name, f.typ, f.at)
			a.returned(f.name, f.typ, f.class)
		}
		a.checkTuple(result)
	}
}

// returned notes an output that the function returns.
func (a *analysis) returned(name string, t spec.Type, class string) {
	a.returnedNames = append(a.returnedNames, name)
	a.returnsModel = a.returnsModel || class != "" && !t.IsArtifact()
	a.bringClass(class)
}

// checkTuple refuses a plain tuple whose field names the pod could not know: those of a class of the file, which a
// lightweight function does not bring along.
func (a *analysis) checkTuple(r result) {
	if !r.declared || !a.options.Lightweight {
		return
	}
	walkStatements(a.def.body, func(s stmt) {
		ret, ok := s.(*returnStmt)
		if !ok || ret.value == nil {
			return
		}
		if _, ok := unparen(ret.value).(*tupleExpr); ok {
			a.errorf(ret.span, Signature, "Tuple without names", "The pod runs the function alone, without the class %s, and "+
				"cannot know "+
				"which value is which output. Write the type into the annotation, as in NamedTuple('Outputs', [('a', int), "+
				"('b', str)]), "+
				"or bake the file into an image with kfp_image.", a.code(a.def.returns))
		}
	})
}
