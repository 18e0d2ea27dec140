package argo_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

const minio = "s3://models/team/a?endpoint=10.0.0.1:9000&insecure=true&secret=s3"

// rooted keeps the files of a loop below an address.
func rooted(t *testing.T, root string) spec.Pipeline {
	t.Helper()
	files := map[string]spec.Input{"files": {Type: "list(Dataset)"}}
	write := mustComponent(t, spec.Component{
		Namespace: "etl", Name: "write", Interface: spec.Interface{Outputs: map[string]spec.Output{"file": {Type: "Dataset"}}},
		Container: &spec.Container{Image: "busybox:1.36", Command: []string{"touch", "{{ outputs.file.path }}"}},
	})
	join := mustComponent(t, spec.Component{
		Namespace: "etl", Name: "join", Interface: spec.Interface{Inputs: files},
		Container: &spec.Container{Image: "busybox:1.36", Command: []string{"ls", "{{ inputs.files.path }}"}},
	})
	return spec.Pipeline{
		Namespace: "etl", Name: "rooted", Options: spec.Options{PipelineRoot: root, Labels: map[string]string{"team": "a"}},
		Tasks: map[string]spec.Task{
			"loop": {
				Component: write.Ref(spec.Component{Namespace: "etl", Name: "write", Interface: spec.Interface{
					Outputs: map[string]spec.Output{"file": {Type: "Dataset"}},
				}}), ForEach: `["a","b"]`,
			},
			"join": {
				Component: join.Ref(spec.Component{Namespace: "etl", Name: "join", Interface: spec.Interface{Inputs: files}}),
				Inputs:    map[string]string{"files": "{{ tasks.loop.output }}"},
			},
		},
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	p := rooted(t, minio)
	o := mustPipeline(t, p)
	compare(t, "pipeline-root", []any{o.Root, o.Template})
	checkInverse(t, p)
	if other := mustPipeline(t, rooted(t, minio+"-2")); other.Version == o.Version {
		t.Error("another place is the same version")
	}
	if none := mustPipeline(t, rooted(t, "")); none.Root != nil || none.Template.Spec.ArtifactRepositoryRef != nil {
		t.Error("a pipeline without a root has one")
	}
}

// Whatever is a root is read back from the config map as an address that says the same, and the prefix that Argo
// computes from the annotation is the one that it is.
func TestRootsAreReadBack(t *testing.T) {
	t.Parallel()
	_, code, _ := strings.Cut(layout.RootPlace, `regexReplaceAll("`)
	code, _, _ = strings.Cut(code, `", get(`)
	cut := regexp.MustCompile(code)
	rapid.Check(t, func(t *rapid.T) {
		root := rapid.StringMatching(`(s3|gs|S3)://[a-z][a-z0-9.-]{2,5}[a-z](/{0,2}[a-z.=@:~+]{0,3}){0,3}/?(\?(endpoint=[a-z/:?%0-9\n]{0,5}&?)?(insecure=true&?)?`+
			`(secret=[a-z]{1,3}&?)?(key=[a-z]{1,3}&?)?(access_key=[a-z]{1,3}&?)?(secret_key=[a-z]{1,3}&?)?(region=[^{}#&;+%]{0,3})?)?`).Draw(t, "root")
		i, err := spec.ParseRoot(root)
		if err != nil {
			t.Skip(err)
		}
		if got := cut.ReplaceAllString(root, ""); got != i.Key {
			t.Fatalf("the prefix of %q is %q, not %q", root, got, i.Key)
		}
		data, err := compile.RootDescription(root)
		if err != nil {
			t.Fatal(err)
		}
		back, ok := decompile.ReadRoot("s3://other", configMap(data))
		again, err := compile.RootDescription(back)
		if !ok || err != nil || again != data {
			t.Fatalf("%q is read as %q (%v, %v):\n%s", root, back, ok, err, cmp.Diff(data, again))
		}
	})
}

// configMap is one with such a description.
func configMap(data string) layout.Decoder {
	return func(v any) error {
		text, err := json.Marshal(map[string]any{"data": map[string]string{layout.RootKey: data}})
		if err != nil {
			return err
		}
		return json.Unmarshal(text, v)
	}
}

// What is no description of ours is drift.
func TestForeignRootsAreNotRead(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		"", "null", "{", `{"s3":{"bucket":"b"}}`, `{"hdfs":{}}`, `{"s3":{"bucket":"{{x}}","endpoint":"e","keyFormat":"a"}}`,
		`{"s3":{"bucket":"bucket","endpoint":"s3.amazonaws.com","useSDKCreds":true,"keyFormat":"{{workflow.name}}"}}`,
	} {
		if root, ok := decompile.ReadRoot(minio, configMap(data)); ok {
			t.Errorf("%s is read as %q", data, root)
		}
	}
	if root, ok := decompile.ReadRoot(minio, nil); ok || root != minio {
		t.Errorf("no config map is read as %q", root)
	}
}
