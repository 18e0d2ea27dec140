package backend

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotConfigured says that nothing tells which cluster to use.
var ErrNotConfigured = errors.New("no Kubernetes cluster is configured")

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
		return "Check the provider's credentials (config_path, token, exec or client certificate); they were refused or " +
			"have expired."
	case Forbidden:
		return "Grant the provider's user the Role of the guide \"Installation and RBAC\" in this namespace."
	case Unreachable:
		if strings.Contains(e.Err.Error(), "x509: certificate signed by unknown authority") {
			return "The API server's certificate is of an authority that this machine does not know: give it in " +
				"cluster_ca_certificate, or use a kubeconfig (config_path) that holds it."
		}
		return "Check that the cluster is up and that the provider's host, config_path and proxy_url lead to it."
	case Misled:
		return "Something between the provider and the API server, such as a proxy or a gateway, answers in its place. " +
			"Check the provider's host, config_path and proxy_url."
	case Conflict:
		return "Another program manages the named fields. Remove its hold on them, or set force_conflicts = true in the " +
			"provider's configuration to take them over."
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
