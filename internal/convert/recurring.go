package convert

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert/hclfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// RecurringOptions say what the server does not tell of its recurring runs.
type RecurringOptions struct {
	Timezone  string            // of the server's schedules; empty: UTC
	Pipelines map[string]string // names of kfp_pipeline resources by ids on the server
}

// recurringFile is the file of the recurring runs.
const recurringFile = "recurring_runs.tf"

// recurringHead says at the head of the file what is true of all.
var recurringHead = []string{
	"", "Disable a recurring run in KFP before the first apply, or both run it.",
	"", "KFP starts all the runs that were missed while its controller was down, unless no_catchup is set. Here nothing " +
		"makes up for them by itself, but for the latest where starting_deadline is set; a kfp_backfill runs the others.",
}

// RecurringRuns converts recurring runs as KFP's API describes them. file is their name in messages. The module is
// whole only if no problem is an error.
func RecurringRuns(data []byte, file string, options RecurringOptions) (Module, problem.List) {
	var found problem.List
	a, err := readAnswer(data)
	if err != nil {
		found.Errorf(nil, "Not an answer of KFP's API", "%s:%v.", file, err)
		return nil, found
	}
	if len(a.runs) == 0 {
		found.Errorf(nil, "No recurring runs", "%s:1: The server knows none of the namespace or experiment that it was "+
			"asked for.", file)
		return nil, found
	}
	if a.more {
		found.Warnf(nil, "More than one page", "%s:1: The server has more recurring runs (next_page_token). Ask it for a "+
			"larger page, by page_size=200.", file)
	}
	s := schedules{file: file, options: options, names: map[string]int{}, missing: map[string][]string{}, found: &found}
	var blocks []hclfile.Block
	for _, r := range a.runs {
		blocks = append(blocks, s.block(r))
	}
	s.tellMissing()
	if found.HasError() {
		return nil, found
	}
	m := newModule()
	m[recurringFile] = hclfile.File(append([]string{"Converted from " + file + "."}, recurringHead...), blocks...)
	return m, found
}

// schedules converts recurring runs.
type schedules struct {
	file    string
	options RecurringOptions
	names   map[string]int
	missing map[string][]string // pipelines that no option names, with the recurring runs that use them
	found   *problem.List
}

// recurringRun is one that is converted.
type recurringRun struct {
	*schedules
	recurring
	name     string
	body     *hclfile.Object
	comments []string
	when     schedule.Spec
	disabled bool // since it would run at other times
}

func (s *schedules) block(from recurring) hclfile.Block {
	name := kfpir.ObjectName(string(from.DisplayName))
	if s.names[name]++; s.names[name] > 1 {
		suffix := "-" + strconv.Itoa(s.names[name])
		name = strings.TrimRight(name[:min(len(name), spec.MaxNameLength-len(suffix))], "-") + suffix
		s.names[name]++
	}
	r := &recurringRun{schedules: s, recurring: from, name: name, body: &hclfile.Object{}}
	var shown []string
	if string(from.DisplayName) != name {
		shown = []string{"In KFP: " + string(from.DisplayName)}
	}
	r.body.Add("name", hclfile.Text(name), shown...)
	if from.Description != "" {
		r.body.Add("description", hclfile.Text(string(from.Description)))
	}
	r.pipeline()
	r.parameters()
	r.times()
	r.concurrency()
	r.rest()
	return hclfile.Block{
		Type: "resource", Labels: []string{"kfp_recurring_run", label(name)}, Comments: r.comments, Body: r.body,
	}
}

func (r *recurringRun) errorf(title, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.found.Errorf(nil, title, "%s:%d: Recurring run %q: %s", r.file, r.line, string(r.DisplayName), text)
}

// notef writes a comment above the resource, and tells it.
func (r *recurringRun) notef(title, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.comments = append(r.comments, text)
	r.found.Warnf(nil, title, "%s:%d: Recurring run %q: %s", r.file, r.line, string(r.DisplayName), text)
}

