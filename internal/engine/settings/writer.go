package settings

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// PodPatch turns a task's settings into a strategic merge patch of its pod's spec, as JSON that may hold Argo tags.
// The JSON is a hidden argument of the task, so that settings cost no template of their own. Texts are inserted by
// insert, which returns a JSON value or a tag that becomes one. Empty: the settings change nothing in the pod.
func PodPatch(s spec.Settings, insert func(text string) (string, error)) (string, error) {
	if s.AreUnset() {
		return "", nil
	}
	w := writer{insert: insert, pod: map[string]any{}, main: map[string]any{}}
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

// writer collects what a patch says. It keeps texts under placeholders, because a tag is not a JSON value until Argo
// has replaced it.
type writer struct {
	insert    func(string) (string, error)
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

// text stands for a user's text that may hold expressions.
func (w *writer) text(text string) json.RawMessage {
	value, err := w.insert(text)
	w.fail(err)
	w.inserted = append(w.inserted, value)
	return json.RawMessage(placeholder(len(w.inserted) - 1))
}

func (w *writer) fill(patch string) string {
	for i, value := range slices.Backward(w.inserted) {
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
