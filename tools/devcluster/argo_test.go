package main

import (
	"strings"
	"testing"
)

const upstream = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: argo-server, namespace: argo}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: workflow-controller-configmap, namespace: argo}
---
apiVersion: v1
kind: Service
metadata: {name: argo-server, namespace: argo}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argo-server, namespace: argo}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: workflow-controller, namespace: argo}
spec:
  template:
    metadata: {labels: {app: workflow-controller}}
    spec:
      containers:
      - name: workflow-controller
        image: quay.io/argoproj/workflow-controller:latest
        env:
        - {name: LEADER_ELECTION_IDENTITY, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        livenessProbe: {initialDelaySeconds: 90}
`

func parsed(t *testing.T, text string) []object {
	t.Helper()
	all, err := parseObjects([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func find(all []object, kind, name string) object {
	for _, o := range all {
		if at(o, "kind") == kind && at(o, "metadata", "name") == name {
			return o
		}
	}
	return nil
}

func TestAdaptArgo(t *testing.T) {
	all, err := adaptArgo(parsed(t, upstream), "controller:v4.0.7", "sha256:abc")
	if err != nil {
		t.Fatal(err)
	}
	if find(all, "Deployment", "argo-server") != nil || find(all, "Service", "argo-server") != nil {
		t.Error("the API server is still installed")
	}
	if find(all, "ServiceAccount", "argo-server") == nil {
		t.Error("other objects were dropped")
	}
	d := find(all, "Deployment", "workflow-controller")
	template := at(d, "spec", "template")
	container := at(template, "spec", "containers", 0)
	for _, check := range []struct{ got, want any }{
		{at(container, "image"), "controller:v4.0.7"},
		{at(container, "env", 0, "name"), "LEADER_ELECTION_IDENTITY"},
		{at(container, "env", 1, "name"), "DEFAULT_REQUEUE_TIME"},
		{at(container, "env", 1, "value"), "1s"},
		{at(template, "metadata", "annotations", "devcluster/image-digest"), "sha256:abc"},
	} {
		if check.got != check.want {
			t.Errorf("got %v, want %v", check.got, check.want)
		}
	}
	config := find(all, "ConfigMap", "workflow-controller-configmap")
	repository, _ := at(config, "data", "artifactRepository").(string)
	if s3 := parsed(t, repository)[0]; at(s3, "s3", "endpoint") != nodeIP+":9000" || at(s3, "s3", "bucket") != s3Bucket {
		t.Errorf("artifact repository: %v", s3)
	}
}

func TestAdaptArgoRefusesUnexpectedManifests(t *testing.T) {
	for name, text := range map[string]string{
		"no controller":         "kind: ConfigMap\nmetadata: {name: workflow-controller-configmap}",
		"no containers":         strings.Replace(upstream, "containers:", "initContainers:", 1),
		"no controller's probe": strings.Replace(upstream, "livenessProbe", "readinessProbe", 1),
	} {
		if _, err := adaptArgo(parsed(t, text), "", ""); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}

func TestObjectsRoundTrip(t *testing.T) {
	text, err := formatObjects(parsed(t, upstream))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(parsed(t, string(text))); got != 5 {
		t.Errorf("%d objects, want 5", got)
	}
}

func TestOwnManifestsParse(t *testing.T) {
	c := testCluster(t)
	for _, text := range [][]byte{manifest("cluster.yaml"), manifest("coredns.yaml"), c.namespaceManifest("team-a")} {
		for _, o := range parsed(t, string(text)) {
			if at(o, "kind") == nil || at(o, "metadata", "name") == nil {
				t.Errorf("incomplete object %v", o)
			}
		}
	}
	binding := find(parsed(t, string(c.namespaceManifest("team-a"))), "RoleBinding", "workflow-executor")
	if at(binding, "metadata", "namespace") != "team-a" || at(binding, "subjects", 0, "namespace") != "team-a" {
		t.Errorf("role binding: %v", binding)
	}
}

func TestTemplatesRender(t *testing.T) {
	c := testCluster(t)
	files, err := templates.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if text := string(c.render(f.Name())); strings.Contains(text, "${") {
			t.Errorf("%s: not all names are filled in", f.Name())
		}
	}
}
