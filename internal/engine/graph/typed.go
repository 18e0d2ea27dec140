package graph

import "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"

// The texts of a task are parsed and typed once, here. Whoever compiles the task finds them again by what they say.

// Text is a text of the task in its scope. Nil: the task has no such text.
func (n *Node) Text(raw string) *expr.Typed {
	return n.typed(func(t text) bool { return t.raw == raw && !t.is("when") && !t.is("cache", "key") })
}

// When is the condition of the task in its scope. Nil: it has none.
func (n *Node) When() *expr.Typed {
	return n.typed(func(t text) bool { return t.is("when") })
}

// CacheKey is the key of the task's cache in its scope, with what the task gives in place of the inputs. Nil: it has
// none.
func (n *Node) CacheKey() *expr.Typed {
	return n.typed(func(t text) bool { return t.is("cache", "key") })
}

func (n *Node) typed(is func(text) bool) *expr.Typed {
	if n == nil {
		return nil
	}
	for _, t := range n.texts {
		if t.typed != nil && is(t) {
			return t.typed
		}
	}
	return nil
}
