package check

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Quantity is false for what is wrong, or is no constant.
func Quantity(l *problem.List, at problem.Path, text string) (resource.Quantity, bool) {
	if text == spec.Unknown || IsTemplate(text) {
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
			return fmt.Sprintf(
				"Write %q or %q: the one counts in thousands, the other in 1024.", number+strings.Replace(size, "K", "k", 1),
				number+size+"i",
			)
		}
	}
	return "Write a number with an optional unit, such as \"500m\" for half a CPU or \"1Gi\" for memory."
}

// Size checks the size of a volume, which nothing can be taken from if it is zero.
func Size(l *problem.List, at problem.Path, text string) {
	if IsTemplate(text) {
		l.Errorf(at, "Invalid quantity", "%q: expressions are not possible here. Write a constant such as \"10Gi\".", text)
		return
	}
	q, ok := Quantity(l, at, text)
	switch {
	case !ok:
	case q.IsZero():
		l.Errorf(at, "Invalid quantity", "%q is no size. Write a quantity such as \"10Gi\".", text)
	case !IsWhole(q):
		l.Errorf(
			at, "Invalid quantity",
			"%q is not a whole number of bytes: m stands for thousandths. Write Mi or Gi, such as \"%dMi\".", text, Mebi(text),
		)
	}
}

// IsWhole reports whether a quantity has no thousandths.
func IsWhole(q resource.Quantity) bool {
	_, exact := q.AsScale(0)
	return exact
}

// Mebi is the number in "500m", for which people mean mebibytes.
func Mebi(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSuffix(text, "m"), 10, 64)
	if err != nil {
		return 512
	}
	return n
}
