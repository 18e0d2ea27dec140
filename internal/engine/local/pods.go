package local

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/executor"
)

// podSeparator stands between the run and the pod in the name of a pod, which is known by both. No name has it.
const podSeparator = "/"

// RunPods lists the pods of the run that a label selector names.
func (b *Backend) RunPods(_ context.Context, namespace, selector, _ string) ([]backend.Pod, error) {
	if b.err != nil {
		return nil, b.err
	}
	requirements, err := labels.ParseToRequirements(selector)
	if err != nil {
		return nil, err
	}
	var pods []backend.Pod
	for _, requirement := range requirements {
		if requirement.Key() != status.RunPodsLabel {
			continue
		}
		for _, run := range requirement.ValuesUnsorted() {
			notes, err := executor.Pods(b.store.runs(namespace, ""), run)
			if err != nil {
				return nil, fileError(backend.Workflows, namespace, run, err)
			}
			for _, name := range slices.Sorted(maps.Keys(notes)) {
				note := notes[name]
				pods = append(pods, backend.Pod{
					Name: run + podSeparator + name, Annotations: map[string]string{status.NodeAnnotation: note.NodeID},
					Started: note.Started, Secrets: note.Secrets,
				})
			}
		}
	}
	return pods, nil
}

// LastLines returns the last lines of the log of a pod.
func (b *Backend) LastLines(_ context.Context, namespace, pod, _ string, n int64) ([]string, error) {
	run, name := filepath.Split(pod)
	return executor.LastLines(b.store.runs(namespace, ""), filepath.Clean(run), name, n)
}

// SecretValues returns every value of a secret of the configuration.
func (b *Backend) SecretValues(_ context.Context, _, name string) ([]string, error) {
	return slices.Sorted(maps.Values(b.config.Secrets[name])), nil
}

// RemovePod removes the files of a pod that has ended.
func (b *Backend) RemovePod(_ context.Context, namespace, pod string) error {
	return os.RemoveAll(filepath.Join(b.store.runs(namespace, ""), filepath.FromSlash(pod)))
}
