package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

// Kind sorts what can go wrong with a registry.
type Kind string

// The kinds of errors.
const (
	NotFound     Kind = "not found"    // the image, or the repository or project that shall hold it, does not exist
	Unauthorized Kind = "unauthorized" // no credentials, or wrong ones
	Forbidden    Kind = "forbidden"    // the credentials are known and may not do this
	Unreachable  Kind = "unreachable"  // no connection, or one that broke or stalled
	RateLimited  Kind = "rate limited" // too many requests, and waiting as asked did not help or would take too long
	Unavailable  Kind = "unavailable"  // the registry answers with a failure of its own
	Unsupported  Kind = "unsupported"  // the registry does not do this, such as deletion
	Rejected     Kind = "rejected"     // any other answer
)

// Error is what a registry refused, or why it was not reached. Its text holds no secret.
type Error struct {
	Kind       Kind
	Action     string        // "read", "push", "delete"
	Reference  string        // the image as the user wrote it
	Registry   string        // host and port that were spoken to
	Status     int           // of the HTTP answer, 0 without one
	RetryAfter time.Duration // what a rate-limiting registry asked for, 0 if it did not say
	Detail     string        // what the registry said, redacted; a clause without a full stop
	Remedy     string        // what to do, a sentence
	cause      error         // kept only where it is a context's error
}

// Error tells action, reference, detail and remedy in sentences.
func (e *Error) Error() string {
	return fmt.Sprintf("Cannot %s %s: %s. %s", e.Action, e.Reference, e.Detail, e.Remedy)
}

// Unwrap returns the context's error, if that ended the request. Other causes are not handed out, because their text
// may hold secrets.
func (e *Error) Unwrap() error { return e.cause }

// KindOf is the kind of the *Error in err's chain, or empty.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// fail turns any error of go-containerregistry or of the network into an *Error.
func (c *Client) fail(ctx context.Context, action, reference, host string, err error) error {
	var already *Error
	var local *files.Error
	if errors.As(err, &already) {
		return err
	}
	if ctx.Err() == nil && errors.As(err, &local) {
		return local // a file on this machine, about which the registry knows nothing
	}
	e := &Error{Kind: Unreachable, Action: action, Reference: reference, Registry: hostName(host)}
	var te *transport.Error
	var ce *credentialError
	var content ContentError
	switch {
	case ctx.Err() != nil:
		e.cause = ctx.Err()
		e.Detail, e.Remedy = "the operation was cancelled", "Run again; what is there already is not sent again."
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			e.Detail, e.Remedy = "the time limit was reached", "Allow more time; what is there already is not sent again."
		}
	case errors.As(err, &content):
		e.Kind, e.Detail, e.Remedy = Rejected, content.Error(), "Use another image."
	case errors.As(err, &ce):
		e.Kind, e.Detail = Unauthorized, ce.Error()
		e.Remedy = "Repair the Docker configuration or its credential helper, or give the credentials in the provider's " +
			"registries."
	case errors.As(err, &te):
		e.Status = te.StatusCode
		e.fromAnswer(te, c.transport.asked(host))
	default:
		e.fromNetwork(err)
	}
	e.Detail = strings.TrimRight(redact.URLs(c.redactor.Text(e.Detail)), ". \n")
	return e
}

func (e *Error) fromAnswer(te *transport.Error, wait time.Duration) {
	e.Detail = said(te)
	push := e.Action == "push"
	switch {
	case te.StatusCode == http.StatusUnauthorized:
		e.Kind = Unauthorized
		e.Remedy = fmt.Sprintf("Give credentials for %s in the provider's registries or by docker login. "+
			"Some registries answer like this for repositories that do not exist too.", e.Registry)
	case te.StatusCode == http.StatusForbidden:
		e.Kind = Forbidden
		e.Remedy = fmt.Sprintf("Give the account that is used for %s the right to %s there.", e.Registry, e.Action)
	case te.StatusCode == http.StatusNotFound && push:
		e.Kind = NotFound
		e.Remedy = "Create the repository or project in the registry first; this one does not create it on a push."
	case te.StatusCode == http.StatusNotFound:
		e.Kind = NotFound
		e.Remedy = "Check the name and the tag; the image may also have been deleted."
	case te.StatusCode == http.StatusTooManyRequests:
		e.Kind, e.RetryAfter = RateLimited, wait
		if wait > 0 {
			e.Detail += fmt.Sprintf("; it asks to wait %s", wait.Round(time.Second))
		}
		e.Remedy = "Run again later, or log in: registries allow more to known users."
	case te.StatusCode == http.StatusMethodNotAllowed || te.StatusCode == http.StatusNotImplemented:
		e.Kind = Unsupported
		e.Remedy = "Allow it in the registry's configuration."
	case te.StatusCode >= 500:
		e.Kind = Unavailable
		e.Remedy = "Look at the registry's own log, then run again; what is there already is not sent again."
	default:
		e.Kind = Rejected
		e.Remedy = "Look at the registry's own log."
	}
}

// said is the registry's answer in one line.
func said(te *transport.Error) string {
	words := []string{fmt.Sprintf("the registry answers %d %s", te.StatusCode, http.StatusText(te.StatusCode))}
	for _, d := range te.Errors {
		if d.Message != "" {
			words = append(words, fmt.Sprintf("(%s: %s)", d.Code, d.Message))
		} else if d.Code != "" {
			words = append(words, "("+string(d.Code)+")")
		}
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

func (e *Error) fromNetwork(err error) {
	var (
		dns     *net.DNSError
		record  tls.RecordHeaderError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		plain   *plainHTTPError
	)
	e.Detail = "no answer from the registry: " + innermost(err)
	e.Remedy = "Check that the registry runs and can be reached from here, then run again; what is there already is " +
		"not sent again."
	switch {
	case errors.As(err, &plain):
		e.Detail, e.Remedy = plain.Error(), "Set insecure = true for this registry, or give it TLS."
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		e.Detail, e.Remedy = "the registry speaks plain http", "Set insecure = true for this registry, or give it TLS."
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		e.Remedy = "Add the certificate authority to the system's certificates, or name it in SSL_CERT_FILE."
	case errors.As(err, &dns) && dns.IsNotFound:
		e.Remedy = "Check the name of the registry."
	}
}

// innermost is the cause without the request that go-containerregistry and net/http put before it.
func innermost(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Error()
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
