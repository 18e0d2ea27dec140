package graph

import (
	"errors"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	kjson "sigs.k8s.io/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// What may be written where there are only a few choices.
var (
	RetryPolicies       = []string{"OnFailure", "OnError", "OnTransientError", "Always"}
	ImagePullPolicies   = []string{"Always", "IfNotPresent", "Never"}
	TolerationEffects   = []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}
	TolerationOperators = []string{"Equal", "Exists"}
	Media               = []string{"Memory"}
	AccessModes         = []string{"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"}
)

// maxRetries is far above what makes sense; it catches numbers that were meant for something else.
const maxRetries = 1000

// checkSettings finds what is wrong with settings beside their expressions, which are checked as texts.
func checkSettings(s spec.Settings, at problem.Path) problem.List {
	var l problem.List
	checkRetry(&l, at.Attr("retry"), s.Retry)
	checkSeconds(&l, at.Attr("timeout"), s.Timeout)
	if s.Cache != nil {
		checkDuration(&l, at.Attr("cache").Attr("max_age"), s.Cache.MaxAge)
	}
	checkResources(&l, at.Attr("resources"), s.Resources)
	checkEnv(&l, at, s)
	checkVolumes(&l, at.Attr("volumes"), s.Volumes)
	for key, value := range s.NodeSelector {
		checkLabel(&l, at.Attr("node_selector").Key(key), key, value)
	}
	for i, t := range s.Tolerations {
		checkToleration(&l, at.Attr("tolerations").Index(i), t)
	}
	checkAffinity(&l, at.Attr("affinity"), s.Affinity)
	checkPodMetadata(&l, at, s)
	checkObjectName(&l, at.Attr("service_account"), s.ServiceAccount)
	checkObjectName(&l, at.Attr("priority_class"), s.PriorityClass)
	checkChoice(&l, at.Attr("image_pull_policy"), "Unknown policy", s.ImagePullPolicy, ImagePullPolicies)
	for _, name := range s.ImagePullSecrets {
		checkNeededName(&l, at.Attr("image_pull_secrets"), name)
	}
	checkSecurity(&l, at.Attr("security_context"), s.SecurityContext)
	checkSynchronization(&l, at.Attr("synchronization"), s.Synchronization)
	return l
}

func checkRetry(l *problem.List, at problem.Path, r *spec.Retry) {
	if r == nil {
		return
	}
	if r.Limit < 0 || r.Limit > maxRetries {
		l.Errorf(at.Attr("limit"), "Invalid limit", "%d repetitions are not possible. Write a number from 0 to %d.", r.Limit, maxRetries)
	}
	checkChoice(l, at.Attr("policy"), "Unknown policy", r.Policy, RetryPolicies)
	if r.Backoff != nil {
		checkBackoff(l, at.Attr("backoff"), *r.Backoff)
	}
	if r.Expression == "" || r.Expression == spec.Unknown {
		return
	}
	t, errs := expr.ParseExpression(r.Expression)
	if len(errs) == 0 {
		_, errs = t.In(RetryEnv).Check(spec.Boolean)
	}
	for _, e := range errs {
		l.Errorf(at.Attr("expression"), "Invalid expression", "%s", e.Describe(r.Expression))
	}
}

func checkBackoff(l *problem.List, at problem.Path, b spec.Backoff) {
	first, ok := parseDuration(l, at.Attr("duration"), b.Duration)
	if b.Factor != nil && (*b.Factor < 1 || *b.Factor != float64(int64(*b.Factor))) {
		l.Errorf(at.Attr("factor"), "Invalid factor", "%v is not a whole number of at least 1, as Argo wants it. Write 1 for pauses of equal length, or 2 for pauses that double.", *b.Factor)
	}
	if b.Max == "" {
		return
	}
	if most, known := parseDuration(l, at.Attr("max"), b.Max); ok && known && most < first {
		l.Errorf(at.Attr("max"), "No repetition possible", "The first repetition comes after %q, but none may come after %q. Make max longer than duration.", b.Duration, b.Max)
	}
}

// RetryEnv is what a retry's expression may refer to.
var RetryEnv = Env{Own: map[string]expr.Var{
	"last_retry.exit_code": {Type: spec.Integer, Argo: "lastRetry.exitCode", Coding: expr.Plain},
	"last_retry.status":    {Type: spec.String, Argo: "lastRetry.status", Coding: expr.Plain},
	"last_retry.duration":  {Type: spec.Float, Argo: "lastRetry.duration", Coding: expr.Plain},
	"last_retry.message":   {Type: spec.String, Argo: "lastRetry.message", Coding: expr.Plain},
}}

