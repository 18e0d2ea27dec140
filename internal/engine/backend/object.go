package backend

import (
	"fmt"
	"time"
)

// Object is an object as JSON, together with the identity that every object has.
type Object struct {
	Namespace, Name string
	UID             string
	ResourceVersion string
	Labels          map[string]string
	Annotations     map[string]string
	CreatedAt       time.Time
	Changed         time.Time // when somebody last set a field, in seconds
	Deleting        bool      // deleted, and kept by a finalizer
	Owners
	Content map[string]any
}

// Owners tell who has set what of an object.
type Owners interface {
	// EditedAt reports whether somebody has changed what is at a path of the object, given by keys from the root, without
	// declaring it.
	EditedAt(path []string) bool
	// AppliedByOthers reports whether another program declares the object.
	AppliedByOthers() bool
}

// Into decodes the object into what v points to, as far as that can hold it.
func (o *Object) Into(v any) error {
	if err := decode(o.Content, v); err != nil {
		return fmt.Errorf("decoding %s/%s: %w", o.Namespace, o.Name, err)
	}
	return nil
}

// Raw is the object's content as decoded JSON. It must not be changed.
func (o *Object) Raw() map[string]any { return o.Content }
