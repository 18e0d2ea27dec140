package kit

import (
	"k8s.io/apimachinery/pkg/api/resource"
)

// Quantity is Kubernetes' notation of quantities: "1000m" is "1", "1024Mi" is "1Gi".
type Quantity struct{}

// QuantityType is the type of texts in it.
type QuantityType = textType[Quantity]

func (Quantity) same(a, b string) bool {
	x, err := resource.ParseQuantity(a)
	if err != nil {
		return false
	}
	y, err := resource.ParseQuantity(b)
	return err == nil && x.Cmp(y) == 0
}
