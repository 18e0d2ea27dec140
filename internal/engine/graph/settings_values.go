package graph

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// inDays finds durations that people write in units which Go's durations lack.
var inDays = regexp.MustCompile(`^([0-9]{1,5})(d|w)$`)

// checkDuration checks a duration that may be left out.
func checkDuration(l *problem.List, at problem.Path, text string) {
	if text != "" {
		parseDuration(l, at, text)
	}
}

// checkSeconds also refuses fractions of seconds, which Kubernetes would round.
func checkSeconds(l *problem.List, at problem.Path, text string) {
	if text == "" || text == spec.Unknown {
		return
	}
	if d, ok := parseDuration(l, at, text); ok && d%time.Second != 0 {
		l.Errorf(at, "Invalid duration", "%q is not a whole number of seconds, which Kubernetes counts in. Write %q.", text, (d + time.Second).Truncate(time.Second).String())
	}
}

// parseDuration is false for what is wrong or not known yet.
func parseDuration(l *problem.List, at problem.Path, text string) (time.Duration, bool) {
	if text == spec.Unknown {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		l.Errorf(at, "Invalid duration", "%q is not a duration. %s", text, durationRemedy(text))
	case d <= 0:
		l.Errorf(at, "Invalid duration", "%q is not a positive duration. Leave the attribute out for the default.", text)
	default:
		return d, true
	}
	return 0, false
}

func durationRemedy(text string) string {
	if m := inDays.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1]) // five digits always fit
		unit, hours := "Days", 24
		if m[2] == "w" {
			unit, hours = "Weeks", 7*24
		}
		return fmt.Sprintf("%s are no unit, since they differ in length where clocks change; write hours: \"%dh\".", unit, n*hours)
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return fmt.Sprintf("It lacks a unit; write %q for seconds.", text+"s")
	}
	if isTemplate(text) {
		return "Expressions are not possible here; write a constant such as \"90s\" or \"1h30m\"."
	}
	return "Write numbers with the units s, m or h, such as \"90s\" or \"1h30m\"."
}

func isTemplate(text string) bool { return strings.Contains(text, "{{") }

// checkQuantity is false for what is wrong, or is no constant.
func checkQuantity(l *problem.List, at problem.Path, text string) (resource.Quantity, bool) {
	if text == spec.Unknown || isTemplate(text) {
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(text)
	switch {
	case err != nil:
		l.Errorf(at, "Invalid quantity", "%q is not a quantity. %s", text, quantityRemedy(text))
	case q.Sign() < 0:
		l.Errorf(at, "Invalid quantity", "%q is negative. Write a quantity of at least 0.", text)
	default:
		return q, true
	}
	return resource.Quantity{}, false
}

// otherUnits matches a quantity as people write it elsewhere: "4GB", "2 cores".
var otherUnits = regexp.MustCompile(`^\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)\s*$`)

func quantityRemedy(text string) string {
	if m := otherUnits.FindStringSubmatch(text); m != nil {
		number, unit := m[1], strings.ToLower(m[2])
		switch {
		case strings.HasPrefix(unit, "core") || strings.HasPrefix(unit, "cpu") || strings.HasPrefix(unit, "vcpu") || strings.HasPrefix(unit, "gpu"):
			return fmt.Sprintf("Write %q.", number)
		case strings.HasPrefix(unit, "milli"):
			return fmt.Sprintf("Write %q.", number+"m")
		case len(unit) >= 1 && strings.Contains("kmgtp", unit[:1]):
			size := strings.ToUpper(unit[:1])
			return fmt.Sprintf("Write %q or %q: the one counts in thousands, the other in 1024.", number+strings.Replace(size, "K", "k", 1), number+size+"i")
		}
	}
	return "Write a number with an optional unit, such as \"500m\" for half a CPU or \"1Gi\" for memory."
}

// checkSize checks the size of a volume, which nothing can be taken from if it is zero.
func checkSize(l *problem.List, at problem.Path, text string) {
	if isTemplate(text) {
		l.Errorf(at, "Invalid quantity", "%q: expressions are not possible here. Write a constant such as \"10Gi\".", text)
		return
	}
	q, ok := checkQuantity(l, at, text)
	switch {
	case !ok:
	case q.IsZero():
		l.Errorf(at, "Invalid quantity", "%q is no size. Write a quantity such as \"10Gi\".", text)
	case !isWhole(q):
		l.Errorf(at, "Invalid quantity", "%q is not a whole number of bytes: m stands for thousandths. Write Mi or Gi, such as \"%dMi\".", text, mebi(text))
	}
}

// isWhole reports whether a quantity has no thousandths.
func isWhole(q resource.Quantity) bool {
	_, exact := q.AsScale(0)
	return exact
}

// mebi is the number in "500m", for which people mean mebibytes.
func mebi(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSuffix(text, "m"), 10, 64)
	if err != nil {
		return 512
	}
	return n
}

