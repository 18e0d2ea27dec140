package expr

import (
	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// raw is Argo's own text of a variable: nil where a nullable one is absent.
func (v Var) raw() ast.Node {
	switch {
	case v.isConstant():
		return text(wire.Encode(v.Text))
	case v.Code != "":
		return code(v.Code)
	}
	return path(v.Argo, v.Nullable)
}

// present and absent test whether the variable has a value.
func (v Var) present() ast.Node { return binary("!=", v.raw(), v.nothing()) }
func (v Var) absent() ast.Node  { return binary("==", v.raw(), v.nothing()) }

// nothing is what Argo has for the variable where it has no value.
func (v Var) nothing() ast.Node {
	switch {
	case !v.Optional:
		return &ast.NilNode{}
	case v.Type == spec.String:
		return text(wire.Absent)
	}
	return text("null")
}

// isConstant reports whether a text that is known already stands for the variable.
func (v Var) isConstant() bool { return v.Argo == "" && v.Code == "" }

// isText reports whether Argo's text of the variable is how its value travels, so that it can be passed on unread.
func (v Var) isText() bool {
	return v.Field == "" && (v.Coding == Wire || v.Coding == Plain || v.Type.IsArtifact())
}

// isTag reports whether a plain tag can stand for the variable. A nullable one cannot: Argo waits for ever for an output
// of a task that failed. Nor can one that holds texts: Argo inserts those in Go's notation, and a control character
// makes the workflow invalid JSON.
func (v Var) isTag() bool {
	if !v.isText() || v.Argo == "" || v.Code != "" || v.Nullable {
		return false
	}
	return v.Coding == Plain || v.Type.IsArtifact() || !holdsText(v.Type)
}

// decoded is Argo's text of the variable without marks.
func (v Var) decoded() ast.Node {
	switch {
	case v.isConstant():
		return text(v.Text)
	case v.Coding == Plain || v.Coding == Quoted || v.Coding == Wire && v.Field == "" && !holdsText(v.Type):
		return v.raw()
	}
	return decode(v.raw())
}

// value is the variable's value with its type. The value of Any is its text, where Coding does not tell more.
func (v Var) value() ast.Node {
	switch {
	case v.Coding == Collected:
		return v.collected(true)
	case v.Coding == Quoted:
		list := builtin("fromJSON", builtin("fromJSON", v.raw()))
		return fromNumbers(binary("??", list, &ast.ArrayNode{}), v.Type) // Argo has null where nothing failed
	case v.Field != "":
		return fromNumbers(member(builtin("fromJSON", v.decoded()), v.Field), v.Type)
	case v.Coding == JSON:
		return fromNumbers(builtin("fromJSON", v.decoded()), v.Type)
	}
	return fromText(v.decoded(), v.Type)
}

// object is the value of a variable whose members are taken: Any is read as JSON, and what is absent is nil.
func (v Var) object() ast.Node {
	if !v.isText() || v.isConstant() {
		return v.value()
	}
	source := v.decoded()
	if v.Nullable {
		source = binary("??", v.raw(), text("null"))
		if holdsText(v.Type) {
			source = decode(source)
		}
	}
	return fromNumbers(builtin("fromJSON", source), v.Type)
}

// collected is the list of a loop's outputs. Where no iteration gave any, Argo has no such variable, or the text "[]" in
// place of the map that would hold it. Elements are texts, but values where all of them are objects or lists.
func (v Var) collected(typed bool) ast.Node {
	list := v.collectedText()
	elem, _ := v.Type.Elem()
	if typed && holdsText(elem) {
		list = decode(list)
	}
	list = builtin("fromJSON", list)
	isText := binary("==", builtin("type", element()), text("string"))
	switch {
	case elem == spec.String:
		return each(list, choose(isText, element(), toJSON(element())))
	case elem == spec.Struct || elem.IsList():
		return each(list, fromNumbers(choose(isText, builtin("fromJSON", element()), element()), elem))
	case elem == spec.Any:
		return list
	}
	return each(list, fromText(element(), elem))
}

func (v Var) collectedText() ast.Node {
	if v.Code != "" {
		return code(v.Code)
	}
	full := path(v.Argo, true)
	last, ok := full.(*ast.MemberNode)
	if !ok {
		return full
	}
	isMap := binary("==", builtin("type", last.Node), text("map"))
	return choose(isMap, binary("??", full, text("[]")), text("[]"))
}
