package registry

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// passing tells whether an answer, or its absence, may be another one a moment later.
func passing(resp *http.Response, err error) bool {
	if err != nil {
		return passingError(err)
	}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, 499, 522:
		return true
	}
	return false
}

func passingError(err error) bool {
	var (
		record  tls.RecordHeaderError
		cert    *tls.CertificateVerificationError
		unknown x509.UnknownAuthorityError
		dns     *net.DNSError
		plain   *plainHTTPError
		netErr  net.Error
	)
	switch {
	case ended(err), errors.As(err, &record), errors.As(err, &cert),
		errors.As(err, &unknown), errors.As(err, &plain), strings.Contains(
			err.Error(), "server gave HTTP response to HTTPS client",
		):
		return false
	case errors.As(err, &dns):
		return !dns.IsNotFound
	case errors.Is(err, errStalled), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EPIPE),
		errors.Is(err, net.ErrClosed):
		return true
	case errors.As(err, &netErr):
		return netErr.Timeout()
	}
	// http2's errors have no types that can be reached.
	return strings.Contains(err.Error(), "GOAWAY") || strings.Contains(err.Error(), "stream error")
}

// ended tells whether a context ended the request. errors.Is will not do, since the network's own timeouts claim to be
// context.DeadlineExceeded.
func ended(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return true
		}
	}
	return false
}

// startOver tells go-containerregistry whether to upload a blob from its beginning. All other requests were repeated
// by the transport as often as is sensible, so that it must say no to them.
func startOver(err error) bool {
	var te *transport.Error
	if errors.As(err, &te) {
		if te.Request == nil || !isUpload(te.Request.Method, te.Request.URL) {
			return false
		}
		// A registry that was restarted does not know the upload any more (404), or not how far it got (416).
		return te.StatusCode == http.StatusNotFound || te.StatusCode == http.StatusRequestedRangeNotSatisfiable ||
			te.StatusCode == http.StatusTooManyRequests || passing(&http.Response{StatusCode: te.StatusCode}, nil)
	}
	var ue *url.Error
	if !errors.As(err, &ue) {
		return false
	}
	u, _ := url.Parse(ue.URL)
	return u != nil && isUpload(strings.ToUpper(ue.Op), u) && passingError(err)
}

func isUpload(method string, u *url.URL) bool {
	return method == http.MethodPatch || method == http.MethodPut && !strings.Contains(u.Path, "/manifests/")
}

// errStalled is a connection over which nothing came or went for too long.
var errStalled = errors.New("the connection stalled")

// guarded sends one request and breaks it off when neither direction makes progress.
func (t *patient) guarded(req *http.Request) (*http.Response, error) {
	limit := t.retry.Stall
	if req.Method == http.MethodPut || req.Method == http.MethodPatch {
		limit *= 5 // a registry may copy a large blob to its storage before it answers
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	w := &watch{limit: limit, cancel: cancel}
	w.timer = time.AfterFunc(limit, func() { cancel(errStalled) })
	req = req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &watched{req.Body, w, ctx, false}
	}
	resp, err := t.inner.RoundTrip(req)
	if err != nil {
		w.stop()
		if errors.Is(context.Cause(ctx), errStalled) {
			return nil, errStalled
		}
		return nil, err
	}
	w.progress()
	resp.Body = &watched{resp.Body, w, ctx, true}
	return resp, nil
}

type watch struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

func (w *watch) progress() { w.timer.Reset(w.limit) }

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// watched reports the reading of a body as progress.
type watched struct {
	io.ReadCloser
	w      *watch
	ctx    context.Context
	answer bool // the body is the answer's, and its end ends the request
}

func (b *watched) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil {
		b.w.progress()
	} else if errors.Is(context.Cause(b.ctx), errStalled) {
		err = errStalled
	}
	return n, err
}

func (b *watched) Close() error {
	if b.answer {
		b.w.stop()
	}
	return b.ReadCloser.Close()
}

// largestSlurp is the size of the largest manifest or configuration that is worth repeating a request for.
const largestSlurp = 4 << 20

// isSmall tells whether an answer is read whole before it is handed on, so that a broken one can be asked for again.
func isSmall(req *http.Request, resp *http.Response) bool {
	if req.Method != http.MethodGet {
		return false
	}
	if strings.Contains(req.URL.Path, "/blobs/") {
		return resp.ContentLength >= 0 && resp.ContentLength <= 1<<20
	}
	return resp.ContentLength <= largestSlurp
}

func slurp(resp *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(resp.Body, largestSlurp))
	resp.Body.Close()
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	return nil
}
