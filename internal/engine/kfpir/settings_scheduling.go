package kfpir

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// scheduling says on which nodes a task may run.
func (s *scope) scheduling(t *spec.Task, k irKubernetes) {
	selected := s.nodeSelector(t, k.NodeSelector)
	for _, o := range k.Tolerations {
		if o.JSON != nil {
			s.tolerationsFrom(t, o)
			continue
		}
		t.Tolerations = append(t.Tolerations, spec.Toleration{
			Key: o.Key, Operator: o.Operator, Value: o.Value, Effect: o.Effect, TolerationSeconds: o.Seconds,
		})
	}
	s.affinity(t, k, selected)
}

// object is a struct, or a list of them, that is a constant or comes from a value of the graph.
func (s *scope) object(p *irParameterValue) value {
	if p.Runtime != nil && p.TaskOutput == nil && p.Input == "" {
		v := s.constantOrInput(*p.Runtime)
		if v.code == "" {
			return v.listed()
		}
		return v.as(spec.Struct)
	}
	return s.fromValue(p, p.Line).as(spec.Struct)
}

// nodeSelector is a map, or a struct whose keys only the run knows: that is an affinity, which says the same.
func (s *scope) nodeSelector(t *spec.Task, n *irNodeSelector) string {
	if n == nil {
		return ""
	}
	labels := map[string]any{}
	for name, text := range n.Labels {
		labels[name] = text
	}
	if n.JSON != nil {
		v := s.object(n.JSON)
		if v.code != "" {
			return fmt.Sprintf(selectedNodes, v.or("{}").code)
		}
		var isMap bool
		if labels, isMap = v.constant.(map[string]any); !isMap && v.constant != nil {
			s.errorf(n.Line, "Invalid node selector", "%s is no mapping.", abbreviate(plain(v.constant)))
		}
	}
	for name, text := range labels {
		put(&t.NodeSelector, name, expr.Data(plain(text), false))
	}
	return ""
}

// selectedNodes is the requirement of an affinity that a struct of labels stands for.
const selectedNodes = "map(keys(%[1]s), ({key: #, operator: 'In', values: [string((%[1]s)[#])]}))"

// tolerationsFrom reads tolerations that are given as JSON: one, or a list.
func (s *scope) tolerationsFrom(t *spec.Task, o irToleration) {
	v := s.object(o.JSON)
	if v.code != "" {
		t.Tolerations = append(t.Tolerations, spec.Toleration{JSON: tag(v.code)})
		return
	}
	list, isList := v.constant.([]any)
	if !isList && v.constant != nil {
		list = []any{v.constant}
	}
	for _, one := range list {
		m, isMap := one.(map[string]any)
		if !isMap {
			s.errorf(o.Line, "Invalid toleration", "%s is no mapping.", abbreviate(plain(one)))
			continue
		}
		text := func(key string) string { v, _ := m[key].(string); return v }
		t.Tolerations = append(t.Tolerations, spec.Toleration{
			Key: text("key"), Operator: text("operator"), Value: text("value"), Effect: text("effect"),
			TolerationSeconds: seconds(m["tolerationSeconds"]),
		})
	}
}

func seconds(v any) *int64 {
	n, ok := v.(interface{ Int64() (int64, error) })
	if !ok {
		return nil
	}
	i, err := n.Int64()
	if err != nil {
		return nil
	}
	return &i
}

// What Kubernetes calls the parts of an affinity.
const (
	required  = "requiredDuringSchedulingIgnoredDuringExecution"
	preferred = "preferredDuringSchedulingIgnoredDuringExecution"
)

