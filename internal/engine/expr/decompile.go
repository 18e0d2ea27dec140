package expr

import (
	"cmp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Decompiler recovers users' texts from Argo's. It holds an index of an environment, so one serves many texts. It is
// safe for concurrent use.
//
// It guesses and then proves: a text is returned only if it has the wanted type and compiles to exactly what was given.
type Decompiler struct {
	env         Env
	own, shared index
	optional    bool // the texts are for inputs that are optional
}

// index finds the names of variables by what stands for them.
type index struct {
	byArgo map[string][]string // by Argo's name, the preferred one first
	texts  []string            // names of constants, the longest constant first
}

// NewDecompiler indexes an environment.
func NewDecompiler(env Env) *Decompiler {
	return &Decompiler{env: env, own: newIndex(env.Own), shared: newIndex(env.Shared)}
}

// With returns a decompiler for a place with other names of its own. It shares the index of the others.
func (d *Decompiler) With(own map[string]Var) *Decompiler {
	return &Decompiler{env: Env{Own: own, Shared: d.env.Shared}, own: newIndex(own), shared: d.shared}
}

func newIndex(vars map[string]Var) index {
	x := index{byArgo: map[string][]string{}}
	for name, v := range vars {
		if key := v.key(); key != "" {
			x.byArgo[key] = append(x.byArgo[key], name)
		} else if v.Text != "" && !v.Incidental {
			x.texts = append(x.texts, name)
		}
	}
	for _, names := range x.byArgo {
		slices.SortFunc(names, prefer)
	}
	slices.SortFunc(x.texts, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(vars[b].Text), len(vars[a].Text)), prefer(a, b))
	})
	return x
}

// key is a name of Argo that every form of the variable uses.
func (v Var) key() string {
	if v.Code == "" {
		return v.Argo
	}
	if names := argoNames(code(v.Code), 0, nil); len(names) > 0 {
		return names[0]
	}
	return ""
}

// For returns a decompiler of texts for an input, which may be optional.
func (d *Decompiler) For(optional bool) *Decompiler {
	other := *d
	other.optional = optional
	return &other
}

// compile is how a text for an input was compiled.
func (d *Decompiler) compile(want spec.Type) func(*Typed) (string, error) {
	if d.optional {
		return func(t *Typed) (string, error) { return t.CompileOptional(want) }
	}
	return func(t *Typed) (string, error) { return t.Compile(want) }
}

func (d *Decompiler) check(t *Typed, want spec.Type) bool {
	check := t.Check
	if d.optional {
		check = t.CheckOptional
	}
	_, errs := check(want)
	return len(errs) == 0
}

// nothing is what stands for nil in the texts.
func (d *Decompiler) nothing(want spec.Type) ast.Node {
	if !d.optional {
		return nil
	}
	return nothing(want)
}

// names returns the names of the variables that use one of Argo's.
func (d *Decompiler) names(argo string) []string {
	own, shared := d.own.byArgo[argo], d.shared.byArgo[argo]
	if len(own) == 0 {
		return shared
	}
	return slices.Concat(own, shared)
}

// texts returns the names of constants.
func (d *Decompiler) texts() []string { return slices.Concat(d.own.texts, d.shared.texts) }

