package expr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// formatTime is the only function that is not expr-lang's own: it writes a time with a Go layout, a duration later.
const formatTime = "format_time"

// functions are the builtins that users may call. expr-lang has more: what depends on the clock, the machine's time
// zones or the order of a map would give another result at each of Argo's passes.
var functions = []string{
	"abs", "all", "any", "bitand", "bitnot", "bitor", "bitshl", "bitshr", "bitushr", "bitxor", "bitnand", "ceil", "concat", "count",
	"filter", "find", "findIndex", "findLast", "findLastIndex", "first", "flatten", "float", "floor", formatTime, "fromBase64", "fromJSON",
	"fromPairs", "get", "groupBy", "hasPrefix", "hasSuffix", "indexOf", "int", "join", "keys", "last", "lastIndexOf", "len",
	"lower", "map", "max", "mean", "median", "min", "none", "one", "reduce", "repeat", "replace", "reverse", "round", "sort",
	"sortBy", "split", "splitAfter", "string", "sum", "take", "toBase64", "toJSON", "trim", "trimPrefix", "trimSuffix", "type",
	"uniq", "upper",
}

// refused says what to do in place of a function that expr-lang or Argo has and users may not call.
var refused = map[string]string{
	"now": "The result would differ at each of Argo's passes. Use schedule.time in a recurring run, or read the " +
		"clock in a component.",
	"date":      "Use format_time(text, layout) to write a time in another form.",
	"duration":  "Use the third argument of format_time(text, layout, \"24h\") to move a time.",
	"timezone":  "It depends on the machine that evaluates it. Convert times in a component.",
	"values":    "Their order is not fixed. Use map(keys(x), …).",
	"toPairs":   "Their order is not fixed. Use map(keys(x), …).",
	"toJson":    "Use toJSON.",
	"asInt":     "Use int.",
	"asFloat":   "Use float.",
	"jsonpath":  "Use fromJSON and members, such as fromJSON(x).a[0].",
	"sprig":     "Use expr-lang's own functions.",
	"env":       "Pass the value as a parameter.",
	"timestamp": "Use format_time.",
}

// validator checks an expression without an environment: what the language lacks, and how big it may be.
type validator struct {
	offset int
	visits int
	errors []Error
}

func (v *validator) fail(node ast.Node, remedy, format string, args ...any) {
	v.errors = append(
		v.errors, Error{Offset: v.offset + node.Location().From, Message: fmt.Sprintf(format, args...), Remedy: remedy},
	)
}

// visit returns the node, with if-else written as the ternary that it is. It stops at the size limits, so walks that
// come later need no limits of their own.
func (v *validator) visit(node ast.Node, depth int) ast.Node {
	v.visits++
	if v.visits > maxNodes || depth > maxDepth {
		if len(v.errors) == 0 || v.visits <= maxNodes {
			v.fail(node, "Compute it in a component.", "The expression is too complex.")
		}
		v.visits = maxNodes + 1
		return node
	}
	switch n := node.(type) {
	case *ast.VariableDeclaratorNode:
		v.fail(node, "Repeat the value instead.", "Argo cannot evaluate let in a loop.")
		return node
	case *ast.SequenceNode:
		v.fail(node, "Leave one expression.", "An expression cannot be a sequence with semicolons.")
		return node
	case *ast.BytesNode:
		v.fail(node, "Use a string.", "Argo's version of the language has no byte literals.")
		return node
	case *ast.ConditionalNode:
		n.Ternary = true
	case *ast.CallNode:
		v.call(n)
	case *ast.BuiltinNode:
		v.name(n, n.Name)
	case *ast.IdentifierNode:
		if n.Value == "$env" {
			v.fail(node, "Name the values.", "$env does not exist.")
		}
	}
	for _, child := range children(node) {
		v.visit(child, depth+1)
	}
	return node
}

func (v *validator) call(n *ast.CallNode) {
	switch callee := n.Callee.(type) {
	case *ast.IdentifierNode:
		v.name(n, callee.Value)
	default:
		if segments, root, ok := chain(callee); ok && refused[segments[0]] != "" {
			v.name(root, segments[0])
			return
		}
		v.fail(n, methodRemedy(callee), "Values have no functions of their own.")
	}
}

// methodRemedy writes x.upper() as upper(x).
func methodRemedy(callee ast.Node) string {
	member, ok := callee.(*ast.MemberNode)
	method := ""
	if name, constant := propertyOf(member); ok && constant {
		method = name
	}
	if slices.Contains(functions, method) {
		return fmt.Sprintf("Write %s(%s).", method, member.Node)
	}
	if use := insteadOf(method); use != "" {
		return use
	}
	return "Call one of " + strings.Join(functions, ", ") + "."
}

// propertyOf is the name of a member that is written with a dot.
func propertyOf(member *ast.MemberNode) (string, bool) {
	if member == nil {
		return "", false
	}
	name, ok := member.Property.(*ast.StringNode)
	if !ok {
		return "", false
	}
	return name.Value, true
}

func (v *validator) name(node ast.Node, name string) {
	if slices.Contains(functions, name) {
		if n, ok := node.(*ast.CallNode); ok && name == formatTime {
			v.formatTime(n)
		}
		return
	}
	if remedy, ok := refused[name]; ok {
		v.fail(node, remedy, "%s cannot be used.", name)
		return
	}
	if use := insteadOf(name); use != "" {
		v.fail(node, use, "There is no function %s.", name)
		return
	}
	if near := problem.Nearest(name, functions); near != "" {
		v.fail(node, problem.DidYouMean(near), "There is no function %s.", name)
		return
	}
	v.fail(node, "Functions are "+strings.Join(functions, ", ")+".", "There is no function %s.", name)
}

func (v *validator) formatTime(n *ast.CallNode) {
	if len(n.Arguments) < 2 || len(n.Arguments) > 3 {
		v.fail(
			n, `For example format_time(schedule.time, "2006-01-02").`,
			"format_time takes a time, a layout, and perhaps a duration to add.",
		)
		return
	}
	if layout, ok := n.Arguments[1].(*ast.StringNode); ok && !isLayout(layout.Value) {
		v.fail(
			n.Arguments[1], `A layout is how 2006-01-02T15:04:05Z07:00 looks in your form, for example "2006-01-02".`,
			"The layout %s holds no part of a time.", strconv.Quote(layout.Value),
		)
	}
	if len(n.Arguments) < 3 {
		return
	}
	if d, ok := n.Arguments[2].(*ast.StringNode); ok {
		if _, err := time.ParseDuration(d.Value); err != nil {
			v.fail(
				n.Arguments[2], `Durations look like "24h", "-90m" or "1h30m".`, "%s is not a duration.", strconv.Quote(d.Value),
			)
		}
	}
}

// isLayout tells whether a Go layout writes different times differently.
func isLayout(layout string) bool {
	morning := time.Date(2024, 6, 5, 4, 3, 2, 1, time.UTC)
	evening := time.Date(1999, 12, 31, 23, 59, 58, 987654321, time.FixedZone("X", 3600))
	return morning.Format(layout) != evening.Format(layout)
}
