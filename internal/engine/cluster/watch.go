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
)

// How a broken watch is taken up again: a server that restarts is given time, and is not hammered.
const (
	firstPause = 250 * time.Millisecond
	longPause  = 10 * time.Second
)

// Follow calls seen with every state of one object, first with the present one, until seen returns done or an error,
// or ctx ends. It uses one watch and takes it up again when the connection breaks, the server restarts or the watch
// expires. seen gets nil when the object is gone.
func (c *Client) Follow(ctx context.Context, r Resource, namespace, name string, seen func(*Object) (done bool, err error)) error {
	pause := firstPause
	for {
		progressed, done, err := c.followOnce(ctx, r, namespace, name, seen)
		if done || (err != nil && !transient(err)) {
			return err
		}
		if progressed {
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

// followOnce reads the object and watches it until the watch ends. A nil error with done unset asks for another round.
func (c *Client) followOnce(ctx context.Context, r Resource, namespace, name string, seen func(*Object) (bool, error)) (progressed, done bool, err error) {
	conn, err := c.connect()
	if err != nil {
		return false, true, err
	}
	present, err := c.Get(ctx, r, namespace, name)
	switch {
	case IsNotFound(err):
		done, err = seen(nil)
		return true, done || err != nil, err
	case err != nil:
		return false, false, err
	}
	if done, err = seen(present); done || err != nil {
		return true, true, err
	}
	w, err := conn.dynamic.Resource(r).Namespace(namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector:   fields.OneTermEqualSelector(metav1.ObjectNameField, name).String(),
		ResourceVersion: present.ResourceVersion,
	})
	if err != nil {
		return true, false, explain(err, r, namespace, name)
	}
	defer w.Stop()
	for {
		select {
		case <-ctx.Done():
			return true, false, nil
		case event, open := <-w.ResultChan():
			if !open || event.Type == watch.Error {
				return true, false, nil
			}
			done, err = seen(eventObject(event))
			if done || err != nil {
				return true, true, err
			}
		}
	}
}

func eventObject(event watch.Event) *Object {
	u, ok := event.Object.(*unstructured.Unstructured)
	if !ok || event.Type == watch.Deleted {
		return nil
	}
	return newObject(u)
}

// transient errors are worth waiting out: the server is down, overloaded or restarting.
func transient(err error) bool {
	return ReasonOf(err) == Unreachable || apierrors.IsInternalError(errors.Unwrap(err)) || apierrors.IsResourceExpired(errors.Unwrap(err))
}
