package acceptance_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// An HCL block of the documents is checked by the real terraform, without a cluster. What it needs to be complete and
// the reader does not want to see stands in the same file in a comment:
//
//	<!-- context
//	resource "kfp_component" "say" { … }
//	-->
//
// A line @block in it, and the next block is put in that place. <!-- unchecked: why --> leaves the next block out.
var pageParts = regexp.MustCompile("(?s)(?:^|\n)(?:<!-- (context)\n(.*?)-->|<!-- (unchecked): (.*?)-->|[ " +
	"]*```(?:hcl|terraform)\n(.*?)\n[ ]*```)")

func TestConfigurationsInTheDocumentsAreValid(t *testing.T) {
	t.Parallel()
	binary := buildProvider(t)
	pages, err := filepath.Glob("../../docs/*/*.md")
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	for _, page := range append(pages, "../../docs/index.md", "../../README.md") {
		t.Run(filepath.Base(filepath.Dir(page))+"/"+filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for i, g := range pageConfigurations(t, string(text)) {
				t.Run(fmt.Sprint(i+1), func(t *testing.T) {
					t.Parallel()
					g.Check(t, binary)
				})
			}
		})
	}
}

// configuration is the top-level blocks of some blocks of a page, by address: "resource.kfp_component.say".
type configuration map[string]string

// pageConfigurations merges the blocks of a page into as few configurations as possible: a later block may refer to an
// earlier one, and one that declares something anew makes a new configuration in which it is replaced.
func pageConfigurations(t *testing.T, page string) []configuration {
	t.Helper()
	var all []configuration
	now := configuration{}
	frame, unchecked := "@block", false
	for _, part := range pageParts.FindAllStringSubmatch(page, -1) {
		switch {
		case part[1] != "" && strings.Contains(part[2], "@block"):
			frame = part[2]
			continue
		case part[1] != "":
			now.Add(t, part[2])
			continue
		case part[3] != "":
			unchecked = true
			continue
		case unchecked:
			unchecked = false
			continue
		}
		text := strings.Replace(frame, "@block", part[5], 1)
		frame = "@block"
		next := maps.Clone(now)
		if replaced := next.Add(t, text); replaced {
			all = append(all, now)
		}
		now = next
	}
	if len(now) > 0 {
		all = append(all, now)
	}
	return all
}

// Add reports whether something was declared before.
func (c configuration) Add(t *testing.T, text string) (replaced bool) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "block", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("not HCL: %v\n%s", diags, text)
	}
	body, _ := file.Body.(*hclsyntax.Body)
	if len(body.Attributes) > 0 {
		t.Errorf("these are arguments alone; say by a context comment with @block where they stand:\n%s", text)
	}
	for _, block := range body.Blocks {
		address := strings.Join(append([]string{block.Type}, block.Labels...), ".")
		if block.Type == "terraform" {
			continue // the test says which provider it is
		}
		if to := block.Body.Attributes["to"]; block.Type == "import" && to != nil {
			address += "." + text[to.Expr.Range().Start.Byte:to.Expr.Range().End.Byte]
		} else if len(block.Labels) == 0 || block.Type == "provider" && !slices.Contains([]string{"", "kfp"}, block.Labels[0]) {
			address += fmt.Sprintf("#%d", len(c))
		}
		_, ok := c[address]
		replaced = replaced || ok
		c[address] = text[block.TypeRange.Start.Byte:block.CloseBraceRange.End.Byte]
	}
	return replaced
}

// needsMore tells whether planning a configuration would ask a cluster or a registry, or a person for a variable.
func (c configuration) needsMore() bool {
	for address, text := range c {
		kind, rest, _ := strings.Cut(address, ".")
		switch strings.TrimRight(kind, "#0123456789") {
		case "data", "import", "check", "ephemeral", "list":
			return true
		case "variable":
			if !strings.Contains(text, "default") {
				return true
			}
		}
		if strings.HasPrefix(rest, "kfp_image.") {
			return true
		}
	}
	return false
}

func (c configuration) Check(t *testing.T, binary string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/carousel")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.tf", "variables.tf"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	c = c.Known(t)
	rc := fmt.Sprintf(
		"provider_installation {\n  dev_overrides { \"terraform-provider-kfp/kfp\" = %q }\n  direct {}\n}\n",
		filepath.Dir(binary),
	)
	c.Write(t, dir, rc)
	validate := []string{"validate", "-no-color"}
	if len(c.only("list")) > 0 {
		validate = append(validate, "-query")
	}
	planned := maps.Clone(c)
	for address := range c.only("import") {
		delete(planned, address) // it would ask the cluster
	}
	for _, args := range [][]string{validate, {"plan", "-no-color", "-input=false", "-refresh=false"}} {
		if args[0] == "plan" {
			if planned.needsMore() {
				return
			}
			planned.Write(t, dir, rc)
		}
		terraform := exec.CommandContext(t.Context(), terraformPath(t), args...)
		terraform.Dir = dir
		terraform.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TF_CLI_CONFIG_FILE=" + filepath.Join(dir, "rc"), "CHECKPOINT_DISABLE=1",
		}
		if out, err := terraform.CombinedOutput(); err != nil {
			t.Errorf("terraform %s: %v\n%s\n%v", args[0], err, out, c)
			return
		}
	}
}

// Known leaves out what this terraform does not know yet.
func (c configuration) Known(t *testing.T) configuration {
	t.Helper()
	out := maps.Clone(c)
	for address, text := range c {
		kind, _, _ := strings.Cut(address, ".")
		switch {
		case kind == "import" && strings.Contains(text, "identity"):
			if olderThan(t, "1.12.0") {
				delete(out, address)
			}
		case kind == "action" || kind == "list" || strings.Contains(text, "action_trigger"):
			if olderThan(t, "1.14.0") {
				delete(out, address)
			}
		}
	}
	return out
}

// only is the part of one kind.
func (c configuration) only(kind string) configuration {
	out := maps.Clone(c)
	maps.DeleteFunc(out, func(address, _ string) bool { return !strings.HasPrefix(address, kind+".") })
	return out
}

func (c configuration) Write(t *testing.T, dir, rc string) {
	t.Helper()
	lists := c.only("list")
	blocks, queries := []string{requiredProviders}, []string{}
	for _, address := range slices.Sorted(maps.Keys(c)) {
		if _, ok := lists[address]; ok {
			queries = append(queries, c[address])
			continue
		}
		blocks = append(blocks, c[address])
	}
	if len(queries) > 0 && len(c.only("provider")) == 0 {
		blocks = append(blocks, "provider \"kfp\" {}") // which a list names
	}
	beside := map[string]string{"main.tf": strings.Join(blocks, "\n"), "main.tfquery.hcl": strings.Join(queries, "\n"), "rc": rc}
	for _, name := range []string{"pipeline.yaml", "component.yaml"} { // which documents take from beside them
		text, err := os.ReadFile("testdata/package/" + name)
		if err != nil {
			t.Fatal(err)
		}
		beside[name] = string(text)
	}
	for name, content := range beside {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func terraformPath(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	path, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("there is no terraform on the PATH")
	}
	return path
}

// buildProvider builds the provider for terraform to start by itself.
func buildProvider(t *testing.T) string {
	t.Helper()
	terraformPath(t)
	binary := filepath.Join(t.TempDir(), "terraform-provider-kfp")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}
