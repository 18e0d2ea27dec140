package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

func TestPathsWithoutACluster(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("apiVersion: v1\nkind: Config\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := Config{ConfigPaths: []string{empty, missing}}.restConfig()
	if !errors.Is(err, backend.ErrNotConfigured) || !strings.Contains(err.Error(), empty+" holds no cluster, "+missing+" does not exist") {
		t.Errorf("got %v", err)
	}
}
