package settings

import (
	"encoding/json"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// PodText is a text of a patch that may hold expressions of Argo's.
type PodText struct {
	At     problem.Path // below the task
	Argo   string
	Before []string // what the text may have been before
	Set    func(text string)
	form   form
}

// Read finds the text, by a decompiler of its place. The spelling of before stays if it compiles to the same, so that
// what comes from the defaults is known again.
func (t PodText) Read(d *expr.Decompiler, parse Parse) (string, bool) {
	for _, before := range t.Before {
		if again, err := t.form.compile(before, parse); err == nil && again == t.Argo {
			return before, true
		}
	}
	return t.form.read(d, t.Argo)
}

// ReadPodPatch undoes PodPatch. Prior are the settings as they were before, over the defaults: they tell what a patch
// does not, such as how the name of a volume was spelled. The texts are left to the caller, who knows what they may
// refer to.
func ReadPodPatch(patch string, prior spec.Settings, into *spec.Settings) ([]PodText, error) {
	text, tags := SplitTags(patch)
	r := reader{prior: prior, tags: tags}
	if err := r.open(text); err != nil {
		return nil, err
	}
	before := *into
	for _, setting := range All {
		if err := setting.read(&r, into); err != nil {
			*into = before
			return nil, err
		}
	}
	return r.texts, nil
}

// reader is a patch taken apart.
type reader struct {
	prior     spec.Settings
	pod, main map[string]json.RawMessage
	env       []variable
	tags      []string
	texts     []PodText
}

func (r *reader) open(patch string) error {
	if err := json.Unmarshal([]byte(patch), &r.pod); err != nil {
		return err
	}
	var containers []map[string]json.RawMessage
	if said, ok := r.pod["containers"]; ok {
		if err := json.Unmarshal(said, &containers); err != nil {
			return err
		}
	}
	if len(containers) == 0 {
		return nil
	}
	r.main = containers[0]
	return decodeAt(r.main, "env", &r.env)
}

func (r *reader) text(at problem.Path, argo string, as form, set func(string), before ...string) {
	before = slices.DeleteFunc(before, func(text string) bool { return text == "" })
	r.texts = append(r.texts, PodText{At: at, Argo: argo, Before: before, Set: set, form: as})
}

// string reads a string that may stand for a text in a form.
func (r *reader) string(at problem.Path, said string, as form, set func(string), before ...string) {
	for i, tag := range r.tags {
		if said == inserted(i) {
			r.text(at, tag, as, set, before...)
			return
		}
	}
	set(said)
}

func (r *reader) section(s section) map[string]json.RawMessage {
	if s == mainSection {
		return r.main
	}
	return r.pod
}

func decodeAt(fields map[string]json.RawMessage, name string, into any) error {
	said, ok := fields[name]
	if !ok {
		return nil
	}
	return json.Unmarshal(said, into)
}
