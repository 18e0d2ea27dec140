package acceptance_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What each example makes is taken over by a state of its own: with a configuration that Terraform generates, and with
// the example's. Neither has anything to do in the cluster.
func TestAccImportExamples(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	for _, dir := range []string{"resources/kfp_component", "resources/kfp_pipeline", "resources/kfp_recurring_run", "resources/kfp_run", "etl"} {
		files := exampleWorkspace(t, dir)
		made := e.workspace(t, files)
		made.mustRun("apply", "-auto-approve", "-input=false")
		imports, addresses := made.importBlocks()
		if len(addresses) == 0 {
			t.Fatalf("%s makes nothing", dir)
		}
		generated := e.workspace(t, map[string]string{"main.tf": providerOnly + imports})
		out := generated.mustRun("plan", "-input=false", "-generate-config-out=generated.tf")
		if !strings.Contains(out, "to import, 0 to add, 0 to change, 0 to destroy.") {
			t.Errorf("%s: the generated configuration has something to do:\n%s", dir, out)
		}
		own := e.workspace(t, files)
		own.Write("imports.tf", imports)
		own.mustRun("apply", "-auto-approve", "-input=false")
		own.unchanged()
		made.unchanged() // an update of a source's surroundings has changed nothing in the cluster
		made.mustRun("destroy", "-auto-approve", "-input=false")
	}
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// exampleWorkspace are the files of an example. Runs that need more than the dev cluster has are left out.
func exampleWorkspace(t *testing.T, dir string) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..", "examples", dir)
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "import") { // those show how to import
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if text, ok := files["main.tf"]; ok {
		files["main.tf"], _, _ = strings.Cut(text, `resource "kfp_run"`)
	} else {
		files["resource.tf"] = providerOnly + files["resource.tf"]
	}
	return files
}

// importBlocks are those for all that a workspace has made.
func (w *workspace) importBlocks() (blocks string, addresses []string) {
	w.t.Helper()
	var shown struct {
		Values struct {
			Root struct {
				Resources []struct {
					Address, Type, Mode string
					Values              map[string]any
				}
			} `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(w.mustRun("show", "-json")), &shown); err != nil {
		w.t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range shown.Values.Root.Resources {
		if r.Mode != "managed" {
			continue
		}
		name, _ := r.Values["name"].(string)
		if version, ok := r.Values["version"].(string); ok && r.Type == "kfp_component" {
			name += "-" + version
		}
		b.WriteString(w.env.importBlock(r.Address, name))
		addresses = append(addresses, r.Address)
	}
	return b.String(), addresses
}
