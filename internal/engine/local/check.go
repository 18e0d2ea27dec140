package local

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/executor"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Titles of what is said at plan.
const (
	titleCannotRun = "Cannot run on this machine"
	titleNoEffect  = "Without effect on this machine"
)

// CheckComponent adds what a process of this machine cannot run of a component. That images are not used is said once.
func (b *Backend) CheckComponent(c spec.Component, problems *problem.List) {
	if b.err != nil {
		return // the apply says it
	}
	if !executor.Supported {
		problems.Error(titleCannotRun, "Tasks run as processes on Linux and macOS alone. On Windows, use WSL, or a cluster.")
		return
	}
	switch {
	case c.Python != nil:
		if _, err := b.python.Path(); err != nil {
			problems.Errorf(problem.At("python"), titleCannotRun, "%s.", err)
		}
	case c.Container != nil:
		b.checkContainer(*c.Container, problems)
	}
	b.sayOnce("images", func() {
		problems.Warning("Images are not used", "Local pipelines run as processes of this machine, by the programs that it has: "+
			"no image is pulled or built, and what an image holds beside them is missing.")
	})
}

func (b *Backend) checkContainer(c spec.Container, problems *problem.List) {
	at := problem.At("container").Attr("command")
	if len(c.Command) == 0 {
		problems.Errorf(problem.At("container"), titleCannotRun, "Image %s says by itself what it runs, which a process of this "+
			"machine cannot know.\n\nGive the component a command, or use a cluster.", c.Image)
		return
	}
	program := c.Command[0]
	if strings.Contains(program, "{{") || program == spec.Unknown || program == "python3" || program == "python" {
		return // the task tells
	}
	if _, err := exec.LookPath(program); err != nil {
		problems.Errorf(at.Index(0), titleCannotRun, "The program %q is not on this machine, and image %s, which has it, is not "+
			"used here.\n\nInstall the program%s, or use a cluster.", program, c.Image, packages[program])
	}
}

// packages are where programs are that tasks often run.
var packages = map[string]string{
	"Rscript": " (r-base-core of Debian and Ubuntu, r of Homebrew)", "R": " (r-base-core of Debian and Ubuntu, r of Homebrew)",
	"java": " (default-jre-headless of Debian and Ubuntu, openjdk of Homebrew)", "bash": " (bash)",
}

// Settings and options by what becomes of them here; all others are without effect.
var (
	effective = map[string]bool{
		"env": true, "secret_env": true, "config_map_env": true, "field_env": true, "retry": true, "timeout": true,
		"cache": true, "synchronization": true, "labels": true, "annotations": true, "parallelism": true, "fail_fast": true,
	}
	refused = map[string]string{
		"volumes":       "Processes see the directories of this machine as they are, so nothing can be mounted.",
		"volume_claims": "Processes see the directories of this machine as they are, so nothing can be mounted.",
	}
)

// CheckPipeline adds what cannot run of a pipeline, and once what has no effect.
func (b *Backend) CheckPipeline(p spec.Pipeline, problems *problem.List) {
	if b.err != nil {
		return
	}
	var idle []string
	look := func(at problem.Path, of any) {
		for _, name := range named(of) {
			switch why := refused[name]; {
			case why != "":
				problems.Errorf(at.Attr(name), titleCannotRun, "%s\n\nTake it off where pipelines are local, or use a cluster.", why)
			case !effective[name]:
				idle = append(idle, at.Attr(name).String())
			}
		}
	}
	look(problem.At("defaults"), p.Defaults)
	look(problem.Path{}, p.Options)
	lookAt := func(at problem.Path, tasks map[string]spec.Task) {
		for _, name := range spec.Names(tasks) {
			look(at.Key(name), tasks[name].Settings)
		}
	}
	lookAt(problem.At("tasks"), p.Tasks)
	lookAt(problem.At("on_exit"), p.OnExit)
	for _, name := range spec.Names(p.Groups) {
		lookAt(problem.At("groups").Key(name).Attr("tasks"), p.Groups[name].Tasks)
	}
	if len(idle) == 0 {
		return
	}
	b.sayOnce("settings", func() {
		problems.Warning(titleNoEffect, fmt.Sprintf("Processes of this machine have no use for %s. On a cluster they count.",
			strings.Join(idle[:min(len(idle), maxNamed)], ", ")+more(len(idle)-maxNamed)))
	})
}

// maxNamed bounds how many settings without effect a warning names.
const maxNamed = 10

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// named are the names of the attributes that are set.
func named(of any) []string {
	data, err := json.Marshal(of)
	if err != nil {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(fields))
}

// sayOnce says something once for the whole of a provider run.
func (b *Backend) sayOnce(what string, say func()) {
	if _, said := b.said.LoadOrStore(what, true); !said {
		say()
	}
}
