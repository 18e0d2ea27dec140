package settings

import (
	"encoding/json"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	kjson "sigs.k8s.io/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// What there is to choose from.
var (
	TolerationEffects   = []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}
	TolerationOperators = []string{"Equal", "Exists"}
)

var tolerations = row[[]spec.Toleration]{
	name: "tolerations", field: func(s *spec.Settings) *[]spec.Toleration { return &s.Tolerations },
	over: listOver[spec.Toleration](),
	wrong: func(l *problem.List, at problem.Path, list []spec.Toleration) {
		for i, t := range list {
			checkToleration(l, at.Index(i), t)
		}
	},
	places: at(pod("tolerations"), workflow("tolerations"),
		noted("give them to the tasks, or to defaults of the pipeline")),
	open: func(at problem.Path, list []spec.Toleration) []Text {
		var texts []Text
		for i, t := range list {
			texts = append(texts, opened(Objects, at.Index(i).Attr("json"), t.JSON)...)
		}
		return texts
	},
	says: as(kubernetesTolerations, specTolerations), toPod: writeTolerations, fromPod: readTolerations,
	examples: func() [][]spec.Toleration {
		return [][]spec.Toleration{
			{{Key: "gpu", Operator: "Equal", Value: "yes", Effect: "NoExecute", TolerationSeconds: new(int64(30))}},
			{{Operator: "Exists"}}, {}, {{JSON: "{{ {'key': run.name} }}"}, {Key: "gpu", Operator: "Exists"}},
		}
	},
}

// writeTolerations makes one expression of a list of which a part comes from one: a list of pods is none that a merge
// adds to.
func writeTolerations(w *writer, list []spec.Toleration) {
	if !slices.ContainsFunc(list, func(t spec.Toleration) bool { return t.JSON != "" }) {
		if said, _ := kubernetesTolerations(list); said != nil {
			w.pod["tolerations"] = said
		}
		return
	}
	text, err := json.Marshal(list)
	w.fail(err)
	w.pod["tolerations"] = w.json(string(text), tolerationsForm)
}

func readTolerations(r *reader, into *[]spec.Toleration) error {
	raw, given := r.pod["tolerations"]
	if !given {
		return nil
	}
	tag := TagOf(raw, r.tags)
	if !isOpen(tag) {
		var said []corev1.Toleration
		err := json.Unmarshal(raw, &said)
		*into = specTolerations(said)
		return err
	}
	before, err := json.Marshal(r.prior.Tolerations)
	r.text(problem.At("tolerations"), tag, tolerationsForm, func(text string) {
		var list []spec.Toleration
		if json.Unmarshal([]byte(text), &list) == nil {
			*into = list
		}
	}, string(before))
	return err
}

// tolerationText is the expression that gives a toleration.
func tolerationText(t spec.Toleration) (string, error) {
	if t.JSON != "" {
		return t.JSON, nil
	}
	said, err := kubernetesTolerations([]spec.Toleration{t})
	if err != nil {
		return "", err
	}
	text, err := wire.Marshal(said[0])
	return "{{ " + text + " }}", err
}

// tolerationOf is the toleration that an expression gives: a constant one by its fields.
func tolerationOf(text string) spec.Toleration {
	var said corev1.Toleration
	inner := strings.TrimSuffix(strings.TrimPrefix(text, "{{"), "}}")
	if strict, err := kjson.UnmarshalStrict([]byte(inner), &said); err != nil || len(strict) > 0 {
		return spec.Toleration{JSON: text}
	}
	return specTolerations([]corev1.Toleration{said})[0]
}

func kubernetesTolerations(list []spec.Toleration) ([]corev1.Toleration, error) {
	var said []corev1.Toleration
	for _, t := range list {
		said = append(said, corev1.Toleration{
			Key: t.Key, Operator: corev1.TolerationOperator(t.Operator), Value: t.Value,
			Effect: corev1.TaintEffect(t.Effect), TolerationSeconds: t.TolerationSeconds,
		})
	}
	return said, nil
}

func specTolerations(said []corev1.Toleration) []spec.Toleration {
	var list []spec.Toleration
	for _, t := range said {
		list = append(list, spec.Toleration{
			Key: t.Key, Operator: string(t.Operator), Value: t.Value, Effect: string(t.Effect),
			TolerationSeconds: t.TolerationSeconds,
		})
	}
	return list
}

func checkToleration(l *problem.List, at problem.Path, t spec.Toleration) {
	switch t.JSON {
	case "":
	case spec.Unknown: // it may turn out to be null
		return
	default:
		checkOpenToleration(l, at, t)
		return
	}
	check.Choice(l, at.Attr("operator"), "Unknown operator", t.Operator, TolerationOperators)
	check.Choice(l, at.Attr("effect"), "Unknown effect", t.Effect, TolerationEffects)
	if t.Key != "" && t.Key != spec.Unknown {
		check.LabelKey(l, at.Attr("key"), "taint", t.Key)
	}
	if t.Value != spec.Unknown {
		if msgs := validation.IsValidLabelValue(t.Value); len(msgs) > 0 {
			l.Errorf(at.Attr("value"), "Invalid value", "%q cannot be the value of a taint: %s.", t.Value, check.Reason(msgs))
		}
	}
	switch {
	case t.Operator == "Exists" && t.Value != "" && t.Value != spec.Unknown:
		l.Errorf(
			at.Attr("value"), "Value without a use",
			"Operator Exists tolerates the taint whatever its value is. Remove value, or use operator = \"Equal\".",
		)
	case t.Key == "" && (t.Operator == "" || t.Operator == "Equal"):
		l.Errorf(
			at, "Toleration without a key",
			"A toleration of every taint needs operator = \"Exists\". Add it, or name the key of the taint.",
		)
	}
	if t.TolerationSeconds != nil && t.Effect != "NoExecute" && t.Effect != spec.Unknown {
		l.Errorf(
			at.Attr("toleration_seconds"), "Seconds without a use",
			"Only taints with the effect NoExecute remove pods that run already. Set effect = \"NoExecute\", or remove "+
				"toleration_seconds.",
		)
	}
}

// checkOpenToleration finds what is wrong with a toleration that an expression gives as a whole.
func checkOpenToleration(l *problem.List, at problem.Path, t spec.Toleration) {
	text := t.JSON
	if t.JSON = ""; t != (spec.Toleration{}) {
		l.Errorf(
			at, "Toleration said twice",
			"json gives the toleration as a whole, and other attributes are set beside it. Keep json, or the others.",
		)
	}
	if !isOpen(text) {
		l.Errorf(
			at.Attr("json"), "Constant where an expression is wanted",
			"%q is no expression. Write {{ }} that gives a toleration or a list of such, or set key, operator, value and effect.",
			text,
		)
	}
}
