package cluster

import (
	"context"
	"errors"
	"net"
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// isExpired reports whether the server does not know any more what it was asked to go on with.
func isExpired(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) && (apierrors.IsResourceExpired(err) || apierrors.IsGone(err))
}

func explain(err error, r backend.Kind, namespace, name string) error {
	if err == nil {
		return nil
	}
	reason := classify(err)
	return &backend.Error{
		Reason: reason, Resource: r.Resource, Namespace: namespace, Name: name,
		WithEdits: reason == backend.Conflict && isWithEdits(err), Err: err,
	}
}

func classify(err error) backend.Reason {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		if isNetwork(err) {
			return backend.Unreachable
		}
		return backend.Other
	}
	switch {
	// A missing kind and a missing object are both 404; only the latter names the object.
	case apierrors.IsNotFound(err) && (status.Status().Details == nil || status.Status().Details.Name == ""):
		return backend.NoSuchKind
	case apierrors.IsNotFound(err):
		return backend.NotFound
	case apierrors.IsAlreadyExists(err):
		return backend.Exists
	case apierrors.IsUnauthorized(err):
		return backend.Unauthorized
	case apierrors.IsForbidden(err):
		return backend.Forbidden
	case apierrors.IsConflict(err):
		return backend.Conflict
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return backend.Invalid
	case apierrors.IsServiceUnavailable(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsTooManyRequests(err):
		return backend.Unreachable
	}
	return backend.Other
}

// isNetwork tells a broken connection from the end of our own patience.
func isNetwork(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var u *url.Error
	var n net.Error
	return errors.As(err, &u) || errors.As(err, &n)
}
