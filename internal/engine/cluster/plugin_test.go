package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// What a credential plugin says is in the error where it fails, without secrets, and not in Terraform's log.
func TestWhatAPluginSays(t *testing.T) { //nolint:paralleltest // it takes the standard error output of the process
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	own := os.Stderr
	os.Stderr = log
	defer func() { os.Stderr = own }()
	c := New(Config{Host: "https://127.0.0.1:1", Exec: &Exec{
		APIVersion: "client.authentication.k8s.io/v1", Command: "sh", Args: []string{
			"-c", `echo "cannot log in as $WHO with $PASSWORD" >&2; exit 3`,
		},
		Env: map[string]string{"PASSWORD": "s3cr3t-pw", "WHO": "etl-robot"},
	}})
	_, err = c.Get(t.Context(), backend.Workflows, "etl", "run")
	if err == nil || !strings.Contains(err.Error(), "last words:\n  cannot log in as (secret) with (secret)") || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("got %v", err)
	}
	if said, err := os.ReadFile(log.Name()); err != nil || len(said) > 0 {
		t.Errorf("the log has %q, %v", said, err)
	}
}

// An address that is none is named, and not shown: it may hold a login.
func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://etl:hunter2%zz@proxy:3128", "http://etl:hunter2/x@proxy:3128", "http://etl:hunter2\n@proxy", "http://etl:hunter2 @proxy:x", "http://[hunter2"} {
		file := filepath.Join(t.TempDir(), "config")
		text := `{"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"prod"}}],"clusters":[{"name":"prod","cluster":{"server":"SERVER","proxy-url":"PROXY"}}]}`
		quoted := strings.ReplaceAll(address, "\n", `\n`)
		for field, config := range map[string]Config{
			"host": {Host: address}, "proxy_url": {Host: "https://127.0.0.1:1", ProxyURL: address},
			"server of cluster":    {ConfigPaths: []string{file + ".server"}},
			"proxy-url of cluster": {ConfigPaths: []string{file + ".proxy"}},
		} {
			for suffix, content := range map[string]string{
				".server": strings.NewReplacer("SERVER", quoted, "PROXY", "").Replace(text),
				".proxy":  strings.NewReplacer("SERVER", "https://127.0.0.1:1", "PROXY", quoted).Replace(text),
			} {
				if err := os.WriteFile(file+suffix, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := New(config).Get(t.Context(), backend.Workflows, "etl", "run")
			if err == nil || !strings.Contains(err.Error(), field) || strings.Contains(err.Error(), "hunter") || strings.Contains(err.Error(), "etl:") {
				t.Errorf("%s %q: %v", field, address, err)
			}
		}
	}
}
