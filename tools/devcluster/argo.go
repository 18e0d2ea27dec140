package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

//go:embed manifests
var manifests embed.FS

const s3Bucket = "argo"

func manifest(name string) []byte {
	b, err := manifests.ReadFile("manifests/" + name)
	if err != nil {
		panic(err) // it is part of this program
	}
	return b
}

// object is a Kubernetes object as YAML reads it.
type object = map[string]any

func parseObjects(text []byte) ([]object, error) {
	var all []object
	for _, doc := range regexp.MustCompile(`(?m)^---\s*$`).Split(string(text), -1) {
		var o object
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			return nil, err
		}
		if len(o) > 0 {
			all = append(all, o)
		}
	}
	return all, nil
}

func formatObjects(all []object) ([]byte, error) {
	var out bytes.Buffer
	for _, o := range all {
		b, err := yaml.Marshal(o)
		if err != nil {
			return nil, err
		}
		out.WriteString("---\n")
		out.Write(b)
	}
	return out.Bytes(), nil
}

// at follows a path of map keys and list indexes; nil when it leads nowhere.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				return nil
			}
			v = list[s]
		}
	}
	return v
}

// adaptArgo changes upstream's installation where this cluster differs: no API
// server with a web page, our object store, and answers within a second.
func adaptArgo(all []object, image, digest string) ([]object, error) {
	var kept []object
	adapted := 0
	for _, o := range all {
		kind, name := at(o, "kind"), at(o, "metadata", "name")
		switch {
		case name == "argo-server" && (kind == "Deployment" || kind == "Service"):
			continue
		case name == "workflow-controller" && kind == "Deployment":
			if err := adaptController(o, image, digest); err != nil {
				return nil, err
			}
			adapted++
		case name == "workflow-controller-configmap" && kind == "ConfigMap":
			o["data"] = controllerConfig()
			adapted++
		}
		kept = append(kept, o)
	}
	if adapted != 2 {
		return nil, errors.New("upstream's manifests have no workflow-controller Deployment and ConfigMap as expected")
	}
	return kept, nil
}

func adaptController(o object, image, digest string) error {
	template, ok1 := at(o, "spec", "template").(map[string]any)
	container, ok2 := at(template, "spec", "containers", 0).(map[string]any)
	env, ok3 := at(container, "env").([]any)
	probe, ok4 := at(container, "livenessProbe").(map[string]any)
	meta, ok5 := at(template, "metadata").(map[string]any)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return errors.New("upstream's workflow-controller Deployment has not the expected form")
	}
	container["image"] = image
	container["env"] = append(env, map[string]any{"name": "DEFAULT_REQUEUE_TIME", "value": "1s"})
	probe["initialDelaySeconds"] = 10
	// A rebuilt controller has the same tag; its digest makes the pod a new one.
	meta["annotations"] = map[string]any{"devcluster/image-digest": digest}
	return nil
}

func controllerConfig() map[string]any {
	return map[string]any{
		"executor": "resources: {requests: {cpu: 10m, memory: 32Mi}}\n",
		"artifactRepository": `s3:
  bucket: ` + s3Bucket + `
  endpoint: ` + nodeIP + `:9000
  insecure: true
  region: us-east-1
  accessKeySecret: {name: s3-credentials, key: accesskey}
  secretKeySecret: {name: s3-credentials, key: secretkey}
`,
	}
}

// kustomize renders a directory of upstream's manifests.
func (c *cluster) kustomize(ctx context.Context, dir string) ([]object, error) {
	out, err := c.kubectl(ctx, nil, "kustomize", dir)
	if err != nil {
		return nil, err
	}
	return parseObjects(out)
}

func (c *cluster) apply(ctx context.Context, all []object) error {
	text, err := formatObjects(all)
	if err != nil {
		return err
	}
	_, err = c.kubectl(ctx, text, "apply", "--server-side", "--force-conflicts", "--validate=false", "-f", "-")
	return err
}

func (c *cluster) installAddons(ctx context.Context, p programs) error {
	upstream, err := c.manifestsOf(ctx, p["argo"])
	if err != nil {
		return err
	}
	argo, err := adaptArgo(upstream, c.argo.controllerImage(), pushedDigest(ctx, c.argo.controllerImage()))
	if err != nil {
		return err
	}
	var own []object
	for _, text := range [][]byte{manifest("cluster.yaml"), manifest("coredns.yaml"), c.namespaceManifest("default"), c.namespaceManifest("argo")} {
		objects, err := parseObjects(text)
		if err != nil {
			return err
		}
		own = append(own, objects...)
	}
	return c.apply(ctx, append(own, argo...))
}

// The annotation says which flavour a CRD was installed from, so that an
// unchanged one, which takes the server seconds to read, is left alone.
const crdAnnotation = "devcluster/content"

