package acceptance

import (
	"encoding/json"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// What somebody writes into a live object is drift, even where it is nonsense that a server with minimal definitions
// takes, and the next apply takes it back.
func TestAccNonsenseIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.start("minimal", "v3.7.18")
	s.account("robot")
	subjects := s.subjects()
	patches := map[backend.Kind][]string{
		backend.CronWorkflows: {
			`{"spec":{"timezone":"Mars/X","schedules":["* * *"]}}`, `{"spec":{"schedules":["0 0 31 2 *"]}}`, `{"spec":{"schedules":[]}}`, `{"spec":{"schedules":"x","timezone":5,"suspend":"yes"}}`,
			`{"spec":{"workflowSpec":{"arguments":{"parameters":"x"},"workflowTemplateRef":[1],"synchronization":{"semaphores":[null]}},"concurrencyPolicy":7}}`,
			`{"spec":"x"}`, `{"spec":null}`, `{"spec":{"startingDeadlineSeconds":"soon","when":"{{=","workflowMetadata":"x"},"status":"x"}`,
		},
		backend.WorkflowTemplates: {
			`{"spec":{"entrypoint":null,"templates":null}}`, `{"spec":{"templates":"x"}}`, `{"spec":{"templates":[null,{"name":"main","container":null,"script":"x"}]}}`, `{"spec":"x"}`,
			`{"spec":{"arguments":{"parameters":[{"name":5}]},"podGC":"x","ttlStrategy":{"secondsAfterCompletion":"long"}}}`,
		},
	}
	for _, sub := range subjects {
		content, _ := written(t, sub.object)
		name := content["metadata"].(map[string]any)["name"].(string)
		f := s.terraform()
		state := f.adopt(sub.resource, sub.id)
		config := f.configOf(sub.resource, state)
		for _, patch := range patches[sub.kind] {
			if _, err := s.objects.Resource(schema.GroupVersionResource(sub.kind)).Namespace("etl").Patch(t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "kubectl-edit"}); apierrors.IsInvalid(err) {
				continue // nobody can make this change
			} else if err != nil {
				t.Fatalf("%s: %v", patch, err)
			}
			f := s.terraform()
			seen, problem := f.Refresh(sub.resource, state)
			if problem != "" || seen == nil {
				t.Errorf("%s of %s: %s", patch, sub.id, problem)
				continue
			}
			if changed := f.plan(sub.resource, config, seen); len(changed) == 0 {
				t.Errorf("%s of %s: the plan is empty", patch, sub.id)
			}
			after, problem := s.terraform().apply(sub.resource, config, seen)
			if problem != "" || after == nil {
				t.Errorf("%s of %s is not taken back: %s", patch, sub.id, problem)
				continue
			}
			again, problem := s.terraform().Refresh(sub.resource, after)
			if changed := s.terraform().plan(sub.resource, config, again); problem != "" || len(changed) > 0 {
				live, _ := s.objects.Resource(schema.GroupVersionResource(sub.kind)).Namespace("etl").Get(
					t.Context(), name, metav1.GetOptions{},
				)
				text, _ := json.Marshal(live)
				t.Errorf(
					"%s of %s, taken back, plans changes of %v: %v %s\n%s", patch, sub.id, changed, again["drift"], problem, text,
				)
			}
		}
	}
}
