package cluster

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// controllerSettings are the parts of the controller's config map that decide whether it runs what the provider makes.
type controllerSettings struct {
	InstanceID           string `json:"instanceID"`
	WorkflowRestrictions struct {
		TemplateReferencing string `json:"templateReferencing"`
	} `json:"workflowRestrictions"`
}

// parseSettings reads both forms of the config map: a key for each setting, or all in one.
func parseSettings(data map[string]string) controllerSettings {
	var s controllerSettings
	_ = yaml.Unmarshal([]byte(data["config"]), &s) // what cannot be read, the controller does not start with
	if id := strings.Trim(strings.TrimSpace(data["instanceID"]), `"'`); id != "" {
		s.InstanceID = id
	}
	if text, ok := data["workflowRestrictions"]; ok {
		_ = yaml.Unmarshal([]byte(text), &s.WorkflowRestrictions)
	}
	return s
}

// overrideAllowlist is the controller's variable that lets a run set more than it may under a restriction.
const overrideAllowlist = "WORKFLOW_USER_OVERRIDE_ALLOWLIST"

// applySettings reads what decides which workflows the controller runs.
func applySettings(
	ctx context.Context, conn *connection, c *backend.Controller, name string, container corev1.Container,
) {
	found, err := conn.typed.CoreV1().ConfigMaps(c.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		c.Closed = !apierrors.IsNotFound(err)
		return
	}
	s := parseSettings(found.Data)
	c.InstanceID, c.Referencing = s.InstanceID, s.WorkflowRestrictions.TemplateReferencing
	for _, env := range container.Env {
		if env.Name == overrideAllowlist {
			for field := range strings.SplitSeq(env.Value, ",") {
				c.Allowed = append(c.Allowed, strings.TrimSpace(field))
			}
		}
	}
}
