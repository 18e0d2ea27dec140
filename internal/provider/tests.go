package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
)

// NewInNamespace returns a provider whose resources go to a namespace unless they name one, as if KFP_NAMESPACE were
// set: tests run side by side in one process, which has only one environment.
func NewInNamespace(namespace string, countRequests func()) func() provider.Provider {
	return func() provider.Provider {
		return &kfpProvider{version: "test", defaultNamespace: namespace, countRequests: countRequests}
	}
}
