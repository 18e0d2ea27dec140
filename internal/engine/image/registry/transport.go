package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

// Retry says how patient requests are. A zero field takes its default.
type Retry struct {
	Attempts int           // of one request, the first included; default 5
	Base     time.Duration // before the second attempt, doubled for each further one, with jitter; default 1 s
	MaxWait  time.Duration // the longest Retry-After that is waited for; default 1 min
	Stall    time.Duration // without any progress, after which a request is broken off; default 1 min, five times that for uploads
}

func (r Retry) orDefault() Retry {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	if r.Attempts == 0 {
		r.Attempts = 5
	}
	set(&r.Base, time.Second)
	set(&r.MaxWait, time.Minute)
	set(&r.Stall, time.Minute)
	return r
}

// Request is one HTTP exchange with a registry, for logs. It holds no secret.
type Request struct {
	Method   string
	URL      string // without its query
	Status   int    // 0 if there was no answer
	Attempt  int    // 1 for the first
	Duration time.Duration
	Err      string // redacted; empty if there was an answer
}

// patient is the http.RoundTripper below go-containerregistry. It repeats what may be repeated, waits when a registry
// asks to, breaks off what stalls, remembers how registries answer the first question (GET /v2/), and refuses to speak
// plain http where that is not allowed. Uploads of blobs are not repeated here, since they must start over: see
// startOver.
type patient struct {
	inner    http.RoundTripper
	table    table
	redactor *redact.Redactor
	retry    Retry
	trace    func(Request)

	mu    sync.Mutex
	gates map[string]gate
	pings map[string]*ping
}

// gate holds back all requests to a host that asked to wait.
type gate struct {
	until time.Time
	asked time.Duration
}

// newInner is http.DefaultTransport with more idle connections for the one or two hosts that are spoken to.
func newInner() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   15 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// plainHTTPError is a request that would have gone out without TLS to a host for which nobody allowed it.
type plainHTTPError struct{ host string }

func (e *plainHTTPError) Error() string {
	return fmt.Sprintf(
		"%s would have to be spoken to by plain http, which is allowed for loopback addresses alone", e.host,
	)
}

// RoundTrip implements http.RoundTripper.
func (t *patient) RoundTrip(req *http.Request) (*http.Response, error) {
	auth := req.Header.Get("Authorization")
	if req.URL.Scheme == "http" && !t.table.plainHTTP(req.URL.Host) && (auth != "" || strings.HasPrefix(req.URL.Path, "/v2/")) {
		return nil, &plainHTTPError{req.URL.Host}
	}
	if _, token, ok := strings.Cut(auth, " "); ok {
		t.redactor.Add(token)
	}
	if req.Method == http.MethodGet && req.URL.Path == "/v2/" && auth == "" {
		return t.pinged(req)
	}
	return t.repeat(req)
}

func (t *patient) repeat(req *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		if err := t.waitGate(req); err != nil {
			return nil, err
		}
		again, err := rewind(req, attempt)
		if err != nil {
			return nil, err
		}
		resp, err := t.once(again, attempt)
		wait, limited := t.limited(req, resp, attempt)
		hopeless := req.Context().Err() != nil || wait > t.retry.MaxWait || attempt >= t.attempts(err)
		if hopeless || !repeatable(req) || !limited && !passing(resp, err) {
			return resp, err
		}
		if resp != nil {
			drain(resp)
		}
		if limited {
			continue // the gate does the waiting, for every request to this host
		}
		if err := sleep(req.Context(), t.backoff(attempt)); err != nil {
			return nil, err
		}
	}
}

// attempts is fewer for a registry to which no connection can be made: a plan that finds it down shall not take long.
func (t *patient) attempts(err error) int {
	var op *net.OpError
	switch {
	case !errors.As(err, &op) || op.Op != "dial":
		return t.retry.Attempts
	case op.Timeout():
		return 1
	}
	return min(3, t.retry.Attempts)
}

func (t *patient) once(req *http.Request, attempt int) (*http.Response, error) {
	start := time.Now()
	resp, err := t.guarded(req)
	if err == nil && isSmall(req, resp) {
		err = slurp(resp)
	}
	if t.trace != nil {
		r := Request{Method: req.Method, Attempt: attempt, Duration: time.Since(start)}
		u := *req.URL
		u.RawQuery, u.User = "", nil
		r.URL = redact.URLs(t.redactor.Text(u.String()))
		if resp != nil {
			r.Status = resp.StatusCode
		}
		if err != nil {
			r.Err = redact.URLs(t.redactor.Text(err.Error()))
		}
		t.trace(r)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// rewind gives each attempt its own body.
func rewind(req *http.Request, attempt int) (*http.Request, error) {
	if attempt == 1 || req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	again.Body = body
	return again, nil
}

// repeatable tells whether the same request may be sent twice. A part of an upload may not: the registry has counted
// the bytes that arrived.
func repeatable(req *http.Request) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete:
		return true
	case http.MethodPut:
		return strings.Contains(req.URL.Path, "/manifests/")
	}
	return false
}

// limited reads what a rate-limiting registry asks for and closes the host's gate for so long, unless that is longer
// than anybody will wait.
func (t *patient) limited(req *http.Request, resp *http.Response, attempt int) (time.Duration, bool) {
	if resp == nil {
		return 0, false
	}
	asked, said := retryAfter(resp.Header.Get("Retry-After"))
	if resp.StatusCode != http.StatusTooManyRequests && (resp.StatusCode != http.StatusServiceUnavailable || !said) {
		return 0, false
	}
	wait := asked
	if !said {
		wait = t.backoff(attempt)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.gates[req.URL.Host]
	g.asked = asked
	if until := time.Now().Add(wait); wait <= t.retry.MaxWait && until.After(g.until) {
		g.until = until
	}
	t.gates[req.URL.Host] = g
	return wait, true
}

func retryAfter(header string) (time.Duration, bool) {
	if s, err := strconv.Atoi(strings.TrimSpace(header)); err == nil && s >= 0 {
		return time.Duration(s) * time.Second, true
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, time.Until(at)), true
	}
	return 0, false
}

// asked is how long the host last asked to wait, 0 if it did not.
func (t *patient) asked(host string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.gates[host].asked
}

func (t *patient) waitGate(req *http.Request) error {
	t.mu.Lock()
	until := t.gates[req.URL.Host].until
	t.mu.Unlock()
	return sleep(req.Context(), time.Until(until))
}

// backoff doubles with each attempt; a quarter of it is random, so that concurrent images do not return together.
func (t *patient) backoff(attempt int) time.Duration {
	d := t.retry.Base << min(attempt-1, 6)
	return d - d/8 + rand.N(d/4+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// drain reads the rest of a short answer, so that its connection can be used again.
func drain(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	resp.Body.Close()
}