func checkToleration(l *problem.List, at problem.Path, t spec.Toleration) {
	checkChoice(l, at.Attr("operator"), "Unknown operator", t.Operator, TolerationOperators)
	checkChoice(l, at.Attr("effect"), "Unknown effect", t.Effect, TolerationEffects)
	if t.Key != "" && t.Key != spec.Unknown {
		checkLabelKey(l, at.Attr("key"), "taint", t.Key)
	}
	if t.Value != spec.Unknown {
		if msgs := validation.IsValidLabelValue(t.Value); len(msgs) > 0 {
			l.Errorf(at.Attr("value"), "Invalid value", "%q cannot be the value of a taint: %s.", t.Value, reason(msgs))
		}
	}
	switch {
	case t.Operator == "Exists" && t.Value != "" && t.Value != spec.Unknown:
		l.Errorf(at.Attr("value"), "Value without a use", "Operator Exists tolerates the taint whatever its value is. Remove value, or use operator = \"Equal\".")
	case t.Key == "" && (t.Operator == "" || t.Operator == "Equal"):
		l.Errorf(at, "Toleration without a key", "A toleration of every taint needs operator = \"Exists\". Add it, or name the key of the taint.")
	}
	if t.TolerationSeconds != nil && t.Effect != "NoExecute" && t.Effect != spec.Unknown {
		l.Errorf(at.Attr("toleration_seconds"), "Seconds without a use", "Only taints with the effect NoExecute remove pods that run already. Set effect = \"NoExecute\", or remove toleration_seconds.")
	}
}

// checkAffinity reads as strictly as the API server, which tells capital from small letters.
func checkAffinity(l *problem.List, at problem.Path, text string) {
	if text == "" || text == spec.Unknown {
		return
	}
	var affinity *corev1.Affinity
	strict, err := kjson.UnmarshalStrict([]byte(text), &affinity)
	if err == nil && affinity == nil {
		err = errors.New("it is null")
	}
	for _, e := range append(strict, err) {
		if e != nil {
			l.Errorf(at, "Invalid affinity", "This is not Kubernetes' affinity as JSON: %v. Write jsonencode({ nodeAffinity = { … } }), with the fields of a pod's affinity.", e)
		}
	}
}

// maxAnnotations is Kubernetes' bound on all annotations of an object, in bytes.
const maxAnnotations = 256 << 10

// MaxTaskMetadata is how many labels, and how many annotations, a task may have of its own. The pipeline's object has a
// place for each, which the tasks share; see argo's metadata.go.
const MaxTaskMetadata = 10

func checkPodMetadata(l *problem.List, at problem.Path, s spec.Settings) {
	for key, value := range s.Labels {
		checkLabel(l, at.Attr("labels").Key(key), key, constantOf(value))
		checkReserved(l, at.Attr("labels").Key(key), "label", key, "workflows.argoproj.io/", "terraform-provider-kfp/")
	}
	size := 0
	for key, value := range s.Annotations {
		checkLabelKey(l, at.Attr("annotations").Key(key), "annotation", strings.ToLower(key))
		checkReserved(l, at.Attr("annotations").Key(key), "annotation", key, "workflows.argoproj.io/", "terraform-provider-kfp/")
		size += len(key) + len(value)
	}
	if size > maxAnnotations {
		l.Errorf(at.Attr("annotations"), "Too many annotations", "They take %d bytes; Kubernetes allows %d.", size, maxAnnotations)
	}
}

// constantOf is a text without expressions as its reader sees it; Unknown for one whose value only a run tells.
func constantOf(text string) string {
	t, errs := expr.Parse(text)
	if len(errs) > 0 {
		return spec.Unknown // said where the text is checked
	}
	if constant, ok := t.Constant(); ok {
		return constant
	}
	return spec.Unknown
}

// checkTaskMetadata bounds what the pods of one task have beside those of defaults.
func checkTaskMetadata(l *problem.List, at problem.Path, s spec.Settings) {
	for attribute, given := range map[string]map[string]string{"labels": s.Labels, "annotations": s.Annotations} {
		if len(given) > MaxTaskMetadata {
			l.Errorf(at.Attr(attribute), "Too many "+attribute, "A task can have %d %s of its own, this one has %d. Set those that all tasks share under defaults, which have no such bound.", MaxTaskMetadata, attribute, len(given))
		}
	}
}

// checkDefaultMetadata refuses expressions, which have no task to refer to; Argo would take its own tags for such.
func checkDefaultMetadata(l *problem.List, s spec.Settings) {
	for attribute, given := range map[string]map[string]string{"labels": s.Labels, "annotations": s.Annotations} {
		for key, value := range given {
			if strings.Contains(value, "{{") {
				l.Errorf(problem.At("defaults").Attr(attribute).Key(key), "Expression in defaults", "%q holds {{, and the %s under defaults are constants. Set it on the tasks that it is for.", value, attribute)
			}
		}
	}
}
