package graph

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// CacheKey reads a cache's key, in which inputs.x is what the task gives for an input, or else its default.
func CacheKey(key string, t spec.Task) (*expr.Template, []expr.Error) {
	template, errs := expr.Parse(key)
	if len(errs) > 0 {
		return nil, errs
	}
	texts, types := map[string]*expr.Template{}, map[string]spec.Type{}
	for name, in := range t.Component.Inputs {
		given, ok := t.Inputs[name]
		switch {
		case ok:
		case in.Default != nil:
			given = expr.Quote(*in.Default)
		default:
			given = "{{ nil }}"
		}
		if text, errs := expr.Parse(given); len(errs) == 0 && given != spec.Unknown {
			texts[name], types[name] = text, in.Type
		}
	}
	return template.Substitute("inputs", texts, types), nil
}
