package expr

import (
	"strings"

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
	case v.Failing:
		// No text of a user compiles to this: there the value would be decoded.
		ofSuccess := &ast.PairNode{Key: text("Succeeded"), Value: path(v.Argo, true)}
		return &ast.MemberNode{Node: &ast.MapNode{Pairs: []ast.Node{ofSuccess}}, Property: v.status()}
	}
	return path(v.Argo, v.Nullable)
}

// status is what became of the task whose output the variable is.
func (v Var) status() ast.Node {
	task, _, _ := strings.Cut(v.Argo, ".outputs.")
	return path(task+".status", false)
}

// mayBeGone reports whether a loop may have collected nothing that counts. A loop without items has an empty list.
func (v Var) mayBeGone() bool { return v.Coding == Collected && (v.Failing || v.Nullable) }

// gone tests whether the loop that collected the variable failed or did not run, by a function that users do not have.
func (v Var) gone() ast.Node {
	phases := &ast.ArrayNode{}
	for _, of := range []struct {
		may   bool
		phase string
	}{{v.Failing, "Failed"}, {v.Failing, "Error"}, {v.Nullable, "Omitted"}, {v.Conditional, "Skipped"}} {
		if of.may {
			phases.Nodes = append(phases.Nodes, text(of.phase))
		}
	}
	return &ast.CallNode{Callee: member(ident("sprig"), "has"), Arguments: []ast.Node{v.status(), phases}}
}

// present and absent test whether the variable has a value.
func (v Var) present() ast.Node {
	if v.Optional && v.Type.IsArtifact() {
		return &ast.CallNode{Callee: &ast.MemberNode{Node: v.raw(), Property: text("HasLocationOrKey"), Method: true}}
	}
	return binary("!=", v.raw(), v.nothing())
}

func (v Var) absent() ast.Node { return binary("==", v.raw(), v.nothing()) }

// passed is the variable's text as another task gets it.
func (v Var) passed() passing {
	switch {
	case !v.Foreign || v.Type.IsArtifact():
		return passing{node: v.raw()}
	case !holdsText(v.Type) && v.Optional:
		return passing{node: choose(v.absent(), v.nothing(), checked(v.raw(), v.Type))}
	case !holdsText(v.Type):
		return passing{node: checked(v.raw(), v.Type)}
	}
	return passing{node: v.raw(), isForeign: true}
}

// nothing is what Argo has for the variable where it has no value.
func (v Var) nothing() ast.Node {
	if !v.Optional {
		return &ast.NilNode{}
	}
	return nothing(v.Type)
}

// MayBeMissing is an output of a task that may have succeeded without it. A parameter holds a text for nothing then,
// which it also is where the task itself was skipped.
func (v Var) MayBeMissing() Var {
	if v.Type.IsArtifact() {
		v.Nullable, v.Missing = true, true
		return v
	}
	v.Optional = true
	if v.Nullable {
		v.Code = printArgo(binary("??", Var{Argo: v.Argo, Nullable: true, Failing: v.Failing}.raw(), nothing(v.Type)))
		v.Nullable, v.Failing, v.Conditional = false, false, false
	}
	return v
}

// mayBeNil reports whether a text has to say what stands in for the variable.
func (v Var) mayBeNil() bool { return v.Optional || v.Missing }

// isConstant reports whether a text that is known already stands for the variable.
func (v Var) isConstant() bool { return v.Argo == "" && v.Code == "" }

// isText reports whether Argo's text of the variable is how its value travels, so that it can be passed on unread.
func (v Var) isText() bool {
	return v.Field == "" && (v.Coding == Wire || v.Coding == Plain || v.Type.IsArtifact())
}

// isTag reports whether a plain tag can stand for the variable. A nullable one cannot: Argo waits for ever for an
// output of a task that failed. Nor can one that holds texts: Argo inserts those in Go's notation, and a control
// character makes the workflow invalid JSON. Nor can what a task wrote.
func (v Var) isTag() bool {
	if !v.isText() || v.Argo == "" || v.Code != "" || v.Nullable {
		return false
	}
	return v.Coding == Plain || v.Type.IsArtifact() || !holdsText(v.Type) && !v.Foreign
}

// isPassedAsIs reports whether the text that another task gets is nil exactly where the variable is absent.
func (v Var) isPassedAsIs() bool { return !v.Optional && (!v.Foreign || holdsText(v.Type)) }

// decoded is Argo's text of the variable without marks.
func (v Var) decoded() ast.Node {
	switch {
	case v.isConstant():
		return text(v.Text)
	case v.Coding == Plain || v.Coding == Wire && v.Field == "" && !holdsText(v.Type):
		return v.raw()
	}
	return decode(v.raw())
}

// value is the variable's value with its type. The value of Any is its text, where Coding does not tell more.
func (v Var) value() ast.Node {
	switch {
	case v.Coding == Collected:
		return v.collected()
	case v.Coding == Quoted:
		list := builtin("fromJSON", builtin("fromJSON", v.decoded()))
		return typed(binary("??", list, &ast.ArrayNode{}), v.Type) // Argo has null where nothing failed
	case v.Field != "":
		return typed(member(builtin("fromJSON", v.decoded()), v.Field), v.Type)
	case v.Coding == JSON:
		return typed(builtin("fromJSON", v.decoded()), v.Type)
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
	return typed(builtin("fromJSON", source), v.Type)
}

// collected is the list of a loop's outputs. Where no iteration gave any, Argo has no such variable, or the text "[]"
// in place of the map that would hold it. Elements are texts, but values where all of them are objects or lists.
func (v Var) collected() ast.Node {
	list := v.collectedText()
	elem, _ := v.Type.Elem()
	if v.Sparse {
		isThere := &ast.PredicateNode{Node: binary("!=", element(), nothing(elem))}
		list = toJSON(builtin("filter", builtin("fromJSON", list), isThere))
	}
	if holdsText(elem) {
		list = decode(list)
	}
	list = builtin("fromJSON", list)
	isText := binary("==", builtin("type", element()), text("string"))
	switch {
	case elem == spec.String:
		return each(list, choose(isText, element(), toJSON(element())))
	case elem == spec.Struct || elem.IsList():
		return each(list, typed(choose(isText, builtin("fromJSON", element()), element()), elem))
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
