package expr

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Nothing is an empty environment variable of a container. The kubelet expands it last of all, after every pass of
// Argo's substitution, so that braces which it keeps apart until then reach the container as they are.
const Nothing = "KFP_NOTHING"

const keptApart = "{$(" + Nothing + ")"

// CompileContainerArg compiles an argument of a container, where no runtime of ours decodes values. $(VAR) in literal
// text keeps Kubernetes' meaning; in values it has none.
func (t *Template) CompileContainerArg(env Env) (string, error) {
	var b strings.Builder
	for i, p := range t.parts {
		if p.expression == nil {
			literal := p.literal
			if strings.Contains(literal, "{{") || (strings.HasSuffix(literal, "{") && i+1 < len(t.parts)) {
				literal = strings.ReplaceAll(literal, "{", keptApart)
			}
			b.WriteString(literal)
			continue
		}
		tag, err := p.expression.containerTag(env)
		if err != nil {
			return "", err
		}
		b.WriteString(tag)
	}
	return b.String(), nil
}

func (e *expression) containerTag(env Env) (string, error) {
	v := e.variable(env)
	if v != nil && (v.Argo == "" || v.Type == spec.Integer || v.Type == spec.Float || v.Type == spec.Boolean) {
		return e.tag(env)
	}
	code := ""
	if v != nil {
		code = access(*v)
	} else {
		inner, err := e.argo(env)
		if err != nil {
			return "", err
		}
		code = "string(" + inner + ")"
	}
	return "{{=" + `replace(replace(` + code + `, "$", "$$"), "\u007b` + wire.Mark + `", "\u007b$(` + Nothing + `)")` + "}}", nil
}

// CompileJSON returns a text that may stand in a JSON document in place of a value: a JSON string, or a tag that
// becomes one. It is for environment variables: the kubelet expands nothing in the value.
func (t *Template) CompileJSON(env Env) (string, error) {
	if t.IsConstant() {
		text, err := wire.Marshal(strings.ReplaceAll(t.literal(), "$", "$$"))
		return strings.ReplaceAll(text, "{{", `{\u007b`), err
	}
	code, err := t.code(env)
	if err != nil {
		return "", err
	}
	code = `replace(replace(` + code + `, "$", "$$"), "{` + wire.Mark + `", "{")`
	// The result is JSON text; braces in it are written as escapes, so that later passes see no tag.
	return "{{=" + tagSafe(`replace(toJson(`+code+`), "{", "\\u007b")`) + "}}", nil
}

// code is an expression whose result is the text.
func (t *Template) code(env Env) (string, error) {
	var terms []string
	for _, p := range t.parts {
		if p.expression == nil {
			terms = append(terms, quoteString(wire.EncodePart(p.literal)))
			continue
		}
		code, err := p.expression.text(env)
		if err != nil {
			return "", err
		}
		terms = append(terms, code)
	}
	return strings.Join(terms, " + "), nil
}

// CompileHash returns a tag that becomes the SHA-256 of the texts, by which equal ones are found again.
func CompileHash(env Env, texts ...*Template) (string, error) {
	codes := make([]string, len(texts))
	for i, t := range texts {
		code, err := t.code(env)
		if err != nil {
			return "", err
		}
		codes[i] = code
	}
	return Tag("sprig.sha256sum(toJson([" + strings.Join(codes, ", ") + "]))"), nil
}

// text is the expression as a text.
func (e *expression) text(env Env) (string, error) {
	if v := e.variable(env); v != nil {
		return access(*v), nil
	}
	code, err := e.argo(env)
	if err != nil {
		return "", err
	}
	return "string(" + code + ")", nil
}