// pipeline refers to the resource of the pipeline.
func (r *recurringRun) pipeline() {
	if len(r.Error) > 0 && string(r.Error) != `""` {
		r.errorf("Recurring run that KFP cannot read", "the server says: %s.", abbreviated(r.Error))
	}
	reference := r.PipelineRef
	if reference.PipelineID == "" {
		reference.PipelineID = r.PipelineID
	}
	var inside struct {
		Info struct {
			Name string `json:"name"`
		} `json:"pipelineInfo"`
		Spec struct {
			Info struct {
				Name string `json:"name"`
			} `json:"pipelineInfo"`
		} `json:"pipeline_spec"`
	}
	_ = json.Unmarshal(r.PipelineSpec, &inside) // what has no name is told below
	own := inside.Info.Name + inside.Spec.Info.Name
	id := ""
	for _, one := range []string{string(reference.PipelineVersionID), string(reference.PipelineID), own} {
		if to := r.options.Pipelines[one]; one != "" && to != "" {
			r.body.Add("pipeline", hclfile.Expression("kfp_pipeline."+label(to)+".ref"))
			return
		}
		if one != "" {
			id = one
		}
	}
	switch {
	case id == "":
		r.errorf("No pipeline", "nothing says which pipeline it runs.")
	case own != "":
		r.body.Add("pipeline", hclfile.Expression("kfp_pipeline."+label(kfpir.ObjectName(own))+".ref"))
	default:
		r.missing[id] = append(r.missing[id], string(r.DisplayName))
	}
}

// tellMissing says how to name the pipelines.
func (s *schedules) tellMissing() {
	for _, id := range spec.Names(s.missing) {
		s.found.Errorf(nil, "Unknown pipeline", "%s:1: %s runs the pipeline %s of the server. Say which resource of your "+
			"configuration that is, by -pipeline %s=NAME for kfp_pipeline.NAME.", s.file, problem.Quoted(s.missing[id]), id, id)
	}
}

// parameters writes the values of parameters as texts.
func (r *recurringRun) parameters() {
	values, names := &hclfile.Object{}, map[string]bool{}
	for _, said := range spec.Names(r.RuntimeConfig.Parameters) {
		raw := r.RuntimeConfig.Parameters[said]
		if string(raw) == "null" {
			r.notef("Parameter without a value", "Parameter %q is null in KFP, and left out here: its default counts.", said)
			continue
		}
		name := kfpir.Identifier(said)
		if names[name] {
			r.errorf("Two parameters of one name", "%q would be %q, and so would another one.", said, name)
		}
		names[name] = true
		var comments []string
		if name != said {
			comments = []string{"In KFP: " + said}
		}
		values.Add(name, hclfile.Text(r.value(said, raw)), comments...)
	}
	if len(values.Attributes) > 0 {
		r.body.Add("parameters", values)
	}
}

// rest writes what is left, and tells what has no place here.
func (r *recurringRun) rest() {
	if r.ServiceAccount != "" {
		r.body.Add("service_account", hclfile.Text(string(r.ServiceAccount)))
	}
	off := slices.Contains([]string{"DISABLE", "2"}, string(r.Mode))
	if r.Status != "" && r.Status != "STATUS_UNSPECIFIED" {
		off = slices.Contains([]string{"DISABLED", "3"}, string(r.Status)) // which counts, since the mode is of its creation
	}
	if off || r.disabled {
		r.body.Add("enabled", hclfile.Expression("false"))
	}
	for _, said := range []struct {
		what string
		text text
	}{{"Experiment", r.ExperimentID}, {"Namespace", r.Namespace}} {
		if said.text != "" {
			r.comments = append(r.comments, said.what+" on the KFP server: "+string(said.text))
		}
	}
	if root := r.RuntimeConfig.PipelineRoot; root != "" {
		r.notef("Place of the artifacts", "In KFP its artifacts are below %s. Here that is pipeline_root of the "+
			"kfp_pipeline.", string(root))
	}
	if r.PipelineRef.PipelineVersionID != "" {
		r.comments = append(r.comments, "KFP runs version "+string(r.PipelineRef.PipelineVersionID)+" of the pipeline; "+
			"here it is the one that was applied last, unless pin is set.")
	}
	slices.Sort(r.unknown)
	for _, name := range r.unknown {
		r.notef("Field that is not converted", "KFP says %s, of which nothing is known here.", name)
	}
}
