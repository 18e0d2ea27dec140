package argo

import (
	"maps"
	"strings"

	expr "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expression"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// cacheKeyText is the key under which a task's outputs are kept: a hash of all its inputs, or of what the user gives
// instead. The component's version is in the name of the config map.
func cacheKeyText(t spec.Task, cache spec.Cache, env expr.Env) (string, error) {
	var texts []*expr.Template
	add := func(text string) error {
		parsed, errs := expr.Parse(text)
		texts = append(texts, parsed)
		return joined(errs)
	}
	if cache.Key != "" {
		if err := add(cache.Key); err != nil {
			return "", err
		}
		return expr.CompileHash(env, texts...)
	}
	for _, name := range sortedKeys(t.Inputs) {
		text := t.Inputs[name]
		if t.Component.Inputs[name].Type.IsArtifact() {
			// An artifact is known by the metadata beside it, which the runtime gives a digest of the content.
			from, err := artifactFrom(text, env, t.Component.Inputs[name].Type)
			if err != nil {
				return "", err
			}
			env = withMetadata(env, name, from)
			text = "{{ inputs." + name + " }}"
		}
		if err := add(name); err != nil {
			return "", err
		}
		if err := add(text); err != nil {
			return "", err
		}
	}
	return expr.CompileHash(env, texts...)
}

// withMetadata adds the hidden parameter beside an artifact under a name of its own.
func withMetadata(env expr.Env, name, from string) expr.Env {
	own := map[string]expr.Var{}
	maps.Copy(own, env.Own)
	own["inputs."+name] = expr.Var{Type: spec.String, Argo: strings.TrimSuffix(strings.TrimPrefix(artifactMetadataTag(from), "{{"), "}}")}
	return expr.Env{Own: own, Shared: env.Shared}
}

// cacheConfigMap names the config map that holds the outputs. Argo keeps them in its controller's own namespace, so
// the name holds the run's; and since a config map takes 1 MiB, the first digit of the key spreads them over sixteen.
func cacheConfigMap(r spec.Ref, key string) string {
	code := strings.TrimSuffix(strings.TrimPrefix(key, "{{="), "}}")
	return "kfp-cache-" + r.Namespace + "-" + ObjectName(r) + "-" + expr.Tag("sprig.substr(0, 1, "+code+")")
}
