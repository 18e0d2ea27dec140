package compile

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Texts are those of a task, in the place where they stand. Those that graph has parsed and typed there are taken from
// it; the others, such as those of the pipeline's defaults, are parsed here.
type Texts struct {
	Env expr.Env
	// node is the task in the graph. Nil: it has none yet.
	node *graph.Node
	// isWrapped texts are inside a wrapper, where names stand for other variables than in the graph.
	isWrapped bool
}

// text is a text of data with expressions in it.
func (t Texts) text(raw string) (*expr.Typed, error) {
	return t.typed(t.node.Text(raw), func() (*expr.Template, []expr.Error) { return expr.Parse(raw) })
}

// when is the condition of the task.
func (t Texts) when(raw string) (*expr.Typed, error) {
	return t.typed(t.node.When(), func() (*expr.Template, []expr.Error) { return expr.ParseExpression(raw) })
}

// CacheKey is a key that the user gives for the task's cache.
func (t Texts) cacheKey(raw string, of spec.Task) (*expr.Typed, error) {
	return t.typed(t.node.CacheKey(), func() (*expr.Template, []expr.Error) { return graph.CacheKey(raw, of) })
}

func (t Texts) typed(known *expr.Typed, parse func() (*expr.Template, []expr.Error)) (*expr.Typed, error) {
	switch {
	case known == nil:
		parsed, errs := parse()
		if err := joined(errs); err != nil {
			return nil, err
		}
		return parsed.In(t.Env), nil
	case t.isWrapped:
		return known.In(t.Env), nil
	}
	return known, nil
}

// TypedText is a text that graph has not typed.
func TypedText(raw string, env expr.Env) (*expr.Typed, error) { return Texts{Env: env}.text(raw) }

// podText is a text for the pod, which may differ from attempt to attempt where the task is repeated.
func (t call) podText(raw string) (*expr.Typed, error) {
	of := t.Texts
	if t.settings.Retry != nil {
		of.Env = settings.OfAttempts(of.Env)
	}
	return of.text(raw)
}
