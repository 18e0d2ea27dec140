package operate

import (
	"context"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// inspector says what the backend would refuse.
func (o *Operator) inspector() backend.Inspector {
	if inspector, ok := o.Backend.(backend.Inspector); ok {
		return inspector
	}
	return permissive{}
}

// permissive is the Inspector of a backend that cannot say beforehand what it would refuse.
type permissive struct{}

func (permissive) Kinds(context.Context, string) (map[string]bool, error) {
	all := map[string]bool{}
	for _, kind := range argoKinds {
		all[kind] = true
	}
	return all, nil
}

func (permissive) MaxItems(context.Context, string, string, ...string) (map[string]int64, error) {
	return map[string]int64{}, nil
}

func (permissive) HasNamespace(context.Context, string) (bool, error) { return true, nil }

func (permissive) HasServiceAccount(context.Context, string, string) (bool, error) { return true, nil }

func (permissive) Missing(context.Context, string, []backend.Permission) ([]backend.Permission, error) {
	return nil, nil
}

func (permissive) MissingFor(context.Context, string, string, []backend.Permission) ([]backend.Permission, error) {
	return nil, nil
}

func (permissive) Controllers(context.Context, ...string) ([]backend.Controller, bool, error) {
	return nil, false, nil
}
