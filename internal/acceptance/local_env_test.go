package acceptance_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local"
)

// newLocalEnv is a directory of this machine in place of a cluster.
func newLocalEnv(t *testing.T) *testEnv {
	t.Helper()
	return &testEnv{Namespace: "default", directory: filepath.Join(t.TempDir(), "kfp")}
}

// newAnyEnv is the dev cluster where there is one, and else a directory of this machine: what is true of one has to be
// true of the other.
func newAnyEnv(t *testing.T) *testEnv {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		return newLocalEnv(t)
	}
	return newTestEnv(t)
}

// isLocal reports whether there is no cluster.
func (e *testEnv) isLocal() bool { return e.directory != "" }

// config is a configuration with what the provider needs to find this environment.
func (e *testEnv) config(config string) string {
	if !e.isLocal() {
		return config
	}
	return fmt.Sprintf("provider \"kfp\" {\n  local = { directory = %q }\n}\n", e.directory) + config
}

// localList lists the objects of a kind in the directory.
func (e *testEnv) localList(ctx context.Context, kind backend.Kind) ([]unstructured.Unstructured, error) {
	found, err := local.New(local.Config{Directory: e.directory}).List(ctx, kind, e.Namespace, "")
	if err != nil {
		return nil, err
	}
	var all []unstructured.Unstructured
	for _, object := range found {
		all = append(all, unstructured.Unstructured{Object: object.Raw()})
	}
	return all, nil
}

// checkProcesses fails unless exactly so many processes were started for runs.
func (e *testEnv) checkProcesses(want int) func(*terraform.State) error {
	return func(*terraform.State) error {
		found, err := filepath.Glob(filepath.Join(e.directory, e.Namespace, "runs", "*", "*", "pod.json"))
		if err == nil && len(found) != want {
			err = fmt.Errorf("got %d processes, want %d: %q", len(found), want, found)
		}
		return err
	}
}
