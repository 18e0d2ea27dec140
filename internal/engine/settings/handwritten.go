package settings

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// TakeTemplate reads the settings that a template of Argo's says in fields of its own. What is read is taken out of the
// fields, which are those of decoded JSON.
func TakeTemplate(fields map[string]any, into *spec.Settings) {
	_, isScript := fields["script"]
	for _, setting := range All {
		path := setting.Places().Template
		if name, ok := strings.CutPrefix(path, containerField); ok && isScript {
			path = "script." + name
		}
		setting.take(path, fields, into)
	}
}

// TakeWorkflow reads the settings that a workflow has for all of its pods, and takes them out of the fields.
func TakeWorkflow(fields map[string]any, into *spec.Settings) {
	for _, setting := range All {
		setting.take(setting.Places().Workflow, fields, into)
	}
}

// Note is what is to be said of a field.
type Note struct{ Field, Text string }

// WorkflowNotes tell where to say what a workflow says for all of its pods.
func WorkflowNotes(fields map[string]any) []Note {
	var notes []Note
	for _, setting := range All {
		p := setting.Places()
		if _, given := fields[p.Workflow]; !given {
			continue
		}
		text := "give it to the tasks, or to defaults of the pipeline, as " + setting.Name()
		if p.Note != "" {
			text = p.Note
		}
		notes = append(notes, Note{p.Workflow, text})
	}
	return notes
}

// WorkflowNames are the settings by the fields of a workflow that say them.
func WorkflowNames() map[string]string {
	names := map[string]string{}
	for _, setting := range All {
		if field := setting.Places().Workflow; field != "" && !strings.Contains(field, ".") {
			names[field] = setting.Name()
		}
	}
	return names
}

// chooses reports whether something of the cluster is chosen by Argo's tags, which are no expressions of this language.
func (r row[T]) chooses(value T) bool {
	return r.open != nil && slices.ContainsFunc(r.open(nil, value), func(t Text) bool { return t.Value.IsChoice() })
}

// take reads what stands at a path, if it can be read.
func (r row[T]) take(path string, fields map[string]any, into *spec.Settings) {
	if path == "" {
		return
	}
	parts := strings.Split(path, ".")
	for _, part := range parts[:len(parts)-1] {
		fields, _ = fields[part].(map[string]any)
	}
	last := parts[len(parts)-1]
	said, given := fields[last]
	if !given {
		return
	}
	text, err := json.Marshal(said)
	decode := r.says.decode
	if r.byHand != nil {
		decode = r.byHand
	}
	var value T
	if err != nil || decode(text, &value) != nil || r.chooses(value) {
		return
	}
	*r.field(into) = value
	delete(fields, last)
}
