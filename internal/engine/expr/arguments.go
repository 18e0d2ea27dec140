package expr

import (
	"errors"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// An element of a container's command or arguments may be several arguments, or none: where its expression gives a
// list, or nil. A reference alone is always one argument, whatever its type, or none where it is absent.

var errSpreads = errors.New("the text need not be exactly one argument")

// Spreads reports whether a text need not be exactly one argument.
func (t *Typed) Spreads() bool {
	if len(t.parts) != 1 || t.parts[0].node == nil {
		return false
	}
	b := t.all[0].again()
	if len(b.errors) > 0 {
		return false
	}
	if v, ok := b.variable(b.root); ok {
		return v.Optional
	}
	return b.presence(b.root, true) || slices.ContainsFunc(choices(b.root), func(choice ast.Node) bool {
		return b.infer(choice).IsList()
	})
}

// CompileArguments writes an expression for the list of the arguments that texts make. The container sees them as they
// are, as those of CompileContainerArg.
func CompileArguments(texts []*Typed) (string, error) {
	lists := make([]ast.Node, 0, len(texts))
	for _, t := range texts {
		list, err := t.arguments()
		if err != nil {
			return "", err
		}
		lists = append(lists, list)
	}
	return printArgo(escapedArguments(lists)), nil
}

func escapedArguments(lists []ast.Node) ast.Node {
	return each(builtin("concat", lists...), replaceAll(replaceAll(element(), "$", "$$"), "{", apart))
}

// compileArgument writes a tag for the list of the arguments that one text makes, before it is made safe.
func (t *Typed) compileArgument() (string, error) {
	list, err := t.arguments()
	if err != nil {
		return "", err
	}
	return tag(list), nil
}

// arguments is the list of the arguments that a text makes.
func (t *Typed) arguments() (ast.Node, error) {
	all, err := t.bound()
	if err != nil {
		return nil, err
	}
	if !t.Spreads() {
		return list(t.shown(all)), nil
	}
	b := all[0]
	if v, ok := b.variable(b.root); ok {
		return choose(v.present(), list(v.decoded()), list()), nil
	}
	return b.spread(b.root), nil
}

func list(elements ...ast.Node) ast.Node { return &ast.ArrayNode{Nodes: elements} }

// spread is the list of the arguments that a node makes.
func (b *bound) spread(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.NilNode:
		return list()
	case *ast.ArrayNode:
		return list(mapNodes(n.Nodes, b.shown)...)
	case *ast.ConditionalNode:
		return choose(b.value(n.Cond), b.spread(n.Exp1), b.spread(n.Exp2))
	case *ast.IdentifierNode:
		if v, ok := b.variable(n); ok && v.Optional {
			return choose(v.present(), b.spreadValue(n), list())
		}
	case *ast.BinaryNode:
		if n.Operator == "??" && b.optional(n) {
			all := operands(n)
			last := len(all) - 1
			result := b.spread(all[last])
			for _, o := range slices.Backward(all[:last]) {
				v, _ := b.variable(o)
				result = choose(v.present(), b.spreadValue(o), result)
			}
			return result
		}
	}
	return b.spreadValue(node)
}

// spreadValue is spread for what is computed as a whole.
func (b *bound) spreadValue(node ast.Node) ast.Node {
	value, of := b.value(node), b.infer(node)
	switch elem, isList := of.Elem(); {
	case !isList && of != spec.Any && b.mayGiveNil(node):
		return choose(binary("==", value, &ast.NilNode{}), list(), list(shownValue(value, of)))
	case !isList:
		return list(shownValue(value, of))
	case elem == spec.String:
		return value
	default:
		return each(value, shownValue(element(), elem))
	}
}

// shownValue is what a reader sees of a value: strings as they are, everything else as JSON.
func shownValue(value ast.Node, of spec.Type) ast.Node {
	switch of {
	case spec.String:
		return value
	case spec.Any:
		return choose(binary("==", builtin("type", value), text("string")), value, toJSON(value))
	}
	return toJSON(value)
}

// Arguments undoes CompileArguments.
func (d *Decompiler) Arguments(argo string) ([]string, bool) {
	tree, err := parseTree(argo)
	if err != nil || len(argo) > maxArgo {
		return nil, false
	}
	args, ok := call(tree.Node, "map", 2)
	if !ok {
		return nil, false
	}
	concat, ok := args[0].(*ast.BuiltinNode)
	if !ok || concat.Name != "concat" || printArgo(escapedArguments(concat.Arguments)) != argo {
		return nil, false
	}
	texts := make([]string, len(concat.Arguments))
	isOpen := false // one of the texts need not be exactly one argument
	for i, argument := range concat.Arguments {
		if texts[i], ok = d.argument(argument); !ok {
			return nil, false
		}
		t, _ := Parse(texts[i])
		isOpen = isOpen || t.In(d.env).Spreads()
	}
	if isOpen {
		return texts, true
	}
	texts[0], ok = d.spread(concat.Arguments[0])
	return texts, ok
}

// argument reads the list of the arguments that one text makes: one where that will do.
func (d *Decompiler) argument(list ast.Node) (string, bool) {
	only := onlyElement(list)
	if data, ok := only.(*ast.StringNode); ok {
		var b strings.Builder
		undoer{d: d}.data(&b, data.Value, false)
		if text, ok := d.proved(tag(list), spec.Any, (*Typed).compileArgument, b.String()); ok {
			return text, true
		}
	}
	u := undoer{strip: onlyElement}
	if text, ok := d.For(true).candidates(tag(list), spec.Any, (*Typed).compileArgument, u); ok {
		return text, true
	}
	return d.spread(list)
}

func (d *Decompiler) spread(list ast.Node) (string, bool) {
	return d.For(true).candidates(tag(list), spec.Any, (*Typed).compileArgument, undoer{})
}

// onlyElement takes the only element out of a list.
func onlyElement(node ast.Node) ast.Node {
	if n, ok := node.(*ast.ArrayNode); ok && len(n.Nodes) == 1 {
		return n.Nodes[0]
	}
	return node
}
