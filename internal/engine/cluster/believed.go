package cluster

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// kinds are the kinds of what the provider reads.
var kinds = map[backend.Kind]string{
	backend.WorkflowTemplates: "WorkflowTemplate", backend.Workflows: "Workflow", backend.CronWorkflows: "CronWorkflow", backend.ConfigMaps: "ConfigMap", Pods: "Pod",
}

// believed takes an answer for the object that was asked for, if it says that it is. A proxy or a gateway may answer in
// the server's place, and what it says must neither become state nor stand for a run that has ended.
func believed(u *unstructured.Unstructured, r backend.Kind, namespace, name string) (*backend.Object, error) {
	kind, known := kinds[r]
	if known && u.GetKind() != kind || namespace != "" && u.GetNamespace() != namespace || u.GetName() != name {
		return nil, &backend.Error{
			Reason: backend.Misled, Resource: r.Resource, Namespace: namespace, Name: name,
			Err: fmt.Errorf("the answer is %s %s/%s", u.GetKind(), u.GetNamespace(), u.GetName()),
		}
	}
	return newObject(u), nil
}
