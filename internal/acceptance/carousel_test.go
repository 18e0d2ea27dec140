package acceptance_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// quoteLines are what the carousel of radius 12 at 3.5 a square metre costs in Ohio.
const quoteLines = `Material cost:   $1583.36
Sales tax:       5.75 %
Final price:     $1674.41
Unicorns:        4
Carriages:       1
Music boxes:     1
Rainbow paint:   20 gallons
Stardust:        50 pounds`

// The main job, with the built provider and the example as a user has it.
func TestAccCarousel(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(t, exampleFiles(t, "carousel"))
	w.mustRun("apply", "-auto-approve", "-input=false")

	var outputs struct {
		Quote struct{ Value string }
		Tasks struct {
			Value map[string]struct {
				Phase     string
				Attempts  int
				StartedAt string `json:"started_at"`
			}
		}
	}
	if err := json.Unmarshal([]byte(w.mustRun("output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(outputs.Quote.Value); got != quoteLines {
		t.Errorf("got the quote\n%s\nwant\n%s", got, quoteLines)
	}
	for _, name := range []string{"cost", "tax", "quote"} {
		if task := outputs.Tasks.Value[name]; task.Phase != "Succeeded" || task.Attempts != 1 {
			t.Errorf("task %s: %+v", name, task)
		}
	}
	if err := env.checkPods(3)(nil); err != nil {
		t.Error(err)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// exampleFiles reads an example's directory, sub-directories too.
func exampleFiles(t *testing.T, name string) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..", "examples", name)
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && strings.HasPrefix(entry.Name(), ".terraform") {
				return filepath.SkipDir
			}
			return err
		}
		if strings.HasPrefix(entry.Name(), "terraform.tfstate") || strings.HasPrefix(entry.Name(), ".terraform") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		files[relative] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(files["variables.tf"], "docker_hub_mirror") {
		files["terraform.tfvars"] = "docker_hub_mirror = \"127.0.0.1:5000\"\n" // the dev cluster's registry
	}
	return files
}
