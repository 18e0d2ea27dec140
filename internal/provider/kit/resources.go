package kit

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ResourcesObject is the same for tasks and for components.
var ResourcesObject = ObjectOf(
	mapRow("requests", func(s *spec.Resources) *map[string]string { return &s.Requests }, QuantityType{},
		"What the node must have free, as Kubernetes quantities by resource: `cpu` (`\"500m\"` is half a CPU), "+
			"`memory` and `ephemeral-storage` (`\"1Gi\"`), or a device such as `nvidia.com/gpu` (`\"1\"`). A "+
			"task's quantities, and the names of resources, may hold `{{ }}`; a name that is nil leaves the resource out. "+
			"Default: the limits."),
	mapRow("limits", func(s *spec.Resources) *map[string]string { return &s.Limits }, QuantityType{},
		"What the container may use at most, as Kubernetes quantities by resource. One that takes more memory "+
			"is ended, one that takes more CPU is slowed down. A task's quantities, and the names of resources, may hold "+
			"`{{ }}`: `{ \"{{ parameters.gpu }}\" = 1 }`; a name that is nil leaves the resource out. Default: no "+
			"limit."),
)
