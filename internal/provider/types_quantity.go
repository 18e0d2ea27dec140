package provider

import "k8s.io/apimachinery/pkg/api/resource"

// quantity is Kubernetes' notation of quantities: "1000m" is "1", "1024Mi" is "1Gi".
type quantity struct{}

type (
	quantityType  = textType[quantity]
	quantityValue = textValue[quantity]
)

func (quantity) same(a, b string) bool {
	x, err := resource.ParseQuantity(a)
	if err != nil {
		return false
	}
	y, err := resource.ParseQuantity(b)
	return err == nil && x.Cmp(y) == 0
}
