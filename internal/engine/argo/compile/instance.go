package compile

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// InstanceLabel is by which a controller with an instance id finds its Workflows and CronWorkflows; one without takes
// those that lack it. A CronWorkflow hands it on to its runs. WorkflowTemplates are read by all.
const InstanceLabel = "workflows.argoproj.io/controller-instanceid"

// ForInstance gives a Workflow or CronWorkflow to the controller with an instance id; empty: to the one without.
func ForInstance(object metav1.Object, id string) {
	if id == "" {
		return
	}
	labels := object.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[InstanceLabel] = id
	object.SetLabels(labels)
}

// ForInstance does the same with a recurring run.
func (o RecurringRunObjects) ForInstance(id string) {
	ForInstance(&unstructured.Unstructured{Object: o.Cron}, id)
}

// InstanceOf is the instance id that an object carries.
func InstanceOf(object map[string]any) string {
	meta, _ := object["metadata"].(map[string]any)
	labels, _ := meta["labels"].(map[string]any)
	id, _ := labels[InstanceLabel].(string)
	return id
}
