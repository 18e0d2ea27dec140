package handwritten

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// wholeTag is what stands behind a prefix in a text that is one tag.
func wholeTag(text, prefix string) (string, bool) {
	text = strings.TrimSpace(text)
	inner, opened := strings.CutPrefix(text, "{{")
	inner, closed := strings.CutSuffix(inner, "}}")
	if !opened || !closed || strings.Contains(inner, "{{") {
		return "", false
	}
	return strings.CutPrefix(strings.TrimSpace(inner), prefix)
}

// pathTag marks the place of a file's path while a text is read.
const pathTag = "kfp:"

// text reads a text of the command. The paths of inputs and outputs become expressions.
func (r *reader) text(argo, at string, data func(string) string) string {
	for _, file := range slices.SortedFunc(maps.Keys(r.paths), func(a, b string) int { return len(b) - len(a) }) {
		marked := replacePath(argo, file, "{{"+pathTag+r.paths[file]+"}}")
		if r.named[file] = r.named[file] || marked != argo; marked != argo {
			argo = marked
		}
	}
	text, unknown := expr.FromTags(argo, r.tag, data)
	for _, tag := range unknown {
		r.miss(at, unknownTag(tag))
	}
	if len(unknown) == 0 {
		t, errs := expr.Parse(text)
		if len(errs) == 0 {
			_, errs = t.In(graph.ContainerEnv(r.Component.Interface)).Check(spec.Any)
		}
		for _, e := range errs {
			r.miss(at, e.Message)
		}
	}
	return text
}

// replacePath replaces a path where it stands for itself or for a directory.
func replacePath(text, file, by string) string {
	if file == "" {
		return text
	}
	var b strings.Builder
	for {
		i := strings.Index(text, file)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		end := i + len(file)
		if i > 0 && isPathCharacter(text[i-1], "") || end < len(text) && isPathCharacter(text[end], "/") {
			b.WriteString(text[:end])
		} else {
			b.WriteString(text[:i] + by)
		}
		text = text[end:]
	}
}

func isPathCharacter(c byte, except string) bool {
	isName := c == '.' || c == '_' || c == '-' || c == '/' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	return isName && !strings.Contains(except, string(c))
}

// tag translates a tag. What a template takes from the workflow around it becomes an input.
func (r *reader) tag(tag string) (string, bool) {
	if own, ok := strings.CutPrefix(tag, pathTag); ok {
		return own, true
	}
	if p, ok := strings.CutPrefix(tag, "inputs.parameters."); ok {
		name, known := r.Inputs[p]
		return "inputs." + name, known
	}
	for _, side := range []string{"inputs.artifacts.", "outputs.artifacts.", "outputs.parameters."} {
		if name, ok := strings.CutPrefix(tag, side); ok {
			name, isPath := strings.CutSuffix(name, ".path")
			of, _, _ := strings.Cut(side, ".")
			return r.pathOf(of+"."+plainName(name)+".path", isPath)
		}
	}
	if p, ok := strings.CutPrefix(tag, "workflow.parameters."); ok {
		return r.lift(p, plainName(p), "{{ parameters."+plainName(p)+" }}")
	}
	if tag == "pod.name" {
		return "task.id", true
	}
	if of, ok := ofRun(tag); ok {
		return r.lift("", strings.ReplaceAll(of, ".", "_"), "{{ "+of+" }}")
	}
	return "", false
}

// ofRun is what Argo says of a workflow as what is said of a run here.
func ofRun(tag string) (string, bool) {
	of, ok := map[string]string{
		"workflow.name": "run.name", "workflow.uid": "run.id", "workflow.status": "run.status",
		"workflow.creationTimestamp": "run.created_at", "workflow.creationTimestamp.RFC3339": "run.created_at",
	}[tag]
	return of, ok
}

func (r *reader) pathOf(expression string, isPath bool) (string, bool) {
	for file, known := range r.paths {
		if known == expression && isPath {
			r.named[file] = true
			return expression, true
		}
	}
	return "", false
}

// lift makes an input of what stands around the template: argument is the workflow's argument, or empty.
func (r *reader) lift(argument, name, given string) (string, bool) {
	if in, taken := r.Component.Inputs[name]; taken {
		same := r.Given[name] == given || r.isMain && argument != "" && r.Inputs[argument] == name
		return "inputs." + name, same && !in.Type.IsArtifact()
	}
	if !spec.IsIdentifier(name) {
		return "", false
	}
	in := spec.Input{Type: spec.String}
	if a := r.argument(argument); a != nil {
		if a.Value != nil && !strings.Contains(a.Value.String(), "{{") {
			in.Default = new(a.Value.String())
		}
		if a.Description != nil {
			in.Description = a.Description.String()
		}
		for _, v := range a.Enum {
			in.AllowedValues = append(in.AllowedValues, v.String())
		}
	}
	layout.Set(&r.Component.Inputs, name, in)
	r.Given[name] = given
	return "inputs." + name, true
}

// unnamedPaths tells the files whose place the command does not name: nothing can tell the program another.
func (r *reader) unnamedPaths(field string) {
	for _, file := range spec.Names(r.paths) {
		if file != "" && !r.named[file] {
			kind, name, _ := strings.Cut(strings.TrimSuffix(r.paths[file], ".path"), ".")
			r.miss("."+kind, fmt.Sprintf("neither command nor args of %s name %s, so the program cannot be told where the "+
				"file of %s is here; name it there",
				strings.TrimPrefix(field, "."), layout.QuoteName(file), layout.QuoteName(name)))
		}
	}
}

func (r *reader) holdsPath(value string) bool {
	for file := range r.paths {
		if file != "" && strings.Contains(value, file) {
			return true
		}
	}
	return false
}

// unknownTag says why a tag cannot be written.
func unknownTag(tag string) string {
	inner := strings.TrimSuffix(strings.TrimPrefix(tag, "{{"), "}}")
	reason := "nothing here stands for " + layout.Abbreviated(tag)
	switch {
	case tag == "{{":
		return "an opening {{ is not closed"
	case strings.HasPrefix(inner, "="):
		return reason + "; make what it computes an input, and write the expression at the task"
	case strings.HasPrefix(inner, "pod."):
		return reason + "; a task's field_env gives metadata.name"
	case strings.HasPrefix(inner, "steps.") || strings.HasPrefix(inner, "tasks."):
		if strings.HasSuffix(inner, ".outputs.result") {
			return reason + ", which is what the task printed; write it to a file that is an output (valueFrom.path)"
		}
		return reason
	case strings.HasPrefix(inner, "workflow."):
		return reason + "; pass it as an argument of the workflow"
	}
	return reason
}