// affinity is Kubernetes' affinity: JSON, or an expression where a part of it comes from the run. selected is what
// every node has to fulfil; empty: nothing.
func (s *scope) affinity(t *spec.Task, k irKubernetes, selected string) {
	all := podAffinity(k.PodAffinity)
	node, whole := s.nodeAffinity(k.NodeAffinity, selected)
	switch {
	case whole.code != "":
		if selected != "" || len(node) > 0 {
			s.gap(whole.line, gapPodJSON, "The node affinity comes from %s, and is not the only one.", whole.code)
		}
		all["nodeAffinity"] = code(whole.inList())
	case whole.constant != nil:
		all["nodeAffinity"] = whole.constant
	case len(node) > 0:
		all["nodeAffinity"] = node
	}
	switch {
	case len(all) == 0:
	case whole.code != "" || selected != "":
		t.Affinity = tag(literal(all))
	default:
		t.Affinity, _ = wire.Marshal(all)
	}
}

// nodeAffinity are the requirements on nodes, or a value that is all of them.
func (s *scope) nodeAffinity(terms []irNodeAffinity, selected string) (map[string]any, value) {
	node := map[string]any{}
	var whole value
	var must []map[string]any
	var should []any
	for _, a := range terms {
		term := map[string]any{}
		requirements(term, "matchExpressions", a.Expressions)
		requirements(term, "matchFields", a.Fields)
		switch {
		case a.JSON != nil:
			whole = s.object(a.JSON)
			whole.line = a.Line
		case a.Weight != nil:
			should = append(should, map[string]any{"weight": number(*a.Weight), "preference": term})
		default:
			must = append(must, term)
		}
	}
	if selected != "" {
		if len(must) == 0 {
			must = []map[string]any{{}}
		}
		for _, term := range must { // one of the terms has to be fulfilled
			list, _ := term["matchExpressions"].([]any)
			term["matchExpressions"] = code("concat(" + literal(list) + ", " + selected + ")")
		}
	}
	if must != nil {
		terms := make([]any, len(must))
		for i, term := range must {
			terms[i] = term
		}
		node[required] = map[string]any{"nodeSelectorTerms": terms}
	}
	if should != nil {
		node[preferred] = should
	}
	return node, whole
}

func number(i int64) json.Number { return json.Number(strconv.FormatInt(i, 10)) }

// podAffinity are the requirements on other pods.
func podAffinity(terms []irPodAffinity) map[string]any {
	all := map[string]any{}
	for _, a := range terms {
		kind := "podAffinity"
		if a.Anti {
			kind = "podAntiAffinity"
		}
		m, _ := all[kind].(map[string]any)
		if m == nil {
			m = map[string]any{}
			all[kind] = m
		}
		key, term := required, any(podTerm(a))
		if a.Weight != nil {
			key, term = preferred, map[string]any{"weight": number(*a.Weight), "podAffinityTerm": term}
		}
		list, _ := m[key].([]any)
		m[key] = append(list, term)
	}
	return all
}

func podTerm(a irPodAffinity) map[string]any {
	term := map[string]any{"topologyKey": a.TopologyKey}
	selector := func(key string, labels map[string]string, expressions []irRequirement) {
		if len(labels)+len(expressions) == 0 {
			return
		}
		m := map[string]any{}
		if len(labels) > 0 {
			m["matchLabels"] = anyMap(labels)
		}
		requirements(m, "matchExpressions", expressions)
		term[key] = m
	}
	selector("labelSelector", a.Labels, a.Expressions)
	selector("namespaceSelector", a.NamespaceLabels, a.NamespaceExpressions)
	if len(a.Namespaces) > 0 {
		term["namespaces"] = anyList(a.Namespaces)
	}
	return term
}

func requirements(into map[string]any, key string, all []irRequirement) {
	var list []any
	for _, r := range all {
		m := map[string]any{"key": r.Key, "operator": r.Operator}
		if len(r.Values) > 0 {
			m["values"] = anyList(r.Values)
		}
		list = append(list, m)
	}
	if list != nil {
		into[key] = list
	}
}

func anyMap(m map[string]string) map[string]any {
	all := map[string]any{}
	for key, text := range m {
		all[key] = text
	}
	return all
}

func anyList(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}
