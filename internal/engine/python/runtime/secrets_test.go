package runtime_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Whatever ends a component, what is told to Argo and in the log's last line has no value of a Secret in it, in no form
// in which Python prints it. Argo keeps the message in clear text.
func TestSecretsAreMaskedInFailures(t *testing.T) {
	t.Parallel()
	const password = `a"quo\te'd tok/en+with=signs & more`
	const file = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n"
	left := []string{`a"quo`, "quo\\", "tok/", "tok%2F", "long secret", "MIIEvQ", "kqhki", "4711", "dG9rL2Vu"}
	for name, body := range map[string]string{
		"message": "raise ValueError(v)",
		"repr":    "raise KeyError(v)",
		"bytes":   "raise ValueError(v.encode())",
		"JSON":    "import json; raise ValueError(json.dumps({'k': [v, json.dumps(v)]}))",
		"URL": "import urllib.parse as u; raise ValueError('db://u:%s@h %s %s' % (u.quote(v), u.quote(v, " +
			"safe=''), u.quote_plus(v)))",
		"base64": "import base64 as b; raise ValueError('%s %s' % (b.b64encode(v.encode()), " +
			"b.urlsafe_b64encode(v.encode())))",
		"cut at the end":     "raise ValueError('x' * 995 + v)",
		"exit":               "raise SystemExit(v)",
		"a tuple":            "raise SystemExit((1, v))",
		"a cause":            "try: {}[v]\n    except KeyError as e: raise ValueError('no') from e",
		"an output":          "return v",
		"a long output":      "return os.environ['LONG']",
		"after it was taken": "del os.environ['PASSWORD']; raise ValueError(v)",
		"a file":             "raise ValueError(open(os.environ['FILE']).read())",
		"a line of it":       "raise ValueError(open(os.environ['FILE']).readlines()[-1])",
		"a short one":        "raise ValueError('pin=%s.' % os.environ['PIN'])",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPod(
				t, python(t), function("f", spec.Integer),
				map[string]string{"user.py": "def f():\n    import os\n    v = os.environ['PASSWORD']\n    " + body},
			)
			dir := filepath.Join(t.TempDir(), "secret")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "tls.key"), []byte(file), 0o600); err != nil {
				t.Fatal(err)
			}
			p.env = append(p.env, runtime.SecretsVariable+"=PASSWORD:PIN:LONG:GONE:"+dir+":/nowhere", "FILE="+filepath.Join(dir, "tls.key"),
				"PASSWORD="+password, "PIN=4711", "LONG="+strings.Repeat("long secret ", 12))
			r := p.run(nil)
			if r.code == 0 || r.termination == "" || !strings.Contains(r.termination+r.stderr, "(secret)") {
				t.Errorf("it did not fail, or nothing is masked: %s\n%s", r.termination, r.stderr)
			}
			for _, part := range left {
				if strings.Contains(r.termination+r.stderr, part) {
					t.Errorf("%q is in\n%s\n%s", part, r.termination, r.stderr)
				}
			}
		})
	}
}
