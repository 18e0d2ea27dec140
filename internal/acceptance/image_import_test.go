package acceptance_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// An image that another state made is taken over by its tag, its digest or its identity. From what it was made the
// configuration says, so the first plan is an update that keeps the content; the apply sends nothing.
func TestAccImageImport(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	files := t.TempDir()
	write(t, files, map[string]string{"main.py": "print('one')\n"})
	config := strings.Replace(requiredProviders+e.python(files), "delete_on_destroy = true", "", 1)
	first := e.workspace(
		t,
		map[string]string{
			"main.tf": config + `output "x" { value = "${kfp_image.x.repository}:${kfp_image.x.tag} ${kfp_image.x.reference}" }`,
		},
	)
	first.mustRun("apply", "-auto-approve", "-input=false")
	byTag, byDigest, _ := strings.Cut(strings.Trim(first.mustRun("output", "-raw", "x"), "\n"), " ")

	imports := map[string]string{"tag": fmt.Sprintf("id = %q", byTag), "digest": fmt.Sprintf("id = %q", byDigest)}
	if !olderThan(t, "1.12.0") {
		repository, tag := byTag[:strings.LastIndex(byTag, ":")], byTag[strings.LastIndex(byTag, ":")+1:]
		imports["identity"] = fmt.Sprintf("identity = { repository = %q, tag = %q }", repository, tag)
		if got := first.identities()["kfp_image.x"]; got["repository"] != repository || got["tag"] != tag {
			t.Errorf("the identity is %v", got)
		}
	}
	for by, what := range imports {
		w := e.workspace(t, map[string]string{"main.tf": config + "import {\n  to = kfp_image.x\n  " + what + "\n}\n"})
		out := w.mustRun("plan", "-input=false")
		if !strings.Contains(out, "Plan: 1 to import, 0 to add, 1 to change, 0 to destroy.") || strings.Contains(out, "~ content_hash") ||
			strings.Contains(out, "~ reference") || !strings.Contains(out, `"python:3.11-slim"`) {
			t.Errorf("imported by its %s:\n%s", by, out)
		}
		e.Requests()
		w.mustRun("apply", "-auto-approve", "-input=false")
		if n := e.Count("PATCH /blobs/"); n != 0 {
			t.Errorf("imported by its %s, %d blobs were sent", by, n)
		}
		w.unchanged()
	}

	// Other files are another image, and the plan says so.
	write(t, files, map[string]string{"main.py": "print('two')\n"})
	w := e.workspace(
		t, map[string]string{"main.tf": config + "import {\n  to = kfp_image.x\n  " + imports["tag"] + "\n}\n"},
	)
	if out := w.mustRun("plan", "-input=false"); !strings.Contains(out, "~ content_hash") || !strings.Contains(out, "~ tag") {
		t.Errorf("other files:\n%s", out)
	}
	// The identity follows the content.
	first.mustRun("apply", "-auto-approve", "-input=false")
	first.unchanged()
	if got := first.identities()["kfp_image.x"]["tag"]; !olderThan(t, "1.12.0") && (got == "" || strings.HasSuffix(byTag, got)) {
		t.Errorf("after another content the identity has the tag %q", got)
	}

	// A generated configuration lacks from what the image is made, and says so.
	generated := e.workspace(
		t,
		map[string]string{
			"main.tf": requiredProviders + e.config("") + "import {\n  to = kfp_image.x\n  " + imports["tag"] + "\n}\n",
		},
	)
	out, err := generated.Run("plan", "-input=false", "-generate-config-out=generated.tf")
	written, _ := os.ReadFile(generated.dir + "/generated.tf")
	if err == nil || !strings.Contains(out, "is to be given") || !strings.Contains(out, "python:3.11-slim") || !strings.Contains(string(written), "repository") {
		t.Errorf("generated: %v\n%s\n%s", err, out, written)
	}
	for id, want := range map[string]string{
		e.Host + "/library/python:3.11-slim": "so no kfp_image made it", e.repo + ":none": "none", e.repo + "/UPPER": "capital",
	} {
		w := e.workspace(
			t, map[string]string{"main.tf": config + fmt.Sprintf("import {\n  to = kfp_image.x\n  id = %q\n}\n", id)},
		)
		if out, err := w.Run("plan", "-input=false"); err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("%s: %v\n%s", id, err, out)
		}
	}
}
