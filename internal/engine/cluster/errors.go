package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Reason sorts errors by what a person can do about them.
type Reason string

// The reasons of an Error.
const (
	NotFound     Reason = "not found"
	Exists       Reason = "exists already"
	NoSuchKind   Reason = "kind is not installed"
	Unauthorized Reason = "not authenticated"
	Forbidden    Reason = "not allowed"
	Conflict     Reason = "owned by another manager"
	Invalid      Reason = "refused as invalid"
	Unreachable  Reason = "cluster unreachable"
	Misled       Reason = "answered with something else"
	Other        Reason = "failed"
)

// Error is a failed request, sorted by Reason.
type Error struct {
	Reason    Reason
	Resource  string
	Namespace string
	Name      string
	WithEdits bool // a conflict only with changes that others have made once, not with what they declare
	Err       error
}

func (e *Error) Error() string {
	what := e.Resource
	if e.Name != "" {
		what += " " + e.Namespace + "/" + e.Name
	} else if e.Namespace != "" {
		what += " in namespace " + e.Namespace
	}
	return fmt.Sprintf("%s: %s: %v", what, e.Reason, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Remedy is what to do about the error, one or two sentences; empty where the message says it all.
func (e *Error) Remedy() string {
	switch e.Reason {
	case NoSuchKind:
		return "Install " + SupportedArgo + " in this cluster: its custom resource definitions are missing."
	case Unauthorized:
		return "Check the provider's credentials (config_path, token, exec or client certificate); they were refused or have expired."
	case Forbidden:
		return "Grant the provider's user the Role of the guide \"Installation and RBAC\" in this namespace."
	case Unreachable:
		if strings.Contains(e.Err.Error(), "x509: certificate signed by unknown authority") {
			return "The API server's certificate is of an authority that this machine does not know: give it in cluster_ca_certificate, or use a kubeconfig (config_path) that holds it."
		}
		return "Check that the cluster is up and that the provider's host, config_path and proxy_url lead to it."
	case Misled:
		return "Something between the provider and the API server, such as a proxy or a gateway, answers in its place. Check the provider's host, config_path and proxy_url."
	case Conflict:
		return "Another program manages the named fields. Remove its hold on them, or set force_conflicts = true in the provider's configuration to take them over."
	}
	return ""
}

// ReasonOf returns the reason of err, or Other.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return Other
}

// ConflictsWithEdits reports whether a conflict is only with changes that others have made once, not with what they
// declare.
func ConflictsWithEdits(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.WithEdits
}

// IsNotFound reports whether the object is not there.
func IsNotFound(err error) bool { return err != nil && ReasonOf(err) == NotFound }

// IsUndeclared reports whether an apply was refused for a field that the kind's schema does not declare. The API server
// gives no code of its own to that.
func IsUndeclared(err error) bool {
	return err != nil && strings.Contains(err.Error(), "field not declared in schema")
}

// IsUnknown reports whether the error leaves open what the cluster holds: it could not be asked, or did not let us
// look. Prior state is kept then.
func IsUnknown(err error) bool {
	switch ReasonOf(err) {
	case Unauthorized, Forbidden, Unreachable, Misled:
		return true
	}
	return errors.Is(err, ErrNotConfigured)
}

// isExpired reports whether the server does not know any more what it was asked to go on with.
func isExpired(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) && (apierrors.IsResourceExpired(err) || apierrors.IsGone(err))
}

func explain(err error, r Resource, namespace, name string) error {
	if err == nil {
		return nil
	}
	reason := classify(err)
	return &Error{
		Reason: reason, Resource: r.Resource, Namespace: namespace, Name: name,
		WithEdits: reason == Conflict && isWithEdits(err), Err: err,
	}
}

func classify(err error) Reason {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		if isNetwork(err) {
			return Unreachable
		}
		return Other
	}
	switch {
	// A missing kind and a missing object are both 404; only the latter names the object.
	case apierrors.IsNotFound(err) && (status.Status().Details == nil || status.Status().Details.Name == ""):
		return NoSuchKind
	case apierrors.IsNotFound(err):
		return NotFound
	case apierrors.IsAlreadyExists(err):
		return Exists
	case apierrors.IsUnauthorized(err):
		return Unauthorized
	case apierrors.IsForbidden(err):
		return Forbidden
	case apierrors.IsConflict(err):
		return Conflict
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return Invalid
	case apierrors.IsServiceUnavailable(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsTooManyRequests(err):
		return Unreachable
	}
	return Other
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
