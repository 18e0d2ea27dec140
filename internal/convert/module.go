package convert

import (
	"path"
	"strconv"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert/hclfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Module is the files of a Terraform module, by their names.
type Module map[string][]byte

// versionsFile says which provider the module needs.
const versionsFile = "versions.tf"

func newModule() Module {
	source := &hclfile.Object{}
	source.Add("source", hclfile.Text("terraform-provider-kfp/kfp"))
	providers := &hclfile.Object{}
	providers.Add("kfp", source)
	providers.Attributes[0].Value.(*hclfile.Object).Open = true //nolint:forcetypeassert // it was added above
	return Module{versionsFile: hclfile.File(nil,
		hclfile.Block{Type: "terraform", Blocks: []hclfile.Block{{Type: "required_providers", Body: providers}}},
		hclfile.Block{Type: "provider", Labels: []string{"kfp"}, Comments: []string{
			"Cluster and namespace come from the environment (KUBE_CONFIG_PATH, KFP_NAMESPACE), or are set here.",
		}},
	)}
}

// add adds a text as a file that is called like stem, and returns the expression that reads it. Texts that are the same
// share a file.
func (m Module) add(stem, extension, text string) (name, expression string) {
	name = stem + extension
	for i := 2; m[name] != nil && string(m[name]) != text; i++ {
		name = stem + "_" + strconv.Itoa(i) + extension
	}
	m[name] = []byte(text)
	return name, `file("${path.module}/` + name + `")`
}

// label is what a resource is called in HCL.
func label(name string) string {
	l := strings.ReplaceAll(name, "-", "_")
	if l == "" || l[0] >= '0' && l[0] <= '9' {
		return "x" + l
	}
	return l
}

// extensions of files by the program that runs them.
var extensions = map[string]string{
	"sh": ".sh", "bash": ".sh", "ash": ".sh", "dash": ".sh", "zsh": ".sh", "Rscript": ".R", "node": ".js", "perl": ".pl",
	"ruby": ".rb",
}

func extension(program string) string {
	name := path.Base(program)
	if strings.HasPrefix(name, "python") {
		return ".py"
	}
	if known, ok := extensions[name]; ok {
		return known
	}
	return ".txt"
}

// scripts puts the arguments of a container that are whole files into files.
func (m Module) scripts(stem string, c *spec.Container, files map[string]string) {
	program := ""
	for _, words := range [][]string{c.Command, c.Args} {
		for _, word := range words {
			if program == "" {
				program = word
			}
			const lines = 3
			if strings.Count(word, "\n") >= lines {
				_, files[word] = m.add(stem, extension(program), word)
			}
		}
	}
}

// names are those of the files, in order.
func (m Module) names() []string { return spec.Names(m) }
