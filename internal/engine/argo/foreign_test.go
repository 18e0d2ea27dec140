package argo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
)

// written decodes a file of what somebody might have written by hand.
func written(t *testing.T, name string) argo.Decoder {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "foreign", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return func(v any) error { return yaml.Unmarshal(data, v) }
}

// asRead is what golden files hold of a template that people wrote.
type asRead struct {
	Component any               `json:"component,omitempty"`
	Compiled  any               `json:"compiled,omitempty"`
	Given     map[string]string `json:"given,omitempty"`
	Settings  []string          `json:"settings,omitempty"`
	Notes     []string          `json:"notes,omitempty"`
	Unread    []string          `json:"unread,omitempty"`
}

func lines(all []argo.Unread) []string {
	var out []string
	for _, u := range all {
		out = append(out, u.String())
	}
	return out
}

func TestForeignTemplatesAreReadAsComponents(t *testing.T) {
	t.Parallel()
	for name, template := range map[string]string{"report": "", "hello": "", "impossible": "", "library": "", "library:print": "print", "library:wait": "wait", "library:none": "none"} {
		file, _, _ := strings.Cut(name, ":")
		f, err := argo.ReadForeignComponent(written(t, file), template)
		if err != nil {
			t.Fatal(err)
		}
		read := asRead{Given: f.Given, Notes: lines(f.Notes), Unread: lines(f.Unread)}
		if read.Settings, err = f.SettingLines(); err != nil {
			t.Fatal(err)
		}
		if len(f.Unread) == 0 {
			read.Component = f.Component
			read.Compiled = mustComponent(t, f.Component).Template.Spec.Templates[0].Container
		}
		compare(t, filepath.Join("foreign", "golden", strings.ReplaceAll(name, ":", "-")), read)
	}
}
