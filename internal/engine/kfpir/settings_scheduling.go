package kfpir

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// scheduling says on which nodes a task may run.
func (s *scope) scheduling(t *spec.Task, k irKubernetes) {
	s.nodeSelector(t, k.NodeSelector)
	for _, o := range k.Tolerations {
		if o.JSON != nil {
			s.tolerationsFrom(t, o)
			continue
		}
		t.Tolerations = append(t.Tolerations, spec.Toleration{
			Key: o.Key, Operator: o.Operator, Value: o.Value, Effect: o.Effect, TolerationSeconds: o.Seconds,
		})
	}
	s.affinity(t, k)
}

// known is a value that does not come from a run. Not: it does, which is a gap.
func (s *scope) known(p *irParameterValue, what string) (any, bool) {
	if p.Runtime == nil || p.Runtime.RuntimeParameter != "" {
		v := s.fromValue(p, p.Line)
		s.gap(p.Line, gapPodJSON, "%s comes from %s.", what, v.code)
		return nil, false
	}
	v := s.constantOrInput(*p.Runtime).listed()
	return v.constant, v.constant != nil
}

func (s *scope) nodeSelector(t *spec.Task, n *irNodeSelector) {
	if n == nil {
		return
	}
	if n.JSON == nil {
		for name, text := range n.Labels {
			put(&t.NodeSelector, name, expr.Data(text, false))
		}
		return
	}
	constant, ok := s.known(n.JSON, "The node selector")
	labels, isMap := constant.(map[string]any)
	if ok && !isMap {
		s.errorf(n.Line, "Invalid node selector", "%s is no mapping.", abbreviate(plain(constant)))
	}
	for name, text := range labels {
		put(&t.NodeSelector, name, expr.Data(plain(text), false))
	}
}

// tolerationsFrom reads tolerations that are given as JSON: one, or a list.
func (s *scope) tolerationsFrom(t *spec.Task, o irToleration) {
	constant, ok := s.known(o.JSON, "A toleration")
	if !ok {
		return
	}
	list, isList := constant.([]any)
	if !isList {
		list = []any{constant}
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

// affinity is Kubernetes' affinity as JSON. Terms with a weight are preferred, the others required.
func (s *scope) affinity(t *spec.Task, k irKubernetes) {
	all := map[string]any{}
	node := func(key string, v any) {
		m, _ := all["nodeAffinity"].(map[string]any)
		if m == nil {
			m = map[string]any{}
			all["nodeAffinity"] = m
		}
		list, _ := m[key].([]any)
		m[key] = append(list, v)
	}
	const required, preferred = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"
	for _, a := range k.NodeAffinity {
		term := map[string]any{}
		requirements(term, "matchExpressions", a.Expressions)
		requirements(term, "matchFields", a.Fields)
		switch {
		case a.JSON != nil:
			if constant, ok := s.known(a.JSON, "The node affinity"); ok {
				all["nodeAffinity"] = constant
			}
		case a.Weight != nil:
			node(preferred, map[string]any{"weight": *a.Weight, "preference": term})
		default:
			node(required, term)
		}
	}
	if m, ok := all["nodeAffinity"].(map[string]any); ok {
		if terms, isList := m[required].([]any); isList {
			m[required] = map[string]any{"nodeSelectorTerms": terms}
		}
	}
	for _, a := range k.PodAffinity {
		kind := "podAffinity"
		if a.Anti {
			kind = "podAntiAffinity"
		}
		m, _ := all[kind].(map[string]any)
		if m == nil {
			m = map[string]any{}
			all[kind] = m
		}
		if a.Weight != nil {
			list, _ := m[preferred].([]any)
			m[preferred] = append(list, map[string]any{"weight": *a.Weight, "podAffinityTerm": podTerm(a)})
			continue
		}
		list, _ := m[required].([]any)
		m[required] = append(list, podTerm(a))
	}
	if len(all) > 0 {
		t.Affinity, _ = wire.Marshal(all)
	}
}

func podTerm(a irPodAffinity) map[string]any {
	term := map[string]any{"topologyKey": a.TopologyKey}
	selector := func(key string, labels map[string]string, expressions []irRequirement) {
		if len(labels)+len(expressions) == 0 {
			return
		}
		m := map[string]any{}
		if len(labels) > 0 {
			m["matchLabels"] = labels
		}
		requirements(m, "matchExpressions", expressions)
		term[key] = m
	}
	selector("labelSelector", a.Labels, a.Expressions)
	selector("namespaceSelector", a.NamespaceLabels, a.NamespaceExpressions)
	if len(a.Namespaces) > 0 {
		term["namespaces"] = a.Namespaces
	}
	return term
}

func requirements(into map[string]any, key string, all []irRequirement) {
	var list []any
	for _, r := range all {
		m := map[string]any{"key": r.Key, "operator": r.Operator}
		if len(r.Values) > 0 {
			m["values"] = r.Values
		}
		list = append(list, m)
	}
	if list != nil {
		into[key] = list
	}
}
