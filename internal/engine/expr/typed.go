package expr

import "iter"

// Typed is a text in its place: its names are resolved in an environment, and its expressions have types. Whoever
// checks it hands it on to whoever compiles it, so that neither happens twice. It is immutable and safe for concurrent
// use.
type Typed struct {
	*Template
	env Env
	all []*bound // of each part; nil for data
}

// In resolves the names of the text in an environment.
func (t *Template) In(env Env) *Typed {
	typed := &Typed{Template: t, env: env}
	if !t.IsConstant() {
		typed.all = make([]*bound, len(t.parts))
	}
	for i, p := range t.parts {
		if p.node != nil {
			typed.all[i] = p.bind(env)
		}
	}
	return typed
}

// Env is the environment in which the names of the text are resolved.
func (t *Typed) Env() Env { return t.env }

// bound are the expressions, or the first error that a name or a type makes.
func (t *Typed) bound() ([]*bound, error) {
	for _, b := range t.all {
		if b != nil && len(b.errors) > 0 {
			return nil, b.errors[0]
		}
	}
	return t.all, nil
}

// Bare returns the name of the only reference, if the text is that and nothing else.
func (t *Typed) Bare() (string, bool) {
	if len(t.all) != 1 || len(t.all[0].errors) > 0 {
		return "", false
	}
	return t.all[0].bare()
}

// Variables are what the names of the text stand for, in the order of the text.
func (t *Typed) Variables() iter.Seq[Var] {
	return func(yield func(Var) bool) {
		for _, b := range t.all {
			if b == nil {
				continue
			}
			for _, r := range b.refs {
				if !yield(r.variable) {
					return
				}
			}
		}
	}
}
