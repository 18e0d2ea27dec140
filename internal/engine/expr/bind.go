package expr

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// bound is an expression whose names are resolved: each is an identifier ref0, ref1, … in a tree of its own, on which
// expr-lang's checker has put types.
type bound struct {
	root   ast.Node
	refs   []ref // ref0, ref1, …
	offset int
	errors []Error
	env    Env
}

// ref is one use of a variable.
type ref struct {
	name     string
	variable Var
}

// artifact is the Go type of artifacts for the checker: no operator takes it.
type artifact struct{}

// bind resolves the names of an expression and checks its types.
func (p part) bind(env Env) *bound {
	b := &bound{offset: p.offset, env: env}
	if _, known := env.Lookup(p.name); known && p.name != "" {
		b.root = b.refer(p.name, file.Location{From: p.nameAt, To: p.nameAt + len(p.name)})
		return b
	}
	b.root = b.resolve(p.node)
	if len(b.errors) > 0 {
		return b
	}
	if _, bare := b.root.(*ast.IdentifierNode); !bare && !b.joinsStrings(b.root) {
		b.check()
	}
	if len(b.errors) == 0 {
		b.wholeArtifacts(b.root, true)
	}
	return b
}

// again is the expression for a check of its own, whose errors stay apart.
func (b *bound) again() *bound {
	other := *b
	other.errors = slices.Clip(b.errors)
	return &other
}

// bare is the name of the variable that the whole expression is.
func (b *bound) bare() (string, bool) {
	id, ok := b.root.(*ast.IdentifierNode)
	if !ok {
		return "", false
	}
	r, ok := b.ref(id.Value)
	return r.name, ok
}

func (b *bound) fail(node ast.Node, remedy, format string, args ...any) {
	b.errors = append(
		b.errors, Error{Offset: b.offset + node.Location().From, Message: fmt.Sprintf(format, args...), Remedy: remedy},
	)
}

// resolve copies a tree with every name replaced.
func (b *bound) resolve(node ast.Node) ast.Node {
	if segments, root, ok := chain(node); ok {
		name, n, found := b.env.lookup(segments)
		if !found {
			message, remedy := b.env.unknown(segments)
			b.fail(root, remedy, "%s", message)
			return node
		}
		if n == len(segments) {
			return b.refer(name, root.Location())
		}
	}
	return copyNode(node, b.resolve)
}

func (b *bound) refer(name string, at file.Location) ast.Node {
	id := &ast.IdentifierNode{Value: refName(len(b.refs))}
	id.SetLocation(at)
	variable, _ := b.env.Lookup(name)
	b.refs = append(b.refs, ref{name: name, variable: variable})
	return id
}

const refPrefix = "ref"

// refName is the identifier that stands for a use of a variable.
func refName(i int) string {
	if i < len(refNames) {
		return refNames[i]
	}
	return refPrefix + strconv.Itoa(i)
}

// refNames are the identifiers that nearly all expressions get along with.
var refNames = [...]string{"ref0", "ref1", "ref2", "ref3", "ref4", "ref5", "ref6", "ref7"}

// ref finds the use of a variable that an identifier stands for.
func (b *bound) ref(identifier string) (ref, bool) {
	number, ok := strings.CutPrefix(identifier, refPrefix)
	i, err := strconv.Atoi(number)
	if !ok || err != nil || i < 0 || i >= len(b.refs) {
		return ref{}, false
	}
	return b.refs[i], true
}

// copyNode copies one node with its children mapped.
func copyNode(node ast.Node, f func(ast.Node) ast.Node) ast.Node {
	var c ast.Node
	switch n := node.(type) {
	case *ast.UnaryNode:
		c = &ast.UnaryNode{Operator: n.Operator, Node: f(n.Node)}
	case *ast.BinaryNode:
		c = &ast.BinaryNode{Operator: n.Operator, Left: f(n.Left), Right: f(n.Right)}
	case *ast.ChainNode:
		c = &ast.ChainNode{Node: f(n.Node)}
	case *ast.MemberNode:
		c = &ast.MemberNode{Node: f(n.Node), Property: f(n.Property), Optional: n.Optional}
	case *ast.SliceNode:
		c = &ast.SliceNode{Node: f(n.Node), From: optional(n.From, f), To: optional(n.To, f)}
	case *ast.CallNode:
		c = &ast.CallNode{Callee: &ast.IdentifierNode{Value: n.Callee.String()}, Arguments: mapNodes(n.Arguments, f)}
	case *ast.BuiltinNode:
		c = &ast.BuiltinNode{Name: n.Name, Arguments: mapNodes(n.Arguments, f)}
	case *ast.PredicateNode:
		c = &ast.PredicateNode{Node: f(n.Node)}
	case *ast.ConditionalNode:
		c = &ast.ConditionalNode{Ternary: true, Cond: f(n.Cond), Exp1: f(n.Exp1), Exp2: f(n.Exp2)}
	case *ast.ArrayNode:
		c = &ast.ArrayNode{Nodes: mapNodes(n.Nodes, f)}
	case *ast.MapNode:
		c = &ast.MapNode{Pairs: mapNodes(n.Pairs, f)}
	case *ast.PairNode:
		c = &ast.PairNode{Key: f(n.Key), Value: f(n.Value)}
	case *ast.IdentifierNode:
		c = &ast.IdentifierNode{Value: n.Value}
	case *ast.IntegerNode:
		c = &ast.IntegerNode{Value: n.Value}
	case *ast.FloatNode:
		c = &ast.FloatNode{Value: n.Value}
	case *ast.BoolNode:
		c = &ast.BoolNode{Value: n.Value}
	case *ast.StringNode:
		c = &ast.StringNode{Value: n.Value}
	case *ast.PointerNode:
		c = &ast.PointerNode{Name: n.Name}
	default:
		c = &ast.NilNode{}
	}
	c.SetLocation(node.Location())
	c.SetNature(*node.Nature())
	return c
}

