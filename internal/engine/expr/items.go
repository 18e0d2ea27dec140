package expr

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Loops. Argo takes an item apart if it is an object, and damages strings in it that JSON escapes. So objects travel as
// strings that hold JSON, and so does everything where the index is wanted or the type is not known.

const (
	indexField = "index"
	valueField = "value"
)

// ItemVars returns what each.value and each.index stand for in a loop over list(elem) that CompileItems wrote. The
// index exists only where indexed is set.
func ItemVars(elem spec.Type, indexed bool) (value, index Var) {
	if indexed {
		return Var{Type: elem, Argo: "item", Field: valueField}, Var{Type: spec.Integer, Argo: "item", Field: indexField}
	}
	value = Var{Type: elem, Argo: "item"}
	if elem == spec.Any {
		value.Coding = JSON
	}
	return value, Var{}
}

// isWrapped reports whether items travel as strings that hold JSON.
func isWrapped(elem spec.Type, indexed bool) bool {
	return indexed || elem == spec.Any || elem == spec.Struct
}

// CompileItems writes the text for Argo's withParam: a loop over a list of type list(elem).
func (t *Typed) CompileItems(elem spec.Type, indexed bool) (string, error) {
	wrapped := isWrapped(elem, indexed)
	if constant, ok := t.Constant(); ok {
		return constantItems(constant, elem, wrapped, indexed)
	}
	b, err := t.single()
	if err != nil {
		return "", err
	}
	if !wrapped {
		return tag(b.items(elem)), nil
	}
	body := element()
	if indexed {
		body = &ast.MapNode{Pairs: []ast.Node{
			&ast.PairNode{Key: text(indexField), Value: &ast.PointerNode{Name: "index"}},
			&ast.PairNode{Key: text(valueField), Value: element()},
		}}
	}
	// The strings of a list that is just passed on stay encoded.
	if v, ok := b.variable(b.root); ok && v.isText() {
		return tag(inertItems(toJSON(each(typed(builtin("fromJSON", v.raw()), v.Type), toJSON(body))), elem)), nil
	}
	return tag(encode(toJSON(each(b.value(b.root), toJSON(body))))), nil
}

// items is the text of a list whose elements Argo takes as they are. Argo reads the JSON, so that braces which JSON had
// escaped are braces again: the text is written anew where it may hold some.
func (b *bound) items(elem spec.Type) ast.Node {
	v, ok := b.variable(b.root)
	switch {
	case !ok || !v.isText():
		return b.encoded(b.value(b.root), b.infer(b.root), spec.ListOf(elem), true, b.mayHoldBrace(b.root))
	case holdsText(elem):
		return inert(toJSON(builtin("fromJSON", v.raw())))
	}
	return checked(v.raw(), v.Type)
}

// inertItems is the JSON of a list of type elem.
func inertItems(list ast.Node, elem spec.Type) ast.Node {
	if holdsText(elem) {
		return inert(list)
	}
	return list
}

func constantItems(constant string, elem spec.Type, wrapped, indexed bool) (string, error) {
	encoded, err := Constant(constant, spec.ListOf(elem))
	if err != nil || !wrapped {
		return encoded, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal([]byte(encoded), &items); err != nil {
		return "", fmt.Errorf("reading %s: %w", abbreviate(constant), err)
	}
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = string(item)
		if indexed {
			texts[i] = fmt.Sprintf(`{"%s":%d,"%s":%s}`, indexField, i, valueField, item)
		}
	}
	return wire.Marshal(texts)
}

// itemsConstant undoes constantItems.
func itemsConstant(encoded string, indexed bool) (string, bool) {
	var texts []string
	if err := json.Unmarshal([]byte(encoded), &texts); err != nil {
		return "", false
	}
	for i, item := range texts {
		if !indexed {
			continue
		}
		var wrapped map[string]json.RawMessage
		if err := json.Unmarshal([]byte(item), &wrapped); err != nil {
			return "", false
		}
		texts[i] = string(wrapped[valueField])
	}
	constant, err := wire.DecodeJSON("[" + strings.Join(texts, ",") + "]")
	return constant, err == nil
}

// Items undoes Template.CompileItems.
func (d *Decompiler) Items(argo string, elem spec.Type, indexed bool) (string, bool) {
	want := spec.ListOf(elem)
	if elem == spec.Any {
		want = spec.List
	}
	compile := func(t *Typed) (string, error) { return t.CompileItems(elem, indexed) }
	if strings.Contains(argo, "{{") {
		return d.candidates(argo, want, compile, undoer{strip: func(node ast.Node) ast.Node {
			return listOfItems(node, isWrapped(elem, indexed))
		}})
	}
	constant, ok := itemsConstant(argo, indexed)
	if !isWrapped(elem, indexed) {
		var err error
		constant, err = wire.DecodeJSON(argo)
		ok = err == nil
	}
	if !ok {
		return "", false
	}
	return d.proved(argo, want, compile, escape(constant, false))
}

// listOfItems takes off what CompileItems puts around a list.
func listOfItems(node ast.Node, wrapped bool) ast.Node {
	if !wrapped {
		if inner, ok := madeInert(node); ok {
			if list, ok := call(inner, "toJson", 1); ok {
				return list[0]
			}
		}
		return node
	}
	for _, undo := range []func(ast.Node) (ast.Node, bool){encoded, madeInert} {
		if inner, ok := undo(node); ok {
			node = inner
		}
	}
	if list, ok := call(node, "toJson", 1); ok {
		if args, ok := call(list[0], "map", 2); ok {
			return args[0]
		}
	}
	return node
}
