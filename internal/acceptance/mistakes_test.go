package acceptance_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// mistake is a block of configuration with something wrong in it. The line that Terraform has to show ends in "# <-",
// and the message has to say all of what is wanted.
type mistake struct {
	name   string
	config string
	want   []string
}

// told is a diagnostic as terraform validate -json writes it.
type told struct {
	Severity, Summary, Detail string
	Range                     struct{ Start struct{ Line int } }
}

// terraform validate finds every mistake that one resource alone can show, without a cluster, in one moment, and at the
// line of the task that it is in. A person who reads the message alone mends it.
func TestMistakesAreFoundByValidate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rc := fmt.Sprintf(
		"provider_installation {\n  dev_overrides { \"terraform-provider-kfp/kfp\" = %q }\n  direct {}\n}\n",
		filepath.Dir(buildProvider(t)),
	)
	text, lines := writeMistakes(mistakes)
	for name, content := range map[string]string{"main.tf": text, "rc": rc, "add.py": "def add(a: int) -> int:\n    " +
		"return a\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	terraform := exec.CommandContext(t.Context(), terraformPath(t), "validate", "-json")
	terraform.Dir = dir
	terraform.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TF_CLI_CONFIG_FILE=" + filepath.Join(dir, "rc"), "CHECKPOINT_DISABLE=1",
	}
	begin := time.Now()
	out, _ := terraform.Output() // it fails, as it should
	t.Logf("%d mistakes were found in %s", len(mistakes), time.Since(begin))
	var all struct{ Diagnostics []told }
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, m := range mistakes {
		checkMistake(t, m, lines[i], all.Diagnostics)
	}
}

// The guide has Terraform's own messages word by word, so that people find them.
func TestTroubleshootingHasTerraformsOwnMessages(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../templates/guides/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dollar", "no_jsonencode", "unquoted_each"} {
		i := slices.IndexFunc(mistakes, func(m mistake) bool { return m.name == name })
		if last := mistakes[i].want[len(mistakes[i].want)-1]; !strings.Contains(string(page), last) {
			t.Errorf("the guide lacks %q", last)
		}
	}
}

// place is where a mistake stands in the file.
type place struct{ first, last, shown int }

func writeMistakes(all []mistake) (string, []place) {
	lines := strings.Split(strings.TrimSpace(requiredProviders+validComponents), "\n")
	var places []place
	for _, m := range all {
		p := place{first: len(lines) + 1}
		for line := range strings.SplitSeq(strings.Trim(m.config, "\n"), "\n") {
			if strings.HasSuffix(line, "# <-") {
				p.shown = len(lines) + 1
			}
			lines = append(lines, line)
		}
		p.last = len(lines)
		places = append(places, p)
	}
	return strings.Join(lines, "\n") + "\n", places
}

func checkMistake(t *testing.T, m mistake, at place, all []told) {
	t.Helper()
	var here []told
	for _, d := range all {
		if line := d.Range.Start.Line; at.first <= line && line <= at.last {
			here = append(here, d)
		}
	}
	fits := func(d told) bool {
		text := strings.Join(strings.Fields(d.Summary+": "+d.Detail), " ")
		return d.Range.Start.Line == at.shown && !slices.ContainsFunc(
			m.want, func(w string) bool { return !strings.Contains(text, w) },
		)
	}
	switch {
	case len(m.want) == 0 && len(here) > 0:
		t.Errorf("%s is no mistake, but told is %+v", m.name, here)
	case len(m.want) > 0 && !slices.ContainsFunc(here, fits):
		t.Errorf("%s: at line %d of lines %d to %d nothing says %q. Told is:", m.name, at.shown, at.first, at.last, m.want)
		for _, d := range here {
			t.Logf("  line %d: %s: %s", d.Range.Start.Line, d.Summary, d.Detail)
		}
	}
}
