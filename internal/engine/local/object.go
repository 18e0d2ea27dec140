package local

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/uuid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// edits are the owners of what is in a file: anybody may have changed anything, and nobody declares it.
type edits struct{}

func (edits) EditedAt([]string) bool { return true }

func (edits) AppliedByOthers() bool { return false }

// newObject is the object that a file holds.
func newObject(content map[string]any, version, path string) *backend.Object {
	u := unstructured.Unstructured{Object: content}
	u.SetResourceVersion(version)
	o := &backend.Object{
		Namespace: u.GetNamespace(), Name: u.GetName(), UID: string(u.GetUID()), ResourceVersion: version,
		Labels: u.GetLabels(), Annotations: u.GetAnnotations(), CreatedAt: u.GetCreationTimestamp().Time,
		Owners: edits{}, Content: content,
	}
	if info, err := os.Stat(path); err == nil {
		o.Changed = info.ModTime().Truncate(time.Second)
	}
	return o
}

// isIt checks that a file holds what its name says.
func isIt(content map[string]any, kind backend.Kind, namespace, name string) error {
	u := unstructured.Unstructured{Object: content}
	if u.GetKind() != kinds[kind.Resource] || u.GetNamespace() != namespace || u.GetName() != name {
		return fmt.Errorf("it holds %s %s/%s. Restore the file, or remove it", u.GetKind(), u.GetNamespace(), u.GetName())
	}
	return nil
}

// contentOf is an object as decoded JSON of its own.
func contentOf(object any) (map[string]any, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", object, err)
	}
	content, err := decodeJSON(data)
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", object, err)
	}
	metadata, _ := content["metadata"].(map[string]any)
	if metadata == nil {
		return nil, fmt.Errorf("%T has no metadata", object)
	}
	delete(metadata, "creationTimestamp")
	return content, nil
}

func metadataOf(content map[string]any) map[string]any {
	metadata, _ := content["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		content["metadata"] = metadata
	}
	return metadata
}

// identify gives a new object what the server of a cluster would give it.
func identify(content map[string]any, now time.Time) {
	metadata := metadataOf(content)
	metadata["uid"] = string(uuid.NewUUID())
	metadata["creationTimestamp"] = now.UTC().Format(time.RFC3339)
	delete(metadata, "resourceVersion")
}
