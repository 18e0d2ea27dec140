package argo_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// written decodes a file of what somebody might have written by hand.
func written(t *testing.T, name string) layout.Decoder {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "handwritten", name+".yaml"))
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

func lines(all []layout.Unread) []string {
	var out []string
	for _, u := range all {
		out = append(out, u.String())
	}
	return out
}

func TestHandwrittenTemplatesAreReadAsComponents(t *testing.T) {
	t.Parallel()
	for name, template := range map[string]string{"report": "", "hello": "", "impossible": "", "library": "", "library:print": "print", "library:wait": "wait", "library:none": "none", "ids:tell": "tell"} {
		file, _, _ := strings.Cut(name, ":")
		f, err := handwritten.Component(written(t, file), template)
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
		compare(t, filepath.Join("handwritten", "golden", strings.ReplaceAll(name, ":", "-")), read)
	}
}

// aroundOf has the components of all templates of one container in the files, as they are after their import.
func aroundOf(t *testing.T, without string, files ...string) handwritten.Around {
	t.Helper()
	made := map[string]spec.Ref{}
	for _, file := range files {
		var w wfv1.WorkflowTemplate
		if err := written(t, file)(&w); err != nil {
			t.Fatal(err)
		}
		for _, template := range w.Spec.Templates {
			name := template.Name
			if len(w.Spec.Templates) == 1 {
				name = ""
			}
			f, err := handwritten.Component(written(t, file), name)
			if err == nil && len(f.Unread) == 0 && template.Name != without {
				o := mustComponent(t, f.Component)
				made[o.Version] = o.Ref(f.Component)
			}
		}
	}
	return handwritten.Around{
		Refs: func(object string) (spec.Ref, bool) { return spec.Ref{}, false },
		Component: func(version, _ string) (spec.Ref, bool) {
			ref, ok := made[version]
			return ref, ok
		},
		Template: func(object string) (layout.Decoder, bool) { return written(t, object), slices.Contains(files, object) },
	}
}

func TestHandwrittenTemplatesAreReadAsPipelines(t *testing.T) {
	t.Parallel()
	for name, without := range map[string]string{"diamond": "", "diamond-before": "write", "steps": "", "entangled": "print", "library": "", "hello": "", "ids": "", "shards": "", "tangled": "", "exiting": "", "regions": ""} {
		file := strings.TrimSuffix(name, "-before")
		around := aroundOf(t, without, file, "hello", "steps", "worker")
		p, unread, err := handwritten.Pipeline(written(t, file), around)
		if err != nil {
			t.Fatal(err)
		}
		read := map[string]any{"unread": lines(unread)}
		if len(unread) == 0 {
			all := []map[string]spec.Task{p.Tasks, p.OnExit}
			for _, group := range p.Groups {
				all = append(all, group.Tasks)
			}
			for _, tasks := range all {
				for name, task := range tasks {
					task.Component = spec.Ref{Kind: task.Component.Kind, Name: task.Component.Name}
					tasks[name] = task
				}
			}
			read = map[string]any{"pipeline": p}
		}
		compare(t, filepath.Join("handwritten", "golden", "pipeline-"+name), read)
	}
}

func TestHandwrittenSchedulesAreRead(t *testing.T) {
	t.Parallel()
	diamond := spec.Ref{Kind: spec.PipelineKind, Namespace: "etl", Name: "diamond", Version: "v", Interface: spec.Interface{Inputs: map[string]spec.Input{
		"first_word": {Type: spec.String, Default: new("x")}, "mode": {Type: spec.String, Default: new("full")},
	}}}
	for _, name := range []string{"hourly", "nightly", "own"} {
		cron := written(t, name)
		template, unread, err := handwritten.ScheduledTemplate(cron)
		if err != nil {
			t.Fatal(err)
		}
		run, _, err := decompile.ReadRecurringRun(cron, nil, spec.RecurringRun{Pipeline: diamond})
		if err != nil {
			t.Fatal(err)
		}
		run, more, err := handwritten.Schedule(cron, run, "Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		run.Pipeline = spec.Ref{}
		read := map[string]any{"template": template, "unread": append(lines(unread), lines(more)...)}
		if len(unread)+len(more) == 0 {
			read["run"] = run
		}
		compare(t, filepath.Join("handwritten", "golden", "schedule-"+name), read)
	}
}
