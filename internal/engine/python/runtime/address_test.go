package runtime_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// TestAddresses gives functions what Argo tells its executor.
func TestAddresses(t *testing.T) {
	t.Parallel()
	const s3 = `"archiveLocation":{"s3":{"bucket":"b","endpoint":"e","key":"run/pod"}}`
	one := function("f", spec.String, argument("a", runtime.InputArtifact, spec.Dataset))
	list := function("f", spec.String, argument("a", runtime.InputArtifact, "list(Dataset)"))
	made := function("f", spec.String, argument("a", runtime.OutputArtifact, spec.Dataset))
	const uri, uris = "def f(a): return a.uri", `def f(a): return ",".join(x.uri for x in a)`
	const wrote = "def f(a):\n    open(a.path, 'w').close()\n    return a.uri"
	input := func(artifact string) string {
		return `{"inputs":{"artifacts":[{"name":"z"},` + artifact + `]},` + s3 + `}`
	}
	for name, test := range map[string]struct {
		config                         runtime.Config
		source, executor, hidden, want string
	}{
		"in the repository": {one, uri, input(`{"name":"a","s3":{"key":"r/a.tgz"}}`), "", "s3://b/r/a.tgz"},
		"elsewhere":         {one, uri, input(`{"name":"a","gcs":{"bucket":"g","key":"k"}}`), "", "gs://g/k"},
		"a key in another kind of repository": {
			one, uri, `{"inputs":{"artifacts":[{"name":"a","s3":{"key":"k"}}]},"archiveLocation":{"gcs":{"bucket":"g","key":"x"}}}`, "",
			"gs://g/k",
		},
		"azure": {
			one, uri, `{"inputs":{"artifacts":[{"name":"a","azure":{"blob":"k"}}]},` +
				`"archiveLocation":{"azure":{"endpoint":"https://x","container":"c","blob":"y"}}}`, "", "https://x/c/k",
		},
		"what the metadata says": {one, uri, input(`{"name":"a","s3":{"key":"k"}}`), `{"uri":"hdfs://there","digest":"d"}`, "hdfs://there"},
		"from a web server": {
			one, uri, `{"inputs":{"artifacts":[{"name":"a","http":{"url":"http://x/y"}}]}}`, `{"uri":"http://x/y"}`, "http://x/y",
		},
		"an import whose value was an address": {
			one, uri, input(`{"name":"a","s3":{"bucket":"x","key":"k"}}`), `{"uri":"s3://s3://x/k","digest":""}`, "s3://x/k",
		},
		"an import with options": {
			one, uri, input(`{"name":"a","s3":{"bucket":"x","key":"k?y"}}`), `{"uri":"s3://x/k?y?endpoint=e"}`, "s3://x/k?y",
		},
		"an import from the repository": {
			one, uri, input(`{"name":"a","s3":{"key":"k"}}`), `{"uri":"repository://k"}`, "s3://b/k",
		},
		"an import alone":     {one, uri, `{"inputs":{"artifacts":[{"name":"a","s3":{"bucket":"x","key":"k"}}]}}`, "", "s3://x/k"},
		"a list of a loop":    {list, uris, input(`{"name":"a","s3":{"key":"k"},"archive":{"none":{}}}`), "", "s3://b/k/0,s3://b/k/1"},
		"a list in one piece": {list, uris, input(`{"name":"a","s3":{"key":"k.tgz"}}`), "", ","},
		"an output":           {made, wrote, `{"outputs":{"artifacts":[{"name":"a","path":"p"}]},` + s3 + `}`, "", "s3://b/run/pod/a.tgz"},
		"an output of a loop": {
			made, wrote, `{"outputs":{"artifacts":[{"name":"a","s3":{"key":"l/0"},"archive":{"none":{}}}]},` + s3 + `}`, "", "s3://b/l/0",
		},
		"no repository": {made, wrote, `{"outputs":{"artifacts":[{"name":"a","path":"p"}]}}`, "", ""},
		"no JSON":       {made, wrote, `{`, "", ""},
		"of another kind": {
			one, uri, `{"inputs":{"artifacts":[{"name":"a","raw":{"data":"x"}}]},` + s3 + `}`, "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPod(t, python(t), sdk(test.config), map[string]string{"user.py": test.source})
			if test.config.Arguments[0].Type.IsList() {
				p.write(map[string]string{"inputs/a/0": "x", "inputs/a/1": "y"})
			} else {
				p.write(map[string]string{"inputs/a": "x"})
			}
			must(t, os.WriteFile(p.path("executor"), []byte(test.executor), 0o444))
			p.env = append(p.env, "KFP_EXECUTOR_FILE="+p.path("executor"))
			r := p.run(map[string]string{runtime.ArtifactParameter + "a": test.hidden}).succeeded()
			if got := r.output("Output"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
