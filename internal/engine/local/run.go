package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/gofrs/flock"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/controller"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/executor"
)

// controllerOf is what runs the workflows of a namespace.
func (b *Backend) controllerOf(namespace, run string) *controller.Controller {
	place := inNamespace{b, namespace}
	return &controller.Controller{
		Template: place.template, Cache: place, Locks: place,
		Approved: func(node string) (bool, string) { return b.approved(namespace, run, node) },
		Pods: (&executor.Executor{
			Runs: b.store.runs(namespace, ""), Code: b.store.code(namespace), Repository: b.store.root,
			Python: &b.python, Env: b.config.Env, ConfigMap: place.configMap, Slots: b.slots,
			Secret: func(name string) (map[string]string, bool) {
				data, found := b.config.Secrets[name]
				return data, found
			},
		}).Init(),
	}
}

// approved reports whether an approval is granted: all are, or the file is there that stands for this one.
func (b *Backend) approved(namespace, run, node string) (granted bool, how string) {
	if b.config.Approve {
		return true, ""
	}
	file := filepath.Join(b.store.runs(namespace, run), "approved", controller.PodName(run, node))
	if _, err := os.Stat(file); err == nil {
		return true, ""
	}
	return false, fmt.Sprintf("Waiting for an approval: mkdir -p %s && touch %s", filepath.Dir(file), file)
}

// inNamespace is what a controller finds in a namespace.
type inNamespace struct {
	*Backend
	namespace string
}

func (n inNamespace) template(name string) (*wfv1.WorkflowTemplate, error) {
	object, err := n.store.read(backend.WorkflowTemplates, n.namespace, name)
	switch {
	case backend.IsNotFound(err):
		return nil, errors.New("not found")
	case err != nil:
		return nil, err
	}
	var t wfv1.WorkflowTemplate
	return &t, object.Into(&t)
}

// configMap is one of the configuration, or one that the provider has made.
func (n inNamespace) configMap(name string) (map[string]string, bool, error) {
	if data, ok := n.config.ConfigMaps[name]; ok {
		return data, true, nil
	}
	object, err := n.store.read(backend.ConfigMaps, n.namespace, name)
	if backend.IsNotFound(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var of struct {
		Data map[string]string `json:"data"`
	}
	return of.Data, true, object.Into(&of)
}

// entry is what a cache keeps, as Argo writes it.
type entry struct {
	NodeID            string        `json:"nodeID"`
	Outputs           *wfv1.Outputs `json:"outputs"`
	CreationTimestamp metav1.Time   `json:"creationTimestamp"`
	LastHitTimestamp  metav1.Time   `json:"lastHitTimestamp"`
}

// Load answers from a cache.
func (n inNamespace) Load(ctx context.Context, cache, key string, maxAge time.Duration) (*wfv1.Outputs, error) {
	data, found, err := n.configMap(cache)
	if err != nil || !found || data[key] == "" {
		return nil, err
	}
	var kept entry
	if err := json.Unmarshal([]byte(data[key]), &kept); err != nil {
		return nil, fmt.Errorf("malformed cache entry in %s: %w", cache, err)
	}
	if maxAge > 0 && time.Since(kept.CreationTimestamp.Time) > maxAge || !n.isWhole(kept.Outputs) {
		return nil, nil
	}
	kept.LastHitTimestamp = metav1.Now()
	_, err = n.Patch(ctx, backend.ConfigMaps, n.namespace, cache, map[string]any{"data": map[string]any{key: entryText(kept)}})
	if err != nil && !backend.IsNotFound(err) {
		return nil, err
	}
	return kept.Outputs, nil
}

// isWhole reports whether the artifacts are still there.
func (n inNamespace) isWhole(outputs *wfv1.Outputs) bool {
	if outputs == nil {
		return true
	}
	return !slices.ContainsFunc(outputs.Artifacts, func(a wfv1.Artifact) bool {
		if a.S3 == nil || a.S3.Bucket != "" {
			return false
		}
		_, err := os.Stat(filepath.Join(n.store.root, executor.ArtifactsFolder, filepath.FromSlash(a.S3.Key)))
		return errors.Is(err, fs.ErrNotExist)
	})
}

// Save keeps what a template gave.
func (n inNamespace) Save(ctx context.Context, cache, key, node string, outputs *wfv1.Outputs) error {
	now := metav1.Now()
	name, value, _ := strings.Cut(layout.CacheSelector, "=")
	_, err := n.Apply(ctx, backend.ConfigMaps, map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": cache, "namespace": n.namespace, "labels": map[string]any{name: value}},
		"data": map[string]any{key: entryText(entry{
			NodeID: node, Outputs: outputs, CreationTimestamp: now, LastHitTimestamp: now,
		})},
	}, false)
	return err
}

