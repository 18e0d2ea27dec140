package acceptance_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A container without a command runs the entrypoint of its image, which is built in the same apply; the pod gets the
// pull secrets; a bare tag is warned of, and an image that does not exist is an error at plan.
func TestAccImageEntrypoint(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	env := newTestEnv(t)
	repository := strings.Replace(e.repo, e.Host, "127.0.0.1:5000", 1)
	config := func(image string) string {
		return requiredProviders + fmt.Sprintf(`
provider "kfp" {
  registries = { "docker.io" = { mirror = "127.0.0.1:5000" } }
}
resource "kfp_image" "say" {
  repository        = %q
  delete_on_destroy = true
  append = {
    base_image = "busybox:1.36"
    files      = { "/usr/local/bin/say" = { content = "#!/bin/sh\necho \"$1 $2 {{workflow.name}}\" > $3\n", mode = "0755" } }
    entrypoint = ["/usr/local/bin/say", "{{hello}}"]
  }
}
resource "kfp_component" "say" {
  name      = "say"
  inputs    = { word = { type = "string" } }
  outputs   = { said = { type = "string" } }
  container = { image = %s, args = ["{{ inputs.word }}", "{{ outputs.said.path }}"] }
}
resource "kfp_pipeline" "say" {
  name     = "say"
  defaults = { image_pull_secrets = ["harbor"] }
  tasks    = { say = { component = kfp_component.say.ref, inputs = { word = "world" } } }
  outputs  = { said = "{{ tasks.say.outputs.said }}" }
}
resource "kfp_run" "say" {
  pipeline = kfp_pipeline.say.ref
  timeouts = { create = "5m" }
}
output "said" {
  value = kfp_run.say.outputs.said
}
output "command" {
  value = kfp_component.say.container.command
}
`, repository, image)
	}
	w := env.workspace(t, map[string]string{"main.tf": config("kfp_image.say.reference")})
	out := w.mustRun("apply", "-auto-approve", "-input=false")
	if strings.Contains(out, "Image without digest") {
		t.Errorf("a digest is warned of:\n%s", out)
	}
	if said := w.mustRun("output", "-raw", "said"); strings.TrimSpace(said) != "{{hello}} world {{workflow.name}}" {
		t.Errorf("said %q", said)
	}
	if command := w.mustRun("output", "-json", "command"); !strings.HasPrefix(command, `["/usr/local/bin/say",`) {
		t.Errorf("command %s", command)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	pods, err := env.typed.CoreV1().Pods(env.Namespace).List(
		ctx, metav1.ListOptions{LabelSelector: "workflows.argoproj.io/workflow"},
	)
	if err != nil || len(pods.Items) != 1 || len(pods.Items[0].Spec.ImagePullSecrets) != 1 || pods.Items[0].Spec.ImagePullSecrets[0].Name != "harbor" {
		t.Errorf("pull secrets did not reach the pod: %v %+v", err, pods.Items)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	w.Write("main.tf", config(`"busybox:1.36"`))
	if out, err := w.Run("plan", "-input=false"); err == nil || !strings.Contains(out, "Image without digest") || !strings.Contains(out, "busybox:1.36 has no entrypoint. Give command.") {
		t.Errorf("a bare tag is not warned of, or nothing to run no error:\n%s", out)
	}
	w.Write("main.tf", config(`"library/nothing-of-this-name:1"`))
	if out, err := w.Run("plan", "-input=false"); err == nil || !strings.Contains(out, "No such image") || !strings.Contains(out, "container.image") {
		t.Errorf("an image that does not exist is no error:\n%s", out)
	}
	w.Write("main.tf", config("kfp_image.say.reference"))
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if ok, err := e.client.Exists(t.Context(), e.parse(t, strings.TrimSpace(repository+":latest"))); ok || err != nil {
		t.Error(ok, err)
	}
}