// installCRDs installs the CRDs of a copy of Argo's source.
func (c *cluster) installCRDs(ctx context.Context, argo, flavour string) error {
	dir := filepath.Join(argo, "manifests", "base", "crds", flavour)
	content := sha256.Sum256([]byte(filepath.Base(argo) + flavour))
	want := flavour + "-" + hex.EncodeToString(content[:])[:12]
	files, _ := filepath.Glob(filepath.Join(dir, "argoproj.io_*.yaml"))
	if have, err := c.installedCRDs(ctx); err == nil && len(have) == len(files) && allEqual(have, want) {
		return nil
	}
	c.say("installing Argo's CRDs (%s)", flavour)
	crds, err := c.kustomize(ctx, dir)
	if err != nil {
		return err
	}
	for _, crd := range crds {
		meta, ok := at(crd, "metadata").(map[string]any)
		if !ok {
			return errors.New("upstream's CRDs have not the expected form")
		}
		annotations, _ := meta["annotations"].(map[string]any)
		if annotations == nil {
			annotations = map[string]any{}
		}
		annotations[crdAnnotation] = want
		meta["annotations"] = annotations
	}
	if err := c.apply(ctx, crds); err != nil {
		return err
	}
	return waitFor(ctx, "Argo's CRDs", 5*time.Minute, func(ctx context.Context) error {
		if err := c.crdsServed(ctx, flavour); err != nil {
			return err
		}
		return c.kindsListed(ctx, len(files))
	})
}

func allEqual(values map[string]string, want string) bool {
	for _, v := range values {
		if v != want {
			return false
		}
	}
	return true
}

// installedCRDs gives the content annotation of each of Argo's CRDs that is in use.
func (c *cluster) installedCRDs(ctx context.Context) (map[string]string, error) {
	var list struct {
		Items []struct {
			Metadata struct {
				Name        string
				Annotations map[string]string
			}
			Spec   struct{ Group string }
			Status struct{ Conditions []condition }
		}
	}
	if err := c.apiGet(ctx, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &list); err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, crd := range list.Items {
		if crd.Spec.Group == "argoproj.io" && isTrue(crd.Status.Conditions, "Established") {
			found[crd.Metadata.Name] = crd.Metadata.Annotations[crdAnnotation]
		}
	}
	return found, nil
}

// crdsServed asks the server to check a workflow that only the full flavour
// refuses: being established does not tell which schema is in force.
func (c *cluster) crdsServed(ctx context.Context, flavour string) error {
	wrong := object{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": object{"name": "devcluster-probe"},
		"spec": object{"entrypoint": 5},
	}
	body, _ := json.Marshal(wrong)
	err := c.apiCall(ctx, "POST", "/apis/argoproj.io/v1alpha1/namespaces/default/workflows?dryRun=All", body, nil)
	var refusal *apiError
	switch {
	case errors.As(err, &refusal) && refusal.code == 422 && flavour == "full":
		return nil
	case err == nil && flavour == "minimal":
		return nil
	case err == nil:
		return errors.New("the server does not check workflows yet")
	}
	return err
}

// kindsListed asks which kinds the server says it has: that lags behind what it serves.
func (c *cluster) kindsListed(ctx context.Context, want int) error {
	var list struct{ Resources []struct{ Name string } }
	if err := c.apiGet(ctx, "/apis/argoproj.io/v1alpha1", &list); err != nil {
		return err
	}
	kinds := 0
	for _, r := range list.Resources {
		if !strings.Contains(r.Name, "/") {
			kinds++
		}
	}
	if kinds < want {
		return fmt.Errorf("the server lists %d of %d kinds of Argo's", kinds, want)
	}
	return nil
}

type s3Credentials struct{ Access, Secret string }

// s3Key returns the object store's key, which was made up with the certificates.
func (c *cluster) s3Key() s3Credentials {
	var key s3Credentials
	if b, err := os.ReadFile(c.path("pki", "s3.json")); err == nil {
		json.Unmarshal(b, &key)
	}
	return key
}

func (c *cluster) namespaceManifest(namespace string) []byte {
	key := c.s3Key()
	values := map[string]string{"namespace": namespace, "access": key.Access, "secret": key.Secret}
	return []byte(os.Expand(string(manifest("namespace.yaml")), func(name string) string { return values[name] }))
}

// prepareNamespaces makes namespaces in which workflows can run.
func (c *cluster) prepareNamespaces(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return errors.New("namespace needs at least one name")
	}
	for _, name := range names {
		if _, err := c.kubectl(ctx, c.namespaceManifest(name), "apply", "--server-side", "--force-conflicts", "-f", "-"); err != nil {
			return err
		}
		fmt.Println("prepared namespace", strings.TrimSpace(name))
	}
	return nil
}
