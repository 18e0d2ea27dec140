package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// managedSelector finds the objects that the provider made.
const managedSelector = layout.ManagedByLabel + "=" + layout.ManagedBy

// Find reads an object. Files are read as quickly as a shared listing would be.
func (b *Backend) Find(ctx context.Context, kind backend.Kind, namespace, name string) (*backend.Object, error) {
	return b.Get(ctx, kind, namespace, name)
}

// Managed lists what this provider has made in a namespace, by name.
func (b *Backend) Managed(ctx context.Context, kind backend.Kind, namespace string) (map[string]*backend.Object, error) {
	return b.List(ctx, kind, namespace, managedSelector)
}

// Get reads an object as it is now.
func (b *Backend) Get(_ context.Context, kind backend.Kind, namespace, name string) (*backend.Object, error) {
	if b.err != nil {
		return nil, b.err
	}
	return b.store.read(kind, namespace, name)
}

// List lists the objects that a label selector finds, by name.
func (b *Backend) List(
	_ context.Context, kind backend.Kind, namespace, selector string,
) (map[string]*backend.Object, error) {
	if b.err != nil {
		return nil, b.err
	}
	matching, err := labels.Parse(selector)
	if err != nil {
		return nil, fmt.Errorf("selector %q: %w", selector, err)
	}
	names, err := b.store.names(kind, namespace)
	if err != nil {
		return nil, err
	}
	found := map[string]*backend.Object{}
	for _, name := range names {
		object, err := b.store.read(kind, namespace, name)
		switch {
		case backend.IsNotFound(err): // removed meanwhile
		case err != nil:
			return nil, err
		case matching.Matches(labels.Set(object.Labels)):
			found[name] = object
		}
	}
	return found, nil
}

// LastChanges lists when such objects were changed last.
func (b *Backend) LastChanges(
	ctx context.Context, kind backend.Kind, namespace, selector string,
) (map[string]time.Time, error) {
	objects, err := b.List(ctx, kind, namespace, selector)
	if err != nil {
		return nil, err
	}
	changed := make(map[string]time.Time, len(objects))
	for name, object := range objects {
		changed[name] = object.Changed
	}
	return changed, nil
}

// Create makes an object that is not there: of two who try, one does.
func (b *Backend) Create(ctx context.Context, kind backend.Kind, object any) (made *backend.Object, err error) {
	content, namespace, name, err := b.given(object)
	if err != nil {
		return nil, err
	}
	delete(content, "status")
	return made, b.store.locked(ctx, func() error {
		switch _, err := b.store.read(kind, namespace, name); {
		case err == nil:
			return &backend.Error{
				Reason: backend.Exists, Resource: kind.Resource, Namespace: namespace, Name: name,
				Err: errors.New("the file is there already"),
			}
		case !backend.IsNotFound(err):
			return err
		}
		identify(content, time.Now())
		made, err = b.store.write(kind, namespace, name, content)
		return err
	})
}

// Make creates an object.
func (b *Backend) Make(ctx context.Context, kind backend.Kind, object any) error {
	_, err := b.Create(ctx, kind, object)
	return err
}

// Apply makes an object what it is given as. Labels, annotations and what else an object's metadata hold stay beside
// those that are given, and so does the status.
func (b *Backend) Apply(
	ctx context.Context, kind backend.Kind, object any, _ bool,
) (applied *backend.Object, err error) {
	content, namespace, name, err := b.given(object)
	if err != nil {
		return nil, err
	}
	delete(content, "status")
	return applied, b.store.locked(ctx, func() error {
		live, err := b.store.read(kind, namespace, name)
		switch {
		case backend.IsNotFound(err):
			identify(content, time.Now())
		case err != nil:
			return err
		default:
			overlay(content, live.Content)
		}
		applied, err = b.writeChanged(kind, live, content)
		return err
	})
}

// overlay takes over what an applied object leaves as it is.
func overlay(content, live map[string]any) {
	if status, ok := live["status"]; ok {
		content["status"] = status
	}
	metadata := metadataOf(content)
	for key, value := range metadataOf(live) {
		given, isGiven := metadata[key]
		before, isMap := value.(map[string]any)
		switch {
		case !isGiven:
			metadata[key] = value
		case isMap:
			if into, ok := given.(map[string]any); ok {
				for k, v := range before {
					if _, there := into[k]; !there {
						into[k] = v
					}
				}
			}
		}
	}
}

