package expr

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Check finds what is wrong with a text where a value of type want is expected, and returns the type that it has.
func (t *Template) Check(env Env, want spec.Type) (spec.Type, []Error) {
	if len(t.parts) == 0 {
		t.parts = []part{{}}
	}
	if t.IsConstant() {
		text := t.parts[0].literal
		if _, err := Constant(text, want); err != nil {
			return "", []Error{{Message: err.Error()}}
		}
		return want, nil
	}
	var errs []Error
	got := spec.String
	for _, p := range t.parts {
		if p.expression == nil {
			continue
		}
		typ, problems := p.expression.check(env)
		errs = append(errs, problems...)
		got = typ
	}
	if len(errs) > 0 {
		return "", errs
	}
	if len(t.parts) > 1 {
		if got.IsArtifact() {
			return "", []Error{{Message: "an artifact cannot be part of a text", Remedy: "Pass it as an input of its own."}}
		}
		got = spec.String
	}
	if !got.AssignableTo(want) {
		return got, []Error{{Offset: t.firstOffset(), Message: fmt.Sprintf("this is of type %s, but type %s is expected", got, want), Remedy: convert(got, want)}}
	}
	return got, nil
}

func (t *Template) firstOffset() int {
	for _, p := range t.parts {
		if p.expression != nil {
			return p.expression.offset
		}
	}
	return 0
}

// convert says how to get from one type to another.
func convert(got, want spec.Type) string {
	switch {
	case got.IsArtifact() || want.IsArtifact():
		return ""
	case want == spec.String:
		return "Use string(…)."
	case want == spec.Integer && (got == spec.Float || got == spec.String):
		return "Use int(…)."
	case want == spec.Float && got == spec.String:
		return "Use float(…)."
	case want == spec.Boolean:
		return "Compare it with something, as in x == \"yes\"."
	}
	return ""
}

// check types one expression. A bare reference has exactly its variable's type.
func (e *expression) check(env Env) (spec.Type, []Error) {
	if e.tree == nil {
		return spec.Any, nil
	}
	var errs []Error
	for _, r := range e.refs {
		base, _, ok := split(env, r.Name)
		if !ok {
			message, remedy := env.unknown(r.Name)
			errs = append(errs, Error{Offset: e.offset + r.Offset, Message: message, Remedy: remedy})
			continue
		}
		if v, _ := env.Lookup(base); v.Nullable && !r.Guarded && len(e.refs) == 1 && e.bare() == nil {
			continue
		}
	}
	if len(errs) > 0 {
		return "", errs
	}
	if v := e.variable(env); v != nil {
		return v.Type, nil
	}
	return e.checkTyped(env)
}

// bare returns the reference that the expression is, if it is nothing else.
func (e *expression) bare() *Reference {
	if len(e.refs) == 1 && e.refs[0].node == e.tree {
		return &e.refs[0]
	}
	return nil
}

// variable returns the variable that the expression is, if it is nothing else.
func (e *expression) variable(env Env) *Var {
	r := e.bare()
	if r == nil {
		return nil
	}
	if v, ok := env.Lookup(r.Name); ok {
		return &v
	}
	return nil
}

// disabled functions would give another result at each evaluation, or are not what Argo has.
var disabled = []string{"now", "date", "duration", "timezone"}

// checkTyped runs expr-lang's checker over a copy in which each reference is a variable with a Go type.
func (e *expression) checkTyped(env Env) (spec.Type, []Error) {
	copied, err := parser.Parse(e.source)
	if err != nil {
		return "", []Error{syntaxError(err, e.offset)}
	}
	variables := types.Map{}
	for i, r := range references(copied.Node) {
		base, below, _ := split(env, r.Name)
		v, _ := env.Lookup(base)
		if v.Type.IsArtifact() {
			return "", []Error{{Offset: e.offset + r.Offset, Message: fmt.Sprintf("%s is an artifact, which an expression cannot read", base), Remedy: "Use it as it is: {{ " + base + " }}."}}
		}
		name := fmt.Sprintf("kfp_%d", i)
		variables[name] = types.Any
		if value := sample(v.Type); value != nil {
			variables[name] = types.TypeOf(value)
		}
		replace(&copied.Node, r.node, identifier(name, below, r.node))
	}
	config := conf.New(variables)
	config.Strict = true
	for _, name := range disabled {
		config.Disabled[name] = true
		delete(config.Builtins, name)
	}
	got, err := checker.Check(copied, config)
	if err != nil {
		return "", []Error{checkError(err, e.offset)}
	}
	return specType(got), nil
}

// identifier is a variable with the members that follow, at the place of the reference.
func identifier(name string, below []string, at ast.Node) ast.Node {
	var node ast.Node = &ast.IdentifierNode{Value: name}
	node.SetLocation(at.Location())
	for _, field := range below {
		property := &ast.StringNode{Value: field}
		property.SetLocation(at.Location())
		node = &ast.MemberNode{Node: node, Property: property}
		node.SetLocation(at.Location())
	}
	return node
}

func checkError(err error, offset int) Error {
	var located *file.Error
	if !errors.As(err, &located) {
		return Error{Offset: offset, Message: err.Error()}
	}
	message := located.Message
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		return Error{Offset: offset + located.From, Message: "there is no function or name " + name, Remedy: "Names start with parameters, tasks, each, run or schedule."}
	}
	return Error{Offset: offset + located.From, Message: message}
}

// sample is a Go value of the type that expr-lang's checker knows a type by; nil for one that is not known.
func sample(t spec.Type) any {
	switch t {
	case spec.String:
		return ""
	case spec.Integer:
		return 0
	case spec.Float:
		return 0.0
	case spec.Boolean:
		return false
	case spec.Struct:
		return map[string]any{}
	}
	if elem, ok := t.Elem(); ok {
		if e := reflect.TypeOf(sample(elem)); e != nil {
			return reflect.MakeSlice(reflect.SliceOf(e), 0, 0).Interface()
		}
		return []any{}
	}
	return nil
}

// specType is the type of a checked expression.
func specType(t reflect.Type) spec.Type {
	if t == nil {
		return spec.Any
	}
	switch t.Kind() {
	case reflect.String:
		return spec.String
	case reflect.Bool:
		return spec.Boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return spec.Integer
	case reflect.Float32, reflect.Float64:
		return spec.Float
	case reflect.Map:
		return spec.Struct
	case reflect.Slice, reflect.Array:
		if elem := specType(t.Elem()); elem != spec.Any {
			return spec.ListOf(elem)
		}
		return spec.List
	}
	return spec.Any
}

// replace puts a node in the place of another.
func replace(root *ast.Node, old, fresh ast.Node) {
	if *root == old {
		*root = fresh
		return
	}
	ast.Walk(root, replacer{old, fresh})
}

type replacer struct{ old, fresh ast.Node }

func (r replacer) Visit(node *ast.Node) {
	if *node == r.old {
		*node = r.fresh
	}
}
