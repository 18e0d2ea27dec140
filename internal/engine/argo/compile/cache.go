package compile

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// CacheKeyText is a tag for the key under which a task's outputs are kept: a hash of all its inputs, or of
// what the user gives instead. The component's version is in the name of the config map. An artifact is known by the
// metadata beside it, which the runtime gives a digest of the content.
func CacheKeyText(t spec.Task, cache spec.Cache, of Texts) (string, error) {
	texts := []string{cache.Key}
	if cache.Key == "" {
		texts = nil
		for _, name := range spec.Names(t.Inputs) {
			texts = append(texts, name, t.Inputs[name])
		}
	}
	typed := make([]*expr.Typed, len(texts))
	for i, text := range texts {
		var err error
		if cache.Key != "" {
			typed[i], err = of.cacheKey(text, t)
		} else {
			typed[i], err = of.text(text)
		}
		if err != nil {
			return "", err
		}
	}
	salt := unknownContent(of.Env, typed)
	metadata := metadataEnv(of.Env, typed...)
	for i, t := range typed {
		typed[i] = t.In(metadata)
	}
	return expr.CompileHash(salt, typed...)
}

// unknownContent makes the key that of this run alone if the content of an artifact is not known: a plain container
// writes no metadata, hence no digest.
func unknownContent(env expr.Env, texts []*expr.Typed) []string {
	var salt []string
	for _, t := range texts {
		for _, r := range t.References() {
			if _, v, ok := env.Resolve(r.Name); ok && v.Type.IsArtifact() {
				salt = append(salt, unknownDigest(v))
			}
		}
	}
	return salt
}

// unknownDigest is an expression for what counts where the digest of an artifact is not known.
func unknownDigest(artifact expr.Var) string {
	metadata := expr.Access(metadataOf(artifact.Argo))
	code := "(" + metadata + ` ?? "") contains "digest" ? "" : workflow.uid`
	if artifact.Optional {
		return metadata + ` == "` + wire.Absent + `" ? "" : ` + code
	}
	return code
}

// cacheConfigMap names the config map that holds the outputs of a component, one for each key: Argo fails a task whose
// outputs no longer fit into its config map (1 MiB), and tasks that write to the same one wait for each other. Argo
// keeps them in its controller's own namespace, so the name holds the run's.
func cacheConfigMap(namespace, component string) string {
	return layout.CachePrefix + namespace + "-" + component + "-" + tag(layout.CacheKey)
}
