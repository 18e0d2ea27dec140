package settings

import (
	"encoding/json"
	"errors"
	"strings"

	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// affinity is JSON of the user's, whose spelling is kept where this provider has written it.
var affinity = row[string]{
	name: "affinity", field: func(s *spec.Settings) *string { return &s.Affinity }, over: textOver(sameAffinity),
	wrong: checkAffinity,
	places: at(patch("affinity"), workflow("affinity"),
		noted("give it to the tasks, or to defaults of the pipeline, as JSON")),
	says: as(
		func(text string) (json.RawMessage, error) { return json.RawMessage(text), nil },
		func(said json.RawMessage) string { return strings.ReplaceAll(string(said), escapedBraces, "{{") },
	),
	open: func(at problem.Path, text string) []Text {
		if !isExpression(text) {
			return nil
		}
		return opened(Object, at, text)
	},
	toPod: func(w *writer, text string) {
		switch {
		case isExpression(text):
			w.pod["affinity"] = w.json(text, objectForm)
		case text != "":
			w.pod["affinity"] = json.RawMessage(text)
		}
	},
	fromPod: func(r *reader, into *string) error {
		said, given := r.pod["affinity"]
		switch tag := TagOf(said, r.tags); {
		case !given:
		case isExpression(tag):
			r.text(problem.At("affinity"), tag, objectForm, func(text string) { *into = text }, r.prior.Affinity)
		default:
			*into = strings.ReplaceAll(string(said), escapedBraces, "{{")
		}
		return nil
	},
	byHand: orderedAffinity,
	examples: func() []string {
		return []string{`{"nodeAffinity":{}}`, `{ "podAffinity" : {} }`, `{{ {'nodeAffinity': {'x': run.name}} }}`}
	},
}

// isExpression tells an expression from JSON, in whose strings braces are data.
func isExpression(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), "{{") }

// orderedAffinity has the fields in the order of Kubernetes.
func orderedAffinity(said []byte, into *string) error {
	var a corev1.Affinity
	if err := json.Unmarshal(said, &a); err != nil {
		return err
	}
	text, err := json.Marshal(a)
	*into = string(text)
	return err
}

func sameAffinity(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && equal(x, y)
}

// checkAffinity reads as strictly as the API server, which tells capital from small letters.
func checkAffinity(l *problem.List, at problem.Path, text string) {
	if text == "" || text == spec.Unknown || isExpression(text) {
		return
	}
	var affinity *corev1.Affinity
	strict, err := kjson.UnmarshalStrict([]byte(text), &affinity)
	if err == nil && affinity == nil {
		err = errors.New("it is null")
	}
	for _, e := range append(strict, err) {
		if e != nil {
			l.Errorf(
				at, "Invalid affinity",
				"This is not Kubernetes' affinity as JSON: %v. Write jsonencode({ nodeAffinity = { … } }), with the fields of a "+
					"pod's affinity.",
				e,
			)
		}
	}
}