// writeChanged leaves a file alone that would stay as it is.
func (b *Backend) writeChanged(
	kind backend.Kind, live *backend.Object, content map[string]any,
) (*backend.Object, error) {
	u := unstructured.Unstructured{Object: content}
	if live != nil && reflect.DeepEqual(live.Content, content) {
		return live, nil
	}
	delete(metadataOf(content), "resourceVersion")
	return b.store.write(kind, u.GetNamespace(), u.GetName(), content)
}

// Patch merges a JSON merge patch into an object. One that names a resource version fails where that is another.
func (b *Backend) Patch(
	ctx context.Context, kind backend.Kind, namespace, name string, patch any,
) (patched *backend.Object, err error) {
	data, err := json.Marshal(patch)
	if err != nil {
		return nil, fmt.Errorf("encoding a patch of %s %s: %w", kind.Resource, name, err)
	}
	if b.err != nil {
		return nil, b.err
	}
	return patched, b.store.locked(ctx, func() error {
		live, err := b.store.read(kind, namespace, name)
		if err != nil {
			return err
		}
		content, err := merged(live.Content, data)
		if err != nil {
			return fileError(kind, namespace, name, err)
		}
		if wanted := (&unstructured.Unstructured{Object: content}).GetResourceVersion(); wanted != live.ResourceVersion {
			return &backend.Error{
				Reason: backend.Conflict, Resource: kind.Resource, Namespace: namespace, Name: name,
				Err: errors.New("somebody has changed the file meanwhile"),
			}
		}
		patched, err = b.writeChanged(kind, live, content)
		return err
	})
}

func merged(content map[string]any, patch []byte) (map[string]any, error) {
	before, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	after, err := jsonpatch.MergePatch(before, patch)
	if err != nil {
		return nil, err
	}
	return decodeJSON(after)
}

// Delete removes an object and what it owns.
func (b *Backend) Delete(ctx context.Context, kind backend.Kind, namespace, name, uid string) error {
	return b.remove(ctx, kind, namespace, name, uid, true)
}

// DeleteAlone removes an object and leaves what it owns.
func (b *Backend) DeleteAlone(ctx context.Context, kind backend.Kind, namespace, name string) error {
	return b.remove(ctx, kind, namespace, name, "", false)
}

func (b *Backend) remove(ctx context.Context, kind backend.Kind, namespace, name, uid string, owned bool) error {
	if b.err != nil {
		return b.err
	}
	return b.store.locked(ctx, func() error {
		live, err := b.store.read(kind, namespace, name)
		switch {
		case backend.IsNotFound(err):
			return nil
		case err != nil:
			return err
		case uid != "" && uid != live.UID:
			return &backend.Error{
				Reason: backend.Conflict, Resource: kind.Resource, Namespace: namespace, Name: name,
				Err: errors.New("another object has its name by now"),
			}
		}
		return b.removeWith(kind, live, owned)
	})
}

// removeWith removes an object, the files of its pods, and what it owns.
func (b *Backend) removeWith(kind backend.Kind, object *backend.Object, owned bool) error {
	if err := b.store.remove(kind, object.Namespace, object.Name); err != nil {
		return err
	}
	if kind == backend.Workflows {
		if err := os.RemoveAll(b.store.runs(object.Namespace, object.Name)); err != nil {
			return fileError(kind, object.Namespace, object.Name, err)
		}
	}
	if kind == backend.ConfigMaps {
		if err := b.store.removeCode(object.Namespace, object.Name); err != nil {
			return fileError(kind, object.Namespace, object.Name, err)
		}
	}
	if !owned {
		return nil
	}
	for _, other := range []backend.Kind{backend.Workflows, backend.ConfigMaps, backend.WorkflowTemplates} {
		names, err := b.store.names(other, object.Namespace)
		if err != nil {
			return err
		}
		for _, name := range names {
			child, err := b.store.read(other, object.Namespace, name)
			if err != nil || !isOwnedBy(child, object.UID) {
				continue // one that cannot be read says of itself what is wrong
			}
			if err := b.removeWith(other, child, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func isOwnedBy(object *backend.Object, uid string) bool {
	for _, owner := range (&unstructured.Unstructured{Object: object.Content}).GetOwnerReferences() {
		if uid != "" && string(owner.UID) == uid {
			return true
		}
	}
	return false
}

// given is what a caller wants written.
func (b *Backend) given(object any) (content map[string]any, namespace, name string, err error) {
	if b.err != nil {
		return nil, "", "", b.err
	}
	content, err = contentOf(object)
	if err != nil {
		return nil, "", "", err
	}
	u := unstructured.Unstructured{Object: content}
	return content, u.GetNamespace(), u.GetName(), nil
}
