package convert

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// usage is what -h says.
const usage = `Usage: terraform-provider-kfp convert [options] FILE

Writes Terraform configuration for what Kubeflow Pipelines has. FILE is one of

  - a compiled pipeline (pipeline.yaml), or a component.yaml: it becomes a
    kfp_pipeline with its tasks, a kfp_component for each thing that they run,
    and files with the sources;
  - recurring runs, as JSON of KFP's API (/apis/v2beta1/recurringruns): they
    become kfp_recurring_run resources.

Nothing is asked over the network. What differs from KFP, and what a person
should look at, stands in comments, and is told on the standard error.

Options:

  -o DIR              Directory for the files. Default: the current one. It is
                      made if it does not exist.
  -force              Overwrite files that exist and say something else.
  -name NAME          Name of the pipeline or the component. Default: what the
                      package says.
  -timezone ZONE      Timezone of KFP's schedules, as the server has it in
                      CRON_SCHEDULE_TIMEZONE. Default: UTC.
  -pipeline ID=NAME   Which kfp_pipeline of the configuration a pipeline of the
                      server is, by its id there: -pipeline 1b8c…=training for
                      kfp_pipeline.training. Once for each pipeline that
                      recurring runs use.

The exit code is 0 where all was converted, 1 where it was not, and 2 where the
command line is wrong.
`

// Exit codes of the command.
const (
	exitDone = iota
	exitFailed
	exitUsage
)

// command is a command line.
type command struct {
	file, dir string
	force     bool
	name      string
	recurring RecurringOptions
}

// Main is the sub-command convert, with the arguments behind its name. It returns the exit code.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(stdout, usage)
		return exitDone
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "Error: %v\n\nterraform-provider-kfp convert -h tells what there is.\n", err)
		return exitUsage
	}
	if !c.run(ctx, stdout, stderr) {
		return exitFailed
	}
	return exitDone
}

// pipelineFlag collects -pipeline ID=NAME.
type pipelineFlag map[string]string

func (p pipelineFlag) String() string { return "" }

func (p pipelineFlag) Set(text string) error {
	id, name, _ := strings.Cut(text, "=")
	if id == "" || name == "" {
		return fmt.Errorf("%q is not of the form ID=NAME", text)
	}
	p[id] = name
	return nil
}

func parse(args []string) (command, error) {
	c := command{recurring: RecurringOptions{Pipelines: map[string]string{}}}
	f := flag.NewFlagSet("convert", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	f.StringVar(&c.dir, "o", ".", "")
	f.BoolVar(&c.force, "force", false, "")
	f.StringVar(&c.name, "name", "", "")
	f.StringVar(&c.recurring.Timezone, "timezone", "UTC", "")
	f.Var(pipelineFlag(c.recurring.Pipelines), "pipeline", "")
	for {
		if err := f.Parse(args); err != nil {
			return c, err
		}
		if f.NArg() == 0 {
			break
		}
		if c.file != "" {
			return c, fmt.Errorf("there are two files, %s and %s; convert them one after the other", c.file, f.Arg(0))
		}
		c.file, args = f.Arg(0), f.Args()[1:] // options may stand behind the file
	}
	if c.file == "" {
		return c, errors.New("there is no file to convert")
	}
	return c, nil
}

// run converts the file and tells what it has found.
func (c command) run(ctx context.Context, stdout, stderr io.Writer) bool {
	text, err := os.ReadFile(c.file)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "Error: %v\n", err)
		return false
	}
	m, found := c.convert(ctx, text)
	if !found.HasError() {
		found = append(found, c.write(m, stdout)...)
	}
	tell(stderr, found)
	return !found.HasError()
}

func (c command) convert(ctx context.Context, text []byte) (Module, problem.List) {
	file := filepath.Base(c.file)
	if isRecurring(text) {
		return RecurringRuns(text, file, c.recurring)
	}
	return Package(ctx, string(text), file, c.name)
}

// tell prints problems, the errors at the end, where people look.
func tell(to io.Writer, found problem.List) {
	for _, severity := range []problem.Severity{problem.Warning, problem.Error} {
		word := map[problem.Severity]string{problem.Warning: "Warning", problem.Error: "Error"}[severity]
		for _, p := range found {
			if p.Severity == severity {
				_, _ = fmt.Fprintf(to, "%s: %s\n  %s\n\n", word, p.Title, p.Detail)
			}
		}
	}
}

// write writes the module's files: none of them if one would overwrite something that is not -force.
func (c command) write(m Module, stdout io.Writer) problem.List {
	var found problem.List
	for _, name := range m.names() {
		there, err := os.ReadFile(filepath.Join(c.dir, name)) //nolint:gosec // the user says where
		switch {
		case errors.Is(err, os.ErrNotExist), err == nil && (c.force || bytes.Equal(there, m[name])):
		case err == nil:
			found.Errorf(nil, "File exists", "%s is there and says something else. Choose another directory by -o, or "+
				"-force to overwrite it.", filepath.Join(c.dir, name))
		default:
			found.Errorf(nil, "File cannot be written", "%v.", err)
		}
	}
	if found.HasError() {
		return found
	}
	if err := os.MkdirAll(c.dir, 0o755); err != nil { //nolint:gosec // like any directory with sources
		found.Errorf(nil, "Directory cannot be made", "%v.", err)
		return found
	}
	for _, name := range m.names() {
		if err := replace(filepath.Join(c.dir, name), m[name]); err != nil {
			found.Errorf(nil, "File cannot be written", "%v.", err)
			continue
		}
		_, _ = fmt.Fprintln(stdout, filepath.Join(c.dir, name))
	}
	return found
}

// replace writes a file as a whole or not at all.
func replace(name string, data []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(name), ".convert-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.Write(data)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), name)
}
