package graph

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The texts of defaults are texts of every task that has a pod and does not set them itself. They are parsed once, and
// checked in the scope of each of these tasks, since that is where they are evaluated.

// defaultTexts are the texts of defaults that hold expressions. What none of its tasks could evaluate is refused once.
func (c *checker) defaultTexts() []text {
	var texts []text
	for _, of := range settings.Texts(&c.pipeline.Defaults) {
		t := settingText(of)
		if of.Value.IsChoice() || t.below("labels") || t.below("annotations") {
			continue // no expression can stand there, which is told elsewhere
		}
		t.inDefaults = true
		_, isConstant := t.constant()
		name := t.ofOneTask()
		switch {
		case t.unknown || isConstant:
		case c.around != nil && (len(t.errors) > 0 || name != ""): // the pipeline says so
		case len(t.errors) > 0:
			c.textErrors(t.place(nil), t, t.errors, "")
		case name != "":
			c.problems.Errorf(t.place(nil), "Setting of one task in defaults",
				"%q uses %s, and defaults are for every task. Set it on the tasks that it is for.", t.raw, name)
		default:
			texts = append(texts, t)
		}
	}
	return texts
}

// ofOneTask is a name that the text uses and that not every task could: an output, or the item of a loop.
func (t text) ofOneTask() string {
	if t.template == nil {
		return ""
	}
	for _, r := range t.template.References() {
		if strings.HasPrefix(r.Name, "tasks.") || strings.HasPrefix(r.Name, "each.") {
			return r.Name
		}
	}
	return ""
}

// inherited are the texts of defaults that are a task's.
func (c *checker) inherited(t spec.Task) []text {
	if kind := t.Component.Kind; len(c.defaults) == 0 || kind != spec.ComponentKind && kind != spec.InlineKind {
		return nil
	}
	merged := settings.Merge(c.pipeline.Defaults, t.Settings)
	stands := map[string]string{}
	for _, of := range settings.Texts(&merged) {
		stands[of.At.String()] = of.Raw
	}
	texts := make([]text, 0, len(c.defaults))
	for _, d := range c.defaults {
		if stands[d.at.String()] != d.raw {
			continue
		}
		if d.is("cache", "key") {
			d.template, d.errors = CacheKey(d.raw, t)
		}
		texts = append(texts, d)
	}
	return texts
}

// place is where a text of a task stands.
func (t text) place(task problem.Path) problem.Path {
	if t.inDefaults {
		return problem.At("defaults").Join(t.at)
	}
	return task.Join(t.path())
}

// below reports whether the text is under an attribute.
func (t text) below(attribute string) bool { return t.at[:1].String() == attribute }

// inDefaults reports whether a place is in the defaults of the pipeline, which its groups share.
func inDefaults(at problem.Path) bool { return len(at) > 0 && at[:1].String() == "defaults" }
