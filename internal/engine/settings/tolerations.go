package settings

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
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
	says: as(kubernetesTolerations, specTolerations),
	examples: func() [][]spec.Toleration {
		return [][]spec.Toleration{
			{{Key: "gpu", Operator: "Equal", Value: "yes", Effect: "NoExecute", TolerationSeconds: new(int64(30))}},
			{{Operator: "Exists"}}, {},
		}
	},
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
