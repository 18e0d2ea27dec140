package handwritten

import (
	"fmt"
	"regexp"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// outputs reads what a template of tasks gives. below is where its outputs stand in the spec: in a group, or in the
// pipeline itself.
func (s *templateScope) outputs(below string) map[string]string {
	var outputs map[string]string
	at := layout.Keyed("spec.templates", s.entry.Name) + ".outputs"
	attribute := strings.TrimPrefix(below+".outputs", ".")
	give := func(argo, at, text string, unknown []string) {
		name := plainName(argo)
		if _, taken := outputs[name]; taken || !spec.IsIdentifier(name) {
			s.graph.miss(
				at, layout.QuoteName(argo)+" cannot name an output, or two are called so; use letters, digits and underscores",
			)
		}
		for _, u := range unknown {
			s.graph.miss(at, u)
		}
		layout.Set(&outputs, name, text)
		s.graph.places[layout.Keyed(attribute, name)] = at
	}
	for _, p := range s.entry.Outputs.Parameters {
		here := layout.Keyed(at+".parameters", p.Name)
		text, unknown, ok := s.outputParameter(p)
		if !ok {
			s.graph.miss(
				here, "only the output of a task (valueFrom.parameter), or an expression of such, can be written, without a default",
			)
			continue
		}
		give(p.Name, here, text, unknown)
	}
	for _, a := range s.entry.Outputs.Artifacts {
		here := layout.Keyed(at+".artifacts", a.Name)
		left := a.DeepCopy()
		left.Name, left.From, left.FromExpression, left.Path, left.Optional = "", "", "", "", false
		s.graph.left(here, left, templateReasons)
		switch {
		case a.From != "":
			text, unknown := s.tags(a.From)
			give(a.Name, here, text, unknown)
		case a.FromExpression != "":
			text, unknown := s.expression(a.FromExpression)
			give(a.Name, here, text, unknown)
		default:
			s.graph.miss(here, "only the artifact of a task (from), or an expression of such, can be written")
		}
	}
	return outputs
}

func (s *templateScope) outputParameter(p wfv1.Parameter) (text string, unknown []string, ok bool) {
	v := p.ValueFrom
	if v == nil || v.Default != nil || p.GlobalName != "" {
		return "", nil, false
	}
	switch {
	case v.Parameter != "":
		text, unknown = s.tags(v.Parameter)
	case v.Expression != "":
		text, unknown = s.expression(v.Expression)
	default:
		return "", nil, false
	}
	return text, unknown, true
}

// tags reads a text with tags, or says what is unknown.
func (s *templateScope) tags(argo string) (string, []string) {
	text, tags := expr.FromTags(argo, s.tag, nil)
	var unknown []string
	for _, tag := range tags {
		unknown = append(unknown, unknownTag(tag))
	}
	return text, unknown
}

// The pieces of an expression that mean the same in Argo and here: what it names, texts without escapes, choices between
// values, and comparisons of texts.
var (
	expressionToken = regexp.MustCompile(
		`^(\s+|[A-Za-z_][A-Za-z0-9_]*(\??\.[A-Za-z_][A-Za-z0-9_]*|\['[^'\\{}]*'\]|\["[^"\\{}]*"\])*|'[^'\\{}]*'|"[^"\\{}]*"|` +
			`\?\?|==|!=|&&|\|\||[?:()])`,
	)
	expressionIndex = regexp.MustCompile(`\[['"]([^'"]*)['"]\]`)
)

// expression reads an expression of Argo's, or says what is unknown.
func (s *templateScope) expression(argo string) (string, []string) {
	var pieces, unknown []string
	for rest := argo; rest != ""; {
		token := expressionToken.FindString(rest)
		if token == "" {
			return "", []string{fmt.Sprintf(
				"%s is more than a choice between outputs of tasks (??, or == and != with ? and :); let a task compute it",
				layout.Abbreviated(argo),
			)}
		}
		rest = rest[len(token):]
		piece := strings.TrimSpace(token)
		if first := token[0]; first == '_' || first >= 'A' && first <= 'Z' || first >= 'a' && first <= 'z' {
			tag := strings.ReplaceAll(expressionIndex.ReplaceAllString(token, ".$1"), "?.", ".")
			name, ok := s.tag(tag)
			if !ok && token != "true" && token != "false" && token != "nil" {
				unknown = append(unknown, unknownTag("{{"+tag+"}}"))
			} else if ok {
				piece = name
			}
		}
		if piece != "" {
			pieces = append(pieces, piece)
		}
	}
	return "{{ " + strings.Join(pieces, " ") + " }}", unknown
}
