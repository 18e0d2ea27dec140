package registry

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// pingLife is how long a registry's answer to GET /v2/ is remembered.
	pingLife = 10 * time.Minute
	// pingGrief is how long it is remembered that there was none. Many images are checked at the same time, and each
	// would wait for a dead registry in turn.
	pingGrief = 5 * time.Second
)

// ping is what a registry answered to GET /v2/. go-containerregistry asks this for each repository, and the answer is
// the same for all of a registry; with it, checking twenty images costs twenty-one requests and not forty.
type ping struct {
	done chan struct{} // closed when the rest is filled in
	good time.Time     // until when it counts

	status int
	header http.Header
	body   []byte
	err    error
}

func (t *patient) pinged(req *http.Request) (*http.Response, error) {
	key := req.URL.Scheme + "://" + req.URL.Host
	for {
		t.mu.Lock()
		p := t.pings[key]
		mine := p == nil || p.stale()
		if mine {
			p = &ping{done: make(chan struct{})}
			t.pings[key] = p
		}
		t.mu.Unlock()
		if mine {
			p.ask(t, req)
			close(p.done)
			return p.answer(req)
		}
		select {
		case <-p.done:
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
		if p.err == nil || !ended(p.err) {
			return p.answer(req)
		}
		// Whoever asked was cancelled; it says nothing about the registry.
	}
}

// stale tells whether an answer is there and too old.
func (p *ping) stale() bool {
	select {
	case <-p.done:
		return time.Now().After(p.good)
	default:
		return false
	}
}

func (p *ping) ask(t *patient, req *http.Request) {
	resp, err := t.repeat(req)
	if err == nil {
		p.body, err = io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		resp.Body.Close()
	}
	switch {
	case err != nil && ended(err):
		p.err = err
	case err != nil && !speaksNoTLS(err):
		p.err, p.good = err, time.Now().Add(pingGrief)
	case err != nil:
		p.err, p.good = err, time.Now().Add(pingLife)
	default:
		p.status, p.header = resp.StatusCode, resp.Header
		if p.status == http.StatusOK || p.status == http.StatusUnauthorized {
			p.good = time.Now().Add(pingLife)
		}
	}
}

func (p *ping) answer(req *http.Request) (*http.Response, error) {
	if p.err != nil {
		return nil, p.err
	}
	return &http.Response{
		Status: http.StatusText(p.status), StatusCode: p.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: p.header.Clone(), ContentLength: int64(len(p.body)), Body: io.NopCloser(bytes.NewReader(p.body)), Request: req,
	}, nil
}

func speaksNoTLS(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}
