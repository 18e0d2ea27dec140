package acceptance_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// The first pipeline that a new user copies from the documents runs, with the image that the dev cluster has.
func TestAccGettingStarted(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	text, err := os.ReadFile("../../templates/guides/getting-started.md")
	if err != nil {
		t.Fatal(err)
	}
	c := pageConfigurations(t, string(text))[0]
	var blocks []string
	for address, block := range c {
		if address != "provider.kfp" { // the test has a namespace of its own
			blocks = append(blocks, strings.ReplaceAll(block, "python:3.12-slim", "python:3.11-slim"))
		}
	}
	env.applies(t, strings.Join(blocks, "\n"),
		resource.TestMatchOutput("said", regexp.MustCompile(`^Grace rolled \[\d+, \d+, \d+\], \d+ in total$`)),
		env.checkPods(4),
	)
}
