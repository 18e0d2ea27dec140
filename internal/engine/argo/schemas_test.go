package argo_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// argoModules are the versions of Argo whose full schemas are looked at. The first is compiled against; make schemas
// downloads the others.
var argoModules = []string{
	"github.com/argoproj/argo-workflows/v3@v3.7.18",
	"github.com/argoproj/argo-workflows/v4@v4.0.7",
}

// schema is a part of a custom resource's OpenAPI schema.
type schema struct {
	Properties           map[string]*schema `json:"properties"`
	Items                *schema            `json:"items"`
	AdditionalProperties *schema            `json:"additionalProperties"`
	Required             []string           `json:"required"`
	Enum                 []any              `json:"enum"`
	Pattern              string             `json:"pattern"`
	MinLength            int                `json:"minLength"`
	MaxLength            *int               `json:"maxLength"`
	MinItems             int                `json:"minItems"`
	MaxItems             *int               `json:"maxItems"`
	Anything             bool               `json:"x-kubernetes-preserve-unknown-fields"`
}

// schemasOf reads the full schemas of a version by kind; nil if its module is not in Go's cache.
func schemasOf(t *testing.T, module string) map[string]*schema {
	t.Helper()
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(cache)), module, "manifests", "base", "crds", "full")
	if _, err := os.Stat(dir); err != nil {
		return nil
	}
	all := map[string]*schema{}
	for _, kind := range []string{"Workflow", "WorkflowTemplate", "CronWorkflow"} {
		text, err := os.ReadFile(filepath.Join(dir, "argoproj.io_"+strings.ToLower(kind)+"s.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var crd struct {
			Spec struct {
				Versions []struct {
					Schema struct {
						OpenAPIV3Schema *schema `json:"openAPIV3Schema"`
					} `json:"schema"`
				} `json:"versions"`
			} `json:"spec"`
		}
		if err := yaml.Unmarshal(text, &crd); err != nil {
			t.Fatal(err)
		}
		all[kind] = crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	}
	return all
}

// misfits are the places where a value is not what the schema says.
func (s *schema) misfits(at string, value any) []string {
	if s == nil || s.Anything {
		return nil
	}
	var found []string
	switch v := value.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				found = append(found, at+"."+name+" is required")
			}
		}
		for name, inner := range v {
			declared, ok := s.Properties[name]
			switch {
			case ok:
				found = append(found, declared.misfits(at+"."+name, inner)...)
			case s.AdditionalProperties != nil:
				found = append(found, s.AdditionalProperties.misfits(at+"."+name, inner)...)
			case len(s.Properties) > 0:
				found = append(found, at+"."+name+" is not declared")
			}
		}
	case []any:
		if len(v) < s.MinItems || s.MaxItems != nil && len(v) > *s.MaxItems {
			found = append(found, fmt.Sprintf("%s has %d elements", at, len(v)))
		}
		for i, inner := range v {
			found = append(found, s.Items.misfits(fmt.Sprintf("%s[%d]", at, i), inner)...)
		}
	case string:
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) || !regexp.MustCompile(s.Pattern).MatchString(v) ||
			len(v) < s.MinLength || s.MaxLength != nil && len(v) > *s.MaxLength {
			found = append(found, fmt.Sprintf("%s is %q", at, v))
		}
	}
	return found
}

// everyObject draws objects of all kinds, which together use every field that the provider can write.
func everyObject(t *rapid.T, ref, nested spec.Ref) []any {
	component, err := compile.Component(drawComponent(t))
	if err != nil {
		t.Fatal(err)
	}
	p := fullPipeline(t, ref, nested)
	g, problems := graph.Check(p)
	if problems.HasError() {
		t.Fatal(problems)
	}
	pipeline, err := compile.Pipeline(g)
	if err != nil {
		t.Fatal(err)
	}
	schedule, err := compile.RecurringRun(drawRecurring(t))
	if err != nil {
		t.Fatal(err)
	}
	run := compile.Run(spec.Run{
		Namespace: "etl", Name: "r", Pipeline: ref, Parameters: map[string]string{"a": "b"}, ServiceAccount: "runner",
		Labels: map[string]string{"a": "b"}, Triggers: map[string]string{"a": "b"},
	})
	return []any{component.Template, pipeline.Template, schedule.Cron, run}
}

// What is compiled fits the full schemas of every version: as it is, or without the fields that no controller reads.
func TestObjectsFitEverySchema(t *testing.T) {
	t.Parallel()
	ref, nested := stepRef(t), nestedRef()
	for _, module := range argoModules {
		t.Run(filepath.Base(module), func(t *testing.T) {
			t.Parallel()
			schemas := schemasOf(t, module)
			if schemas == nil {
				t.Skipf("the module is not downloaded: go mod download %s", module)
			}
			for seed := range 40 {
				objects := rapid.Custom(func(t *rapid.T) []any { return everyObject(t, ref, nested) }).Example(seed)
				for _, o := range objects {
					if found := leastMisfits(t, schemas, o); len(found) > 0 {
						t.Fatalf("it is refused:\n%s", strings.Join(found, "\n"))
					}
				}
			}
		})
	}
}

// leastMisfits tries both forms in which the provider writes an object.
func leastMisfits(t *testing.T, schemas map[string]*schema, object any) []string {
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var whole map[string]any
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	delete(whole, "status") // the API server's
	without, err := layout.WithoutUnreadFields(whole)
	if err != nil {
		t.Fatal(err)
	}
	kind, _ := whole["kind"].(string)
	found := schemas[kind].misfits(kind, whole)
	if len(found) == 0 {
		return nil
	}
	return schemas[kind].misfits(kind, without)
}
