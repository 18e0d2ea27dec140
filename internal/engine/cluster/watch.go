package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// How a broken watch is taken up again: a server that restarts is given time, and is not hammered.
const (
	firstPause = 250 * time.Millisecond
	longPause  = 10 * time.Second
)

// Follow calls seen with every state of one object, first with the present one, until seen returns done or an error,
// or ctx ends. It uses one watch and takes it up again when the connection breaks, the server restarts, the watch
// expires, tells something odd, or tells nothing for long. seen gets nil when the object is gone.
func (c *Client) Follow(
	ctx context.Context, r backend.Kind, namespace, name string, seen func(*backend.Object) (done bool, err error),
) error {
	pause := firstPause
	for {
		told, done, err := c.followOnce(ctx, r, namespace, name, seen)
		if done || (err != nil && !transient(err)) {
			return err
		}
		if told {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s %s/%s: %w", r.Resource, namespace, name, ctx.Err())
		case <-time.After(pause):
			pause = min(2*pause, longPause)
		}
	}
}

// followOnce reads the object and watches it until the watch ends. told: the watch was of use. A nil error with done
// unset asks for another round.
func (c *Client) followOnce(
	ctx context.Context, r backend.Kind, namespace, name string, seen func(*backend.Object) (bool, error),
) (told, done bool, err error) {
	conn, err := c.connect()
	if err != nil {
		return false, true, err
	}
	present, err := c.Get(ctx, r, namespace, name)
	switch {
	case backend.IsNotFound(err):
		done, err = seen(nil)
		return true, done || err != nil, err
	case err != nil:
		return false, false, err
	}
	if done, err = seen(present); done || err != nil {
		return true, true, err
	}
	w, err := conn.dynamic.Resource(gvr(r)).Namespace(namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector:   fields.OneTermEqualSelector(metav1.ObjectNameField, name).String(),
		ResourceVersion: present.ResourceVersion,
	})
	if err != nil {
		return false, false, explain(err, r, namespace, name)
	}
	defer w.Stop()
	silence := time.NewTimer(c.bounds.silence)
	defer silence.Stop()
	for {
		select {
		case <-ctx.Done():
			return told, false, nil
		case <-silence.C:
			return true, false, nil
		case event, open := <-w.ResultChan():
			if !open {
				return told, false, nil
			}
			object, ok := eventObject(event, r, namespace, name)
			if !ok {
				return told, false, nil
			}
			told = true
			silence.Reset(c.bounds.silence)
			done, err = seen(object)
			if done || err != nil {
				return true, true, err
			}
		}
	}
}

// eventObject is the object as an event tells it, nil where it is gone; false: the event tells something else, or an
// error.
func eventObject(event watch.Event, r backend.Kind, namespace, name string) (*backend.Object, bool) {
	u, ok := event.Object.(*unstructured.Unstructured)
	if !ok {
		return nil, false
	}
	object, err := believed(u, r, namespace, name)
	switch {
	case err != nil:
		return nil, false
	case event.Type == watch.Deleted:
		return nil, true
	}
	return object, event.Type == watch.Added || event.Type == watch.Modified
}

// transient errors are worth waiting out: the server is down, overloaded or restarting, or somebody answers in its
// place.
func transient(err error) bool {
	reason := backend.ReasonOf(err)
	return reason == backend.Unreachable || reason == backend.Misled || apierrors.IsInternalError(errors.Unwrap(err)) || apierrors.IsResourceExpired(errors.Unwrap(err))
}
