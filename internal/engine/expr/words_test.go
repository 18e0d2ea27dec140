package expr_test

import (
	"strings"
	"testing"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/operator"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// candidates are all names that mean something to expr-lang or to Argo.
func candidates() []string {
	names := []string{
		"true", "false", "nil", "let", "if", "else", "env", "tasks", "inputs", "parameters", "each", "item", "value", "index", "run", "workflow",
		"outputs", "output", "status", "steps", "retries", "lastRetry", "sprig", "asInt", "jsonpath", "toJson", "name", "null", "b", "e1", "x0x",
	}
	for _, operators := range []map[string]operator.Operator{operator.Binary, operator.Unary} {
		for name := range operators {
			if spec.IsIdentifier(name) {
				names = append(names, name)
			}
		}
	}
	return append(names, builtin.Names...)
}

// A word is what expr-lang does not read as a name.
func TestWordsAreNoNames(t *testing.T) {
	t.Parallel()
	for _, name := range candidates() {
		tree, err := parser.Parse(name + ".Succeeded || " + name + ".Failed")
		isName := err == nil
		if isName {
			left := tree.Node.(*ast.BinaryNode).Left.(*ast.MemberNode).Node
			id, ok := left.(*ast.IdentifierNode)
			isName = ok && id.Value == name
		}
		if isName == expr.IsWord(name) {
			t.Errorf("%s: expr-lang reads a name: %v; IsWord: %v", name, isName, expr.IsWord(name))
		}
	}
}

// Whatever a task, an input, an output, a parameter or a field is called, expressions can say it, Argo reads what they
// compile to, and they are read back.
func TestEveryNameCanBeSaid(t *testing.T) {
	t.Parallel()
	for _, name := range candidates() {
		argoTask := strings.ReplaceAll(name, "_", "-")
		if expr.IsWord(name) {
			argoTask += "-"
		}
		w := newWorld().
			add("tasks."+name+".outputs.x", spec.Integer, "tasks."+argoTask+".outputs.parameters.x", 1).
			add("tasks.t.outputs."+name, spec.String, "tasks.t.outputs.parameters."+name, "{{v").
			add("parameters."+name, spec.Struct, "inputs.parameters."+name, map[string]any{name: "w", "list": []any{name}}).
			add("inputs."+name, spec.Integer, "inputs.parameters.in-"+name, 5)
		for _, e := range []struct {
			text string
			want spec.Type
		}{
			{"tasks." + name + ".outputs.x", spec.Integer},
			{"tasks['" + name + "'].outputs.x + 1", spec.Integer},
			{"tasks." + name + ".outputs.x ?? 5", spec.Integer},
			{"tasks.t.outputs." + name, spec.String},
			{"tasks.t.outputs." + name + " not in ['a', 'b'] and tasks.t.outputs." + name + " not contains 'x'", spec.Boolean},
			{"(tasks.t.outputs." + name + " ?? 'none') + '!'", spec.String},
			{"parameters." + name + "." + name, spec.String},
			{"parameters." + name + "?." + name + " ?? 'x'", spec.String},
			{"parameters." + name + ".list[0] in parameters." + name, spec.Boolean},
			{"{'" + name + "': parameters." + name + "." + name + ", b: 1}", spec.Struct},
			{"{'" + name + "': 1}." + name + " + inputs." + name, spec.Integer},
			{"map([parameters." + name + "], #." + name + ")", spec.List},
			{"inputs." + name, spec.Integer},
		} {
			checkAgreement(t, w, e.text, e.want, name)
			d := expr.NewDecompiler(w.env)
			for _, m := range modes(w.env, e.want) {
				checkLens(t, m, d, "{{ "+e.text+" }}")
			}
		}
	}
}
