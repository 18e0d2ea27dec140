package backend

import (
	"context"
	"time"
)

// Backend is a place where pipelines live and run. Requests fail with an *Error; what is looked for and is not there is
// one whose Reason is NotFound.
type Backend interface {
	// Configured says what is wrong with the configuration, without a request.
	Configured() error

	Reader
	Writer
	Runs
}

// Reader finds objects.
type Reader interface {
	// Find reads an object from a listing that all of a provider run share.
	Find(ctx context.Context, kind Kind, namespace, name string) (*Object, error)
	// Managed lists what this provider has made in a namespace, by name, from the same listing.
	Managed(ctx context.Context, kind Kind, namespace string) (map[string]*Object, error)
	// Get reads an object as it is now.
	Get(ctx context.Context, kind Kind, namespace, name string) (*Object, error)
	// List lists the objects that a label selector finds, by name, as they are now.
	List(ctx context.Context, kind Kind, namespace, selector string) (map[string]*Object, error)
	// LastChanges lists when such objects were changed last, without reading them.
	LastChanges(ctx context.Context, kind Kind, namespace, selector string) (map[string]time.Time, error)
	// Follow calls seen with every state of an object, nil once it is gone, until seen is done or fails.
	Follow(ctx context.Context, kind Kind, namespace, name string, seen func(*Object) (done bool, err error)) error
}

// Writer changes objects.
type Writer interface {
	// Create makes an object that is not there: of two who try, one does.
	Create(ctx context.Context, kind Kind, object any) (*Object, error)
	// Make creates an object whose fields are then as if Apply had set them.
	Make(ctx context.Context, kind Kind, object any) error
	// Apply makes an object what it is given as: what it gave earlier and gives no longer goes, what others set stays.
	// What others declare is a Conflict unless force is set.
	Apply(ctx context.Context, kind Kind, object any, force bool) (*Object, error)
	// Patch merges a JSON merge patch into an object.
	Patch(ctx context.Context, kind Kind, namespace, name string, patch any) (*Object, error)
	// Delete removes an object and what it owns. One that is gone is no error. A UID that is not empty spares namesakes.
	Delete(ctx context.Context, kind Kind, namespace, name, uid string) error
	// DeleteAlone removes an object and leaves what it owns.
	DeleteAlone(ctx context.Context, kind Kind, namespace, name string) error
}

// Runs tells what the pods of runs say.
type Runs interface {
	// RunPods lists the pods that a label selector finds, and what there is to know of their container of this name.
	RunPods(ctx context.Context, namespace, selector, container string) ([]Pod, error)
	// LastLines returns the last lines of a container's log, at most n.
	LastLines(ctx context.Context, namespace, pod, container string, n int64) ([]string, error)
	// SecretValues returns every value of a Secret, so that it can be taken out of what people see.
	SecretValues(ctx context.Context, namespace, name string) ([]string, error)
	// RemovePod deletes a pod that has ended, and waits until its name is free.
	RemovePod(ctx context.Context, namespace, name string) error
}

// Inspector is a Backend that can say beforehand what it would refuse. One that cannot refuses nothing beforehand.
type Inspector interface {
	// Kinds returns the kinds of an API version that are served, by their plural; none if the version is not.
	Kinds(ctx context.Context, groupVersion string) (map[string]bool, error)
	// MaxItems returns how many elements the schema of a kind allows in its lists, by their paths.
	MaxItems(ctx context.Context, groupVersion, kind string, lists ...string) (map[string]int64, error)
	HasNamespace(ctx context.Context, namespace string) (bool, error)
	HasServiceAccount(ctx context.Context, namespace, name string) (bool, error)
	// Missing returns what the provider's own user may not do, out of the wanted; MissingFor what a service account may
	// not.
	Missing(ctx context.Context, namespace string, wanted []Permission) ([]Permission, error)
	MissingFor(ctx context.Context, namespace, serviceAccount string, wanted []Permission) ([]Permission, error)
	// Controllers finds Argo's controllers, everywhere or else in the namespaces where they usually are.
	Controllers(ctx context.Context, usual ...string) (found []Controller, everywhere bool, err error)
}
