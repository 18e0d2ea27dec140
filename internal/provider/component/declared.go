package component

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// source is where the inputs and outputs of a component come from that need not be declared.
type source struct{ title, what, says, remedy string }

var (
	signature = source{"signature", "function", "the function says", "The signature of a Python function tells its"}
	ofPackage = source{"package", "package", "the package says", "The package tells its"}
)

// derived reports whether the inputs and outputs follow from the rest, and from what of it.
func (m Model) derived() (source, bool) {
	if m.isPackage() {
		return ofPackage, true
	}
	return signature, !m.Python.IsNull()
}

// checkDeclared compares inputs and outputs that the configuration declares with those that follow from the rest. They
// need not be declared, but generated configurations do so.
func (m Model) checkDeclared(ctx context.Context, found spec.Interface) diag.Diagnostics {
	var diags diag.Diagnostics
	var problems problem.List
	t := kit.Reader{Diags: &diags}
	from, isDerived := m.derived()
	if !isDerived {
		return diags
	}
	if kit.IsKnown(m.Inputs) {
		compareDeclared(&problems, from, "inputs", kit.InputsSpec(ctx, m.Inputs, &t), found.Inputs, inputText)
	}
	if kit.IsKnown(m.Outputs) {
		compareDeclared(&problems, from, "outputs", kit.OutputsSpec(ctx, m.Outputs, &t), found.Outputs, outputText)
	}
	if !t.Unknown {
		kit.AddProblems(&diags, problems)
	}
	return diags
}

// compareDeclared finds what is declared otherwise than it is. show writes what there is to say of an element.
func compareDeclared[V any](
	problems *problem.List, from source, attribute string, declared, found map[string]V, show func(V) string,
) {
	at := problem.At(attribute)
	remedy := fmt.Sprintf("%s %s: remove %s here, or make both the same.", from.remedy, attribute, attribute)
	what := strings.TrimSuffix(attribute, "s")
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		is, ok := found[name]
		switch {
		case !ok:
			problems.Errorf(
				at.Key(name), "Not in the "+from.title, "The %s has no %s %q; it has %s. %s", from.what, what, name,
				namesOf(found), remedy,
			)
		case show(declared[name]) != show(is):
			problems.Errorf(
				at.Key(name), "Not as in the "+from.title, "Declared is %s, %s %s. %s", show(declared[name]), from.says,
				show(is), remedy,
			)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if _, ok := declared[name]; !ok {
			problems.Errorf(
				at, "Not as in the "+from.title, "The %s has the %s %q (%s), which is not declared. %s", from.what, what,
				name, show(found[name]), remedy,
			)
		}
	}
}

func namesOf[V any](m map[string]V) string {
	if len(m) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}

func inputText(in spec.Input) string {
	text := "type " + string(in.Type)
	if in.Default != nil {
		text += fmt.Sprintf(", default %q", *in.Default)
	}
	if in.Optional {
		text += ", optional"
	}
	if len(in.AllowedValues) > 0 {
		text += fmt.Sprintf(", allowed_values %q", in.AllowedValues)
	}
	return text + described(in.Description)
}

func outputText(o spec.Output) string { return "type " + string(o.Type) + described(o.Description) }

func described(text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf(", description %q", text)
}