func entryText(e entry) string {
	data, err := json.Marshal(e)
	if err != nil {
		return "" // never: it was decoded
	}
	return string(data)
}

// waitPause is how often somebody looks whether a lock is free.
const waitPause = 50 * time.Millisecond

// Acquire waits until all locks are held, and holds none as long as one is missing.
func (n inNamespace) Acquire(
	ctx context.Context, locks *wfv1.Synchronization, waits func(string),
) (release func(), err error) {
	wanted, err := n.locksOf(locks)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(n.store.root, "locks"), 0o755); err != nil {
		return nil, err
	}
	told := false
	for {
		held, missing, err := n.tryAll(wanted)
		if err != nil {
			return nil, err
		}
		if missing == "" {
			return func() { closeAll(held) }, nil
		}
		closeAll(held)
		if !told {
			told = true
			waits("Waiting for " + missing + " lock")
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(waitPause):
		}
	}
}

// lock is held by as many as it has places.
type lock struct {
	name   string
	places int
}

func (n inNamespace) locksOf(s *wfv1.Synchronization) ([]lock, error) {
	var all []lock
	mutexes, semaphores := s.Mutexes, s.Semaphores
	if s.Mutex != nil {
		mutexes = append(slices.Clone(mutexes), s.Mutex)
	}
	if s.Semaphore != nil {
		semaphores = append(slices.Clone(semaphores), s.Semaphore)
	}
	for _, m := range mutexes {
		all = append(all, lock{"mutex-" + m.Name, 1})
	}
	for _, m := range semaphores {
		ref := m.ConfigMapKeyRef
		if ref == nil {
			return nil, errors.New("a semaphore has its limit in a config map here")
		}
		data, _, err := n.configMap(ref.Name)
		if err != nil {
			return nil, err
		}
		places, err := strconv.Atoi(data[ref.Key])
		if err != nil {
			return nil, fmt.Errorf("the limit of the semaphore is no number: key %q of config map %q is %q. "+
				"Give it in the provider's local.config_maps", ref.Key, ref.Name, data[ref.Key])
		}
		all = append(all, lock{"semaphore-" + ref.Name + "-" + ref.Key, places})
	}
	return all, nil
}

// tryAll takes what is free; missing names a lock that is not.
func (n inNamespace) tryAll(wanted []lock) (held []*flock.Flock, missing string, err error) {
	for _, l := range wanted {
		found := false
		for place := range l.places {
			file := fmt.Sprintf("%s-%s-%d", n.namespace, l.name, place)
			one := flock.New(filepath.Join(n.store.root, "locks", file))
			ok, err := one.TryLock()
			if err != nil {
				closeAll(held)
				return nil, "", err
			}
			if ok {
				held, found = append(held, one), true
				break
			}
			_ = one.Close()
		}
		if !found {
			return held, n.namespace + "/" + l.name, nil
		}
	}
	return held, "", nil
}

func closeAll(held []*flock.Flock) {
	for _, one := range held {
		_ = one.Close()
	}
}
