package settings

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// nodeSelector has a value that is nil removed by the merge: the pod has no such label to select by.
var nodeSelector = row[map[string]string]{
	name: "node_selector", field: func(s *spec.Settings) *map[string]string { return &s.NodeSelector },
	over: mapOver[string](), wrong: checkNodeSelector, places: at(pod("nodeSelector"), workflow("nodeSelector")),
	says: same[map[string]string](),
	open: func(at problem.Path, labels map[string]string) []Text {
		var texts []Text
		for _, key := range spec.Names(labels) {
			texts = append(texts, opened(Name, at.Key(key), labels[key])...)
		}
		return texts
	},
	toPod: func(w *writer, labels map[string]string) {
		var said map[string]string
		for _, key := range spec.Names(labels) {
			value := labels[key]
			if isOpen(value) {
				value = w.insert(value, nameForm)
			}
			put(&said, key, value)
		}
		if said != nil {
			w.pod["nodeSelector"] = said
		}
	},
	fromPod: func(r *reader, into *map[string]string) error {
		var said map[string]string
		err := decodeAt(r.pod, "nodeSelector", &said)
		for _, key := range spec.Names(said) {
			set := func(text string) { put(into, key, text) }
			r.string(problem.At("node_selector").Key(key), said[key], nameForm, set, r.prior.NodeSelector[key])
		}
		return err
	},
	examples: func() []map[string]string {
		return []map[string]string{{"arch": "amd64"}, {"arch": "arm64"}, {"arch": "amd64", "zone": "{{ run.name }}"}}
	},
}

func checkNodeSelector(l *problem.List, at problem.Path, labels map[string]string) {
	for key, value := range labels {
		if holdsExpression(l, at.Key(key), value) {
			value = spec.Unknown // it is checked as a text
		}
		check.Label(l, at.Key(key), key, value)
	}
}