// checkChoice checks a text that must be one of a few. Empty is the default and always right.
func checkChoice(l *problem.List, at problem.Path, title, text string, choices []string) {
	if text == "" || text == spec.Unknown || slices.Contains(choices, text) {
		return
	}
	hint := ""
	if near := problem.Nearest(text, choices); near != "" {
		hint = " " + problem.DidYouMean(near)
	}
	l.Errorf(at, title, "%q is not possible here. Write one of %s.%s", text, problem.Quoted(choices), hint)
}

// texts are choices as texts.
func texts[S ~string](choices []S) []string {
	all := make([]string, len(choices))
	for i, c := range choices {
		all[i] = string(c)
	}
	return all
}

func checkLabel(l *problem.List, at problem.Path, key, value string) {
	checkLabelKey(l, at, "label", key)
	if value == spec.Unknown || refuseExpression(l, at, value, constantName) {
		return
	}
	if msgs := validation.IsValidLabelValue(value); len(msgs) > 0 {
		l.Errorf(at, "Invalid label", "%q cannot be the value of a label: %s.", value, reason(msgs))
	}
}

func checkLabelKey(l *problem.List, at problem.Path, what, key string) {
	if msgs := validation.IsQualifiedName(key); len(msgs) > 0 {
		l.Errorf(at, "Invalid "+what, "%q cannot be the key of a %s: %s.", key, what, reason(msgs))
	}
}

// checkReserved refuses keys by which the provider or Argo tells its objects.
func checkReserved(l *problem.List, at problem.Path, what, key string, prefixes ...string) {
	for _, p := range prefixes {
		if strings.HasPrefix(key, p) {
			l.Errorf(at, "Reserved "+what, "%q belongs to those that the provider and Argo Workflows set themselves (%s…). Choose another key.", key, p)
		}
	}
}

// checkObjectName checks the name of a Kubernetes object, where one is given.
func checkObjectName(l *problem.List, at problem.Path, name string) {
	if name != "" {
		checkNeededName(l, at, name)
	}
}

func checkNeededName(l *problem.List, at problem.Path, name string) {
	if name == spec.Unknown || refuseExpression(l, at, name, constantName) {
		return
	}
	if msgs := validation.IsDNS1123Subdomain(name); len(msgs) > 0 {
		l.Errorf(at, "Invalid name", "%q cannot be the name of a Kubernetes object: %s.", name, reason(msgs))
	}
}

// checkDataKey checks a key of a secret or a config map.
func checkDataKey(l *problem.List, at problem.Path, key string) {
	if key == spec.Unknown || refuseExpression(l, at, key, constantName) {
		return
	}
	if msgs := validation.IsConfigMapKey(key); len(msgs) > 0 {
		l.Errorf(at, "Invalid key", "%q cannot be a key of a secret or a config map: %s.", key, reason(msgs))
	}
}

// reason is the first of Kubernetes' messages without its regular expression.
func reason(msgs []string) string {
	text, _, _ := strings.Cut(msgs[0], " (")
	return text
}
