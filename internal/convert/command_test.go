package convert

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const squares = "../acceptance/testdata/package/pipeline.yaml"

// told runs the command, and gives its exit code and all that it prints.
func told(t *testing.T, args ...string) (code int, out, wrong string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = Main(t.Context(), args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	if code, out, wrong := told(t, "-h"); code != 0 || !strings.Contains(out, "Usage: terraform-provider-kfp convert") || wrong != "" {
		t.Errorf("%d %s %s", code, out, wrong)
	}
	for line := range strings.SplitSeq(usage, "\n") {
		if len([]rune(line)) > 80 {
			t.Errorf("a terminal cuts %q", line)
		}
	}
	for want, args := range map[string][]string{
		"there is no file to convert":            {"-o", "x"},
		"there are two files, a.yaml and b.yaml": {"a.yaml", "b.yaml"},
		"-forced":                                {"-forced", "a.yaml"},
		"is not of the form ID=":                 {"-pipeline", "abc", "a.json"},
	} {
		if code, _, wrong := told(t, args...); code != 2 || !strings.Contains(wrong, want) || !strings.Contains(wrong, "convert -h") {
			t.Errorf("%q: %d %s", args, code, wrong)
		}
	}
	if code, _, wrong := told(t, filepath.Join(t.TempDir(), "none.yaml")); code != 1 || !strings.Contains(wrong, "no such file") {
		t.Errorf("%d %s", code, wrong)
	}
}

// What somebody has written stays, unless -force says otherwise; then nothing else is written either.
func TestFilesAreNotOverwritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "dir")
	code, out, _ := told(t, squares, "-o", dir)
	if code != 0 || !strings.Contains(out, filepath.Join(dir, "squares.tf")) {
		t.Fatalf("%d %s", code, out)
	}
	if code, _, wrong := told(t, "-o", dir, squares); code != 0 {
		t.Errorf("the same once more: %s", wrong)
	}
	mine := filepath.Join(dir, "add.py")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "squares.tf")); err != nil {
		t.Fatal(err)
	}
	code, _, wrong := told(t, "-o", dir, squares)
	if code != 1 || !strings.Contains(wrong, mine) || read(t, mine) != "mine" || len(files(t, dir+"/*")) != 3 {
		t.Errorf("%d %s", code, wrong)
	}
	if code, _, wrong := told(t, "-force", "-o", dir, squares); code != 0 || read(t, mine) == "mine" {
		t.Errorf("%d %s", code, wrong)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 4 {
		t.Errorf("%v %v", left, err)
	}
}

// All that is wrong with a package is told, with the lines.
func TestErrorsOfAPackage(t *testing.T) {
	t.Parallel()
	text := read(t, squares)
	text = strings.Replace(text, "componentRef: {name: comp-add}", "componentRef: {name: comp-ad}", 1)
	text = strings.Replace(text, "image: busybox:1.36", "imag: busybox:1.36", 1)
	file := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, wrong := told(t, file, "-o", t.TempDir())
	if code != 1 || !strings.Contains(wrong, "broken.yaml:") || !strings.Contains(wrong, "Error: ") {
		t.Errorf("%d %s", code, wrong)
	}
	code, _, wrong = told(t, "-name", "Not A Name", squares, "-o", t.TempDir())
	if code != 1 || !strings.Contains(wrong, "Not A Name") {
		t.Errorf("%d %s", code, wrong)
	}
}