func optional(node ast.Node, f func(ast.Node) ast.Node) ast.Node {
	if node == nil {
		return nil
	}
	return f(node)
}

func mapNodes(nodes []ast.Node, f func(ast.Node) ast.Node) []ast.Node {
	mapped := make([]ast.Node, len(nodes))
	for i, n := range nodes {
		mapped[i] = f(n)
	}
	return mapped
}

// language is expr-lang's configuration for all expressions: its own functions and ours. Nobody writes to it.
var language = func() *conf.Config {
	config := conf.CreateNew()
	expr.Function(formatTime, func(...any) (any, error) { return "", nil },
		new(func(string, string) string), new(func(string, string, string) string))(config)
	return config
}()

// joinsStrings reports whether a node is a string or a sum of strings, about which expr-lang's checker has nothing to
// say, and gives it its type.
func (b *bound) joinsStrings(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.StringNode:
		return true
	case *ast.IdentifierNode:
		r, ok := b.ref(n.Value)
		return ok && r.variable.Type == spec.String
	case *ast.BinaryNode:
		if n.Operator == "+" && b.joinsStrings(n.Left) && b.joinsStrings(n.Right) {
			n.SetType(reflect.TypeFor[string]())
			return true
		}
	}
	return false
}

// check runs expr-lang's checker over the resolved tree.
func (b *bound) check() {
	names := make(types.Map, len(b.refs))
	for i, r := range b.refs {
		names[refName(i)] = types.Any
		if t := goTypeOf(r.variable.Type); t.Kind() != reflect.Interface {
			names[refName(i)] = types.TypeOf(reflect.Zero(t).Interface())
		}
	}
	config := *language
	config.WithEnv(names)
	err := checkTree(b.root, &config)
	var located *file.Error
	switch {
	case err == nil:
	case errors.As(err, &located):
		b.errors = append(
			b.errors,
			Error{
				Offset: b.offset + located.From, Message: sentence(userTypes(located.Message)), Remedy: remedyOf(located.Message),
			},
		)
	default:
		b.errors = append(b.errors, Error{Offset: b.offset, Message: sentence(userTypes(err.Error()))})
	}
}

// checkTree keeps a fault of expr-lang's checker from taking down the provider.
func checkTree(root ast.Node, config *conf.Config) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the checker failed: %v", r)
		}
	}()
	_, err = checker.Check(&parser.Tree{Node: root}, config)
	return err
}

func goTypeOf(t spec.Type) reflect.Type {
	if elem, ok := t.Elem(); ok {
		return reflect.SliceOf(goTypeOf(elem))
	}
	switch {
	case t.IsArtifact():
		return reflect.TypeFor[artifact]()
	case t == spec.String:
		return reflect.TypeFor[string]()
	case t == spec.Integer:
		return reflect.TypeFor[int]()
	case t == spec.Float:
		return reflect.TypeFor[float64]()
	case t == spec.Boolean:
		return reflect.TypeFor[bool]()
	case t == spec.Struct || t == spec.FinalStatus:
		return reflect.TypeFor[map[string]any]()
	}
	return reflect.TypeFor[any]()
}

var goTypeNames = regexp.MustCompile(`(\[\])*(map\[string\])?(interface \{\}|float64|expr\.artifact|\bint\b|\bbool\b|\bstring\b)`)

// userTypes replaces Go's type names in a message of the checker.
func userTypes(message string) string {
	return goTypeNames.ReplaceAllStringFunc(message, func(name string) string {
		depth := strings.Count(name, "[]")
		name = strings.ReplaceAll(name, "[]", "")
		switch name {
		case "map[string]interface {}":
			name = string(spec.Struct)
		case "interface {}":
			name = string(spec.Any)
		case "float64":
			name = string(spec.Float)
		case "int":
			name = string(spec.Integer)
		case "bool":
			name = string(spec.Boolean)
		case "expr.artifact":
			name = "artifact"
		}
		for range depth {
			name = "list(" + name + ")"
		}
		return strings.ReplaceAll(name, "list(any)", "list")
	})
}

func sentence(message string) string {
	message = strings.TrimSuffix(message, ".")
	if message == "" {
		return "The expression is wrong."
	}
	return strings.ToUpper(message[:1]) + message[1:] + "."
}

var mismatchedTypes = regexp.MustCompile(`mismatched types (.+) and (.+)\)`)

// mismatched are Go's names of the types that a message says cannot be used together; empty: it says something else.
func mismatched(message string) (left, right string) {
	if m := mismatchedTypes.FindStringSubmatch(message); m != nil {
		return m[1], m[2]
	}
	return "", ""
}

func remedyOf(message string) string {
	left, right := mismatched(message)
	switch {
	case left == "" && strings.Contains(message, "artifact has no field"):
		return "An artifact is a file: make the reference alone the value of an input of its type, whose component finds " +
			"the path."
	case left == "":
		return ""
	case left == "bool" || right == "bool":
		return "A boolean is compared with true or false without quotes, or stands alone: x, or !x."
	case left == "string" && right != "string" || right == "string" && left != "string":
		return "Leave out the quotes of a number, or convert one side with string(), int() or float()."
	}
	return "Convert one side with string(), int() or float()."
}
