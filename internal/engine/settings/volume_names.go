package settings

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The secret, the config map or the claim that a volume holds may be one that an expression names.

// podVolume and podMount are elements of the pod's lists, which say themselves that they are not to be there.
type (
	podVolume struct {
		corev1.Volume
		Gone string `json:"$patch,omitempty"`
	}
	podMount struct {
		corev1.VolumeMount
		Gone string `json:"$patch,omitempty"`
	}
)

// sourceName is a field that names what a volume holds.
type sourceName struct {
	attribute string
	field     func(v *spec.Volume) *string
}

var sourceNames = []sourceName{
	{"secret", func(v *spec.Volume) *string { return &v.Secret }},
	{"config_map", func(v *spec.Volume) *string { return &v.ConfigMap }},
	{"claim", func(v *spec.Volume) *string { return &v.Claim }},
}

func volumeTexts(at problem.Path, volumes map[string]spec.Volume) []Text {
	var texts []Text
	for _, name := range spec.Names(volumes) {
		v := volumes[name]
		for _, source := range sourceNames {
			texts = append(texts, opened(Name, at.Key(name).Attr(source.attribute), *source.field(&v))...)
		}
	}
	return texts
}

// volumeName puts a placeholder in the place of an expression.
func (w *writer) volumeName(v *spec.Volume) (gone string) {
	for _, source := range sourceNames {
		if text := source.field(v); *text != "" {
			*text, gone = w.name(*text)
		}
	}
	return gone
}

// volume reads what a volume holds.
func (r *reader) volume(name string, said spec.Volume, into *map[string]spec.Volume) {
	prior := r.prior.Volumes[name]
	v := said
	for _, source := range sourceNames {
		*source.field(&v) = ""
	}
	put(into, name, v)
	for _, source := range sourceNames {
		if *source.field(&said) == "" {
			continue
		}
		at := problem.At("volumes").Key(name).Attr(source.attribute)
		r.string(at, *source.field(&said), nameForm, func(text string) {
			v := (*into)[name]
			*source.field(&v) = text
			(*into)[name] = v
		}, *source.field(&prior))
	}
}
