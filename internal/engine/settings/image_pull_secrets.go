package settings

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var imagePullSecrets = row[[]string]{
	name: "image_pull_secrets", field: func(s *spec.Settings) *[]string { return &s.ImagePullSecrets },
	over: listOver[string](),
	wrong: func(l *problem.List, at problem.Path, names []string) {
		for _, name := range names {
			constantly(check.NeededName)(l, at, name)
		}
	},
	open: func(at problem.Path, names []string) []Text { return opened(Name, at, names...) },
	places: at(patch("imagePullSecrets"), workflow("imagePullSecrets"),
		noted("give them to the tasks, or to defaults of the pipeline, as image_pull_secrets")),
	says: as(objectReferences, objectNames), toPod: writePullSecrets, fromPod: readPullSecrets,
	examples: func() [][]string { return [][]string{{"a", "b"}, {"a"}, {}, {"a", "{{ run.name }}"}} },
}

// pullSecret is an element of the pod's list.
type pullSecret struct {
	Name string `json:"name"`
	Gone string `json:"$patch,omitempty"`
}

func writePullSecrets(w *writer, names []string) {
	var said []pullSecret
	for _, text := range slices.Sorted(slices.Values(names)) {
		name, gone := w.name(text)
		said = append(said, pullSecret{Name: name, Gone: gone})
	}
	if said != nil {
		w.pod["imagePullSecrets"] = said
	}
}

func readPullSecrets(r *reader, into *[]string) error {
	var said []pullSecret
	err := decodeAt(r.pod, "imagePullSecrets", &said)
	for _, secret := range said {
		r.string(problem.At("image_pull_secrets"), secret.Name, nameForm, func(text string) {
			*into = append(*into, text)
			slices.Sort(*into)
		}, slices.DeleteFunc(slices.Clone(r.prior.ImagePullSecrets), func(s string) bool { return !isOpen(s) })...)
	}
	return err
}

func objectReferences(names []string) ([]corev1.LocalObjectReference, error) {
	var refs []corev1.LocalObjectReference
	for _, name := range slices.Sorted(slices.Values(names)) {
		refs = append(refs, corev1.LocalObjectReference{Name: name})
	}
	return refs, nil
}

func objectNames(refs []corev1.LocalObjectReference) []string {
	var names []string
	for _, ref := range refs {
		names = append(names, ref.Name)
	}
	return names
}