// prefer orders names of one thing: tasks.t.output comes before tasks.t.outputs.x.
func prefer(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// Decompile undoes Template.Compile: the canonical spelling of a text that compiles to argo, if there is one.
func Decompile(argo string, env Env, want spec.Type) (string, bool) {
	return NewDecompiler(env).Text(argo, want)
}

// Text undoes Template.Compile.
func (d *Decompiler) Text(argo string, want spec.Type) (string, bool) {
	compile := d.compile(want)
	if !strings.Contains(argo, "{{") {
		constant := wire.Decode(argo)
		if want != spec.String && want != spec.Any {
			var err error
			if constant, err = wire.DecodeJSON(argo); err != nil {
				return "", false
			}
		}
		return d.proved(argo, want, compile, escape(constant, false))
	}
	return d.candidates(argo, want, compile, undoer{nothing: d.nothing(want)})
}

// TextOr undoes Template.CompileOr.
func (d *Decompiler) TextOr(argo string, want spec.Type, orElse string) (string, bool) {
	compile := func(t *Typed) (string, error) { return t.CompileOr(want, orElse) }
	strip := func(node ast.Node) ast.Node { return withoutElse(node, printArgo(text(orElse))) }
	if strings.Contains(argo, "{{=") {
		if found, ok := d.candidates(argo, want, compile, undoer{strip: strip}); ok {
			return found, true
		}
	}
	return d.Text(argo, want)
}

// withoutElse takes off what CompileOr puts around a reference or a choice.
func withoutElse(node ast.Node, orElse string) ast.Node {
	inner := node
	if foreign, ok := madeInert(node); ok {
		inner = foreign
	}
	switch n := inner.(type) {
	case *ast.BinaryNode:
		if n.Operator == "??" {
			if printArgo(n.Right) == orElse {
				return n.Left
			}
			return &ast.BinaryNode{Operator: n.Operator, Left: n.Left, Right: withoutElse(n.Right, orElse)}
		}
	case *ast.ConditionalNode:
		switch orElse {
		case printArgo(n.Exp1):
			return n.Exp2
		case printArgo(n.Exp2):
			return n.Exp1
		}
		return choose(n.Cond, n.Exp1, withoutElse(n.Exp2, orElse))
	}
	return node
}

// JSONString undoes Template.CompileJSONString.
func (d *Decompiler) JSONString(argo string) (string, bool) {
	return d.json(argo, func(t *Typed) (string, error) { return t.CompileJSONString() }, false)
}

// JSON undoes Template.CompileJSON.
func (d *Decompiler) JSON(argo string) (string, bool) {
	if text, ok := d.attempt(argo); ok {
		return text, true
	}
	return d.json(argo, func(t *Typed) (string, error) { return t.CompileJSON() }, true)
}

func (d *Decompiler) json(argo string, compile func(*Typed) (string, error), dollars bool) (string, bool) {
	data := func(text string) string { return text }
	if dollars {
		data = func(text string) string { return strings.ReplaceAll(text, "$$", "$") }
	}
	switch {
	case strings.HasPrefix(argo, "{{"):
	case strings.Contains(argo, "{{"):
		return d.lateJSON(argo, compile, data)
	default:
		constant, ok := unquoteJSON(argo)
		if !ok {
			return "", false
		}
		return d.proved(argo, spec.Any, compile, escape(data(constant), false))
	}
	return d.candidates(argo, spec.Any, compile, undoer{strip: func(node ast.Node) ast.Node {
		if args, ok := call(node, "replace", 3); ok {
			if args, ok := call(args[0], "toJson", 1); ok {
				if inner, ok := call(args[0], "replace", 3); ok && dollars {
					return inner[0]
				}
				return args[0]
			}
		}
		return node
	}})
}

// Container undoes Template.CompileContainerArg.
func (d *Decompiler) Container(argo string) (string, bool) {
	compile := func(t *Typed) (string, error) {
		if t.Spreads() {
			return "", errSpreads
		}
		return t.CompileContainerArg()
	}
	return d.candidates(argo, spec.Any, compile, undoer{container: true, strip: func(node ast.Node) ast.Node {
		for _, by := range []string{apart, "$$"} {
			if args, ok := call(node, "replace", 3); ok && printArgo(args[2]) == printArgo(text(by)) {
				node = args[0]
			}
		}
		return node
	}})
}

// Condition undoes Template.CompileCondition: an expression as a whole, without {{ }}.
func (d *Decompiler) Condition(argo string) (string, bool) {
	compile := func(t *Typed) (string, error) { return t.CompileCondition() }
	found, ok := d.candidates(argo, spec.Boolean, compile, undoer{})
	if !ok {
		return "", false
	}
	t, errs := Parse(found)
	if len(errs) > 0 || len(t.parts) != 1 || t.parts[0].node == nil {
		return "", false
	}
	return printUser(t.parts[0].node), true
}

// Value undoes Template.CompileExpression.
func (d *Decompiler) Value(argo string, want spec.Type) (string, bool) {
	return d.outside(argo, want, false, func(t *Typed) (string, error) { return t.CompileExpression() })
}

// ValueFrom undoes Template.CompileValueFrom; the text has {{ }}.
func (d *Decompiler) ValueFrom(argo string, want spec.Type) (string, bool) {
	compile := func(t *Typed) (string, error) { return t.CompileValueFrom(want) }
	if d.optional {
		compile = func(t *Typed) (string, error) { return t.CompileOptionalFrom(want) }
	}
	found, ok := d.outside(argo, want, true, compile)
	return "{{ " + found + " }}", ok
}

// outside reads an expression that Argo evaluates without a tag.
func (d *Decompiler) outside(
	argo string, want spec.Type, isText bool, compile func(*Typed) (string, error),
) (string, bool) {
	tree, err := parseTree(argo)
	if err != nil || len(argo) > maxArgo {
		return "", false
	}
	for _, u := range (undoer{d: d, nothing: d.nothing(want)}).guesses() {
		candidate := printUser(u.undo(tree.Node, isText))
		t, errs := ParseExpression(candidate)
		if len(errs) > 0 {
			continue
		}
		typed := t.In(d.env)
		if !d.check(typed, want) {
			continue
		}
		if again, err := compile(typed); err == nil && again == argo {
			return candidate, true
		}
	}
	return "", false
}

// maxArgo bounds the texts that are looked at: nothing that Compile writes of an expression is longer.
const maxArgo = 1 << 20

// proved returns a text if it has the wanted type and compiles to argo.
func (d *Decompiler) proved(
	argo string, want spec.Type, compile func(*Typed) (string, error), candidate string,
) (string, bool) {
	t, errs := Parse(candidate)
	if len(errs) > 0 {
		return "", false
	}
	typed := t.In(d.env)
	if !d.check(typed, want) {
		return "", false
	}
	again, err := compile(typed)
	return candidate, err == nil && again == argo
}

// candidates reads a text with tags.
func (d *Decompiler) candidates(
	argo string, want spec.Type, compile func(*Typed) (string, error), u undoer,
) (string, bool) {
	pieces, ok := argoPieces(argo)
	if !ok || len(argo) > maxArgo {
		return "", false
	}
	u.d = d
	var tried []string
	for _, u.shown = range []bool{false, true} {
		for _, u := range u.guesses() {
			for _, split := range []bool{true, false} {
				candidate, ok := u.text(pieces, split)
				if !ok || slices.Contains(tried, candidate) {
					continue
				}
				if _, ok := d.proved(argo, want, compile, candidate); ok {
					return candidate, true
				}
				tried = append(tried, candidate)
			}
		}
	}
	return "", false
}

// argoPieces cuts Argo's text as Argo does: a tag ends at the first "}}".
func argoPieces(argo string) ([]piece, bool) {
	var pieces []piece
	for argo != "" {
		open := strings.Index(argo, "{{")
		if open < 0 {
			return append(pieces, piece{text: argo}), true
		}
		if open > 0 {
			pieces = append(pieces, piece{text: argo[:open]})
		}
		end := strings.Index(argo[open:], "}}")
		if end < 0 {
			return nil, false
		}
		pieces = append(pieces, piece{text: argo[open+2 : open+end], isExpr: true})
		argo = argo[open+end+2:]
	}
	return pieces, true
}

// escape writes data so that Parse reads it as data: braces in a row, and one before a tag, become a string literal.
func escape(data string, beforeTag bool) string {
	var b strings.Builder
	for data != "" {
		open := strings.IndexByte(data, '{')
		if open < 0 {
			break
		}
		run := len(data[open:]) - len(strings.TrimLeft(data[open:], "{"))
		b.WriteString(data[:open])
		braces := data[open : open+run]
		data = data[open+run:]
		if run > 1 || data == "" && beforeTag {
			braces = `{{ "` + braces + `" }}`
		}
		b.WriteString(braces)
	}
	b.WriteString(data)
	return b.String()
}
