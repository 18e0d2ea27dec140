package handwritten

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The pieces of a condition in Argo's own language: tags, texts in quotes, operators, and bare words, which are texts.
var conditionToken = regexp.MustCompile(`^(\s+|\{\{[^{}]*\}\}|"[^"\\]*"|'[^'\\]*'|==|!=|<=|>=|<|>|&&|\|\||[()]|[A-Za-z0-9_.:/-]+)`)

// condition translates a condition. Argo inserts the values and then compares what looks like numbers as numbers.
func (s *templateScope) condition(when string) (string, []string) {
	var tokens []string
	for rest := when; rest != ""; {
		token := conditionToken.FindString(rest)
		if token == "" {
			return "", []string{layout.Abbreviated(when) + " is more than comparisons joined by && and ||"}
		}
		rest = rest[len(token):]
		if strings.TrimSpace(token) != "" {
			tokens = append(tokens, token)
		}
	}
	var unknown []string
	for i, token := range tokens {
		text, ok := s.operand(token)
		if !ok {
			unknown = append(unknown, unknownTag(token))
			continue
		}
		if isNumeric(at2(tokens, i-1)) || isNumeric(at2(tokens, i+1)) {
			if _, err := strconv.ParseFloat(strings.Trim(token, `"'`), 64); err == nil {
				text = strings.Trim(token, `"'`)
			} else if !isOperator(token) {
				text = "float(" + text + ")"
			}
		}
		tokens[i] = text
	}
	return strings.Join(tokens, " "), unknown
}

func at2(tokens []string, i int) string {
	if i < 0 || i >= len(tokens) {
		return ""
	}
	return tokens[i]
}

func isNumeric(operator string) bool {
	return operator == "<" || operator == ">" || operator == "<=" || operator == ">="
}

func isOperator(token string) bool {
	return isNumeric(token) || token == "==" || token == "!=" || token == "&&" || token == "||" || token == "(" || token == ")"
}

// operand is one piece of a condition in our language.
func (s *templateScope) operand(token string) (string, bool) {
	switch {
	case isOperator(token), token == "true", token == "false":
		return token, true
	case strings.HasPrefix(token, "{{"):
		return s.tag(strings.TrimSpace(token[2 : len(token)-2]))
	case token[0] == '"' || token[0] == '\'':
		inner := token[1 : len(token)-1]
		if strings.Contains(inner, "{{") {
			text, ok := wholeTag(inner, "")
			if !ok {
				return "", false
			}
			return s.tag(text)
		}
		return strconv.Quote(inner), true
	}
	return strconv.Quote(token), true
}

// longestSequence bounds how many items withSequence is written out to.
const longestSequence = 1000

// loop reads what a task is repeated for.
func (s *templateScope) loop(t *spec.Task, c *templateCall) {
	switch task := c.task; {
	case len(task.WithItems) > 0:
		items, err := readItems(task.WithItems)
		if err != nil {
			s.graph.miss(c.at+".withItems", err.Error())
		}
		t.ForEach = items
	case task.WithSequence != nil:
		items, err := sequenceItems(task.WithSequence)
		if err != nil {
			s.graph.miss(c.at+".withSequence", err.Error())
		}
		t.ForEach = items
	case task.WithParam != "":
		text, unknown := expr.FromTags(task.WithParam, s.tag, nil)
		for _, u := range unknown {
			s.graph.miss(c.at+".withParam", unknownTag(u))
		}
		t.ForEach = s.list(text, s.isCollected(task.WithParam))
	}
	if t.ForEach != "" {
		s.graph.places[layout.Keyed(s.attribute, c.name)+".for_each"] = c.at
	}
}

// isCollected reports whether a text is what the turns of a loop have given: to Argo the text of a list, and here a list.
func (s *templateScope) isCollected(argo string) bool {
	tag, ok := wholeTag(argo, "tasks.")
	if !ok {
		tag, ok = wholeTag(argo, "steps.")
	}
	name, what, _ := strings.Cut(tag, ".")
	c := s.calls[name]
	return ok && c != nil && strings.HasPrefix(what, "outputs.parameters.") &&
		(len(c.task.WithItems) > 0 || c.task.WithParam != "" || c.task.WithSequence != nil)
}

// list is a text as a list that a loop goes over. Argo has no types: a parameter becomes a list, and what a task gives is
// the text of one, unless it is collected.
func (s *templateScope) list(text string, collected bool) string {
	if tag, ok := wholeTag(text, "parameters."); ok {
		s.listParameter(tag)
	}
	if tag, ok := wholeTag(text, ""); ok && strings.HasPrefix(tag, "tasks.") && !collected {
		return "{{ fromJSON(" + tag + ") }}"
	}
	return text
}

func (s *templateScope) listParameter(name string) {
	parameters := s.graph.pipeline.Parameters
	if s.group != nil {
		parameters = s.group.spec.Parameters
	}
	p, known := parameters[name]
	if !known {
		return
	}
	if p.Default != nil {
		var list []any
		if err := json.Unmarshal([]byte(*p.Default), &list); err != nil {
			return
		}
	}
	p.Type = spec.List
	parameters[name] = p
}

// readItems writes items as a constant list. Argo inserts scalars as texts.
func readItems(items []wfv1.Item) (string, error) {
	var list []any
	for _, item := range items {
		data, err := item.MarshalJSON()
		if err != nil {
			return "", err
		}
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			return "", err
		}
		switch v.(type) {
		case string, map[string]any:
		default:
			v = string(data)
		}
		list = append(list, v)
	}
	data, err := json.Marshal(list)
	if strings.Contains(string(data), "{{") {
		return "", fmt.Errorf("an item holds a tag; write the list as a parameter of the pipeline, or as an expression in " +
			"for_each")
	}
	return string(data), err
}

func sequenceItems(q *wfv1.Sequence) (string, error) {
	start, end := int64(0), int64(0)
	for _, bound := range []struct {
		from *intstr.IntOrString
		to   *int64
	}{{q.Start, &start}, {q.End, &end}, {q.Count, &end}} {
		if bound.from == nil {
			continue
		}
		n, err := strconv.ParseInt(bound.from.String(), 10, 64)
		if err != nil {
			return "", fmt.Errorf(
				"a bound is %s, which is no number; write a list, or an expression such as 0..parameters.n-1, in for_each",
				layout.Abbreviated(bound.from.String()),
			)
		}
		*bound.to = n
	}
	if q.Count != nil {
		end = start + end - 1
	}
	step := int64(1)
	if end < start && q.Count == nil {
		step = -1
	}
	format := q.Format
	if format == "" {
		format = "%d"
	}
	if strings.Contains(format, "{{") || (end-start)*step >= longestSequence {
		return "", fmt.Errorf(
			"it is longer than %d items, or its format holds tags; write an expression in for_each", longestSequence,
		)
	}
	list := []string{}
	for n := start; n*step <= end*step; n += step {
		list = append(list, fmt.Sprintf(format, n))
	}
	data, err := json.Marshal(list)
	return string(data), err
}
