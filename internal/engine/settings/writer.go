package settings

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// PodPatch turns a task's settings into a strategic merge patch of its pod's spec, as JSON that may hold Argo tags.
// The JSON is a hidden argument of the task, so that settings cost no template of their own. Texts that may hold
// expressions are read by parse. Empty: the settings change nothing in the pod.
func PodPatch(s spec.Settings, parse Parse) (string, error) {
	if s.AreUnset() {
		return "", nil
	}
	w := writer{parse: parse, pod: map[string]any{}, main: map[string]any{}}
	for _, setting := range All {
		setting.write(&w, &s)
	}
	w.variables()
	if len(w.main) > 0 {
		w.main["name"] = "main"
		w.pod["containers"] = []any{w.main}
	}
	if w.err != nil || len(w.pod) == 0 {
		return "", w.err
	}
	text, err := wire.Marshal(w.pod)
	if err != nil {
		return "", fmt.Errorf("encoding the pod patch: %w", err)
	}
	return w.fill(strings.ReplaceAll(text, "{{", escapedBraces)), nil // outside of strings JSON has no "{{"
}

// Parse reads a text of a task in its place.
type Parse func(text string) (*expr.Typed, error)

// writer collects what a patch says. It keeps texts under placeholders, because a tag is not a JSON value until Argo
// has replaced it.
type writer struct {
	parse     Parse
	pod, main map[string]any
	env       []variable
	secrets   []string // the variables and the paths in which the container finds values of Secrets
	inserted  []string
	err       error // the first
}

func (w *writer) section(s section) map[string]any {
	if s == mainSection {
		return w.main
	}
	return w.pod
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// insert stands for a text in the form that a place needs. It is the string of a placeholder.
func (w *writer) insert(text string, as form) string {
	value, err := as.compile(text, w.parse)
	w.fail(err)
	w.inserted = append(w.inserted, value)
	return inserted(len(w.inserted) - 1)
}

// json is insert where JSON stands.
func (w *writer) json(text string, as form) json.RawMessage {
	w.insert(text, as)
	return json.RawMessage(placeholder(len(w.inserted) - 1))
}

// name stands for the name of something. gone is what its element says to be left out where the name is nil; empty: it
// never is.
func (w *writer) name(text string) (name, gone string) {
	if !isOpen(text) {
		return text, ""
	}
	name = w.insert(text, nameForm)
	if gone = w.insert(text, goneForm); w.inserted[len(w.inserted)-1] == "" {
		gone = ""
	}
	return name, gone
}

// needed stands for a name that has to be there.
func (w *writer) needed(text string) string {
	if !isOpen(text) {
		return text
	}
	return w.insert(text, neededForm)
}

// fill puts the texts in the place of their placeholders. What an element says to be left out is one as a whole. A space
// keeps an object's brace apart from those of a tag.
func (w *writer) fill(patch string) string {
	for i, value := range slices.Backward(w.inserted) {
		patch = strings.ReplaceAll(patch, `,"$patch":`+placeholder(i), value)
		patch = strings.ReplaceAll(patch, "{"+placeholder(i), "{ "+value)
		patch = strings.ReplaceAll(patch, placeholder(i), value)
	}
	return patch
}

// variables writes the environment, and last where its secrets are, for the runtime to keep them out of the logs.
func (w *writer) variables() {
	if w.secrets != nil {
		places := strings.ReplaceAll(strings.Join(w.secrets, ":"), "$", "$$")
		value, err := wire.Marshal(places)
		w.fail(err)
		w.env = append(w.env, variable{Name: runtime.SecretsVariable, Value: json.RawMessage(value)})
	}
	if w.env != nil {
		w.main["env"] = w.env
	}
}
