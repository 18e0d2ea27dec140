package cluster

import (
	"slices"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

func TestFaultsOfVersions(t *testing.T) {
	t.Parallel()
	const fatal, warning, none = "fatal", "warning", "none"
	for image, want := range map[string]string{
		"q/workflow-controller:v3.5.8": fatal, "q/workflow-controller:v3.6.18": fatal, "q/workflow-controller:v3.6": fatal,
		"q/workflow-controller:v3.7.0": fatal, "q/workflow-controller:3.7.15": fatal, "q/workflow-controller:v3.7.15-nonroot": fatal,
		"q/workflow-controller:v3.7.16": warning, "q/workflow-controller:v3.7.17": none, "q/workflow-controller:v3.7.18": none,
		"q/workflow-controller:v3.7": none, "q/workflow-controller:v4.0.0-rc1": fatal, "q/workflow-controller:v4.0.0": fatal,
		"q/workflow-controller:v4.0.6": fatal, "q/workflow-controller:v4.0.7": warning, "q/workflow-controller:v4.0.7@sha256:12": warning,
		"q/workflow-controller:v4.0.8": none, "q/workflow-controller:v4.0": none, "q/workflow-controller:v4.1.2": none, "q/workflow-controller:v5.0.0": none,
		"q/workflow-controller:latest": none, "q/workflow-controller": none, "q:5000/workflow-controller": none, "q/workflow-controller@sha256:12": none,
	} {
		got := none
		if f, found := (backend.Controller{Image: image}).Fault(); found {
			got = warning
			if f.Fatal {
				got = fatal
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", image, got, want)
		}
	}
}

func TestSettingsInBothForms(t *testing.T) {
	t.Parallel()
	for _, data := range []map[string]string{
		{"instanceID": "blue\n", "workflowRestrictions": "templateReferencing: Strict\n"},
		{"config": "instanceID: blue\nworkflowRestrictions: {templateReferencing: Strict}\n"},
	} {
		if s := parseSettings(data); s.InstanceID != "blue" || s.WorkflowRestrictions.TemplateReferencing != "Strict" {
			t.Errorf("%v: got %+v", data, s)
		}
	}
	if s := parseSettings(map[string]string{"config": "{", "workflowRestrictions": "["}); s != (controllerSettings{}) {
		t.Errorf("broken settings: %+v", s)
	}
}

func TestForbiddenOverrides(t *testing.T) {
	t.Parallel()
	fields := []string{"serviceAccountName", "synchronization"}
	if got := (backend.Controller{}).Forbids(fields); len(got) > 0 {
		t.Errorf("a free controller forbids %v", got)
	}
	if got := (backend.Controller{Referencing: "Strict", Allowed: []string{"synchronization"}}).Forbids(fields); !slices.Equal(got, fields[:1]) {
		t.Errorf("got %v", got)
	}
	if got := (backend.Controller{Referencing: "Secure"}).Forbids(fields); !slices.Equal(got, fields) {
		t.Errorf("got %v", got)
	}
}
