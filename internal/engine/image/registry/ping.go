package registry

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// pingLife is how long a registry's answer to GET /v2/ is remembered.
const pingLife = 10 * time.Minute

// ping is what a registry answered to GET /v2/. go-containerregistry asks this for each repository, and the answer is
// the same for all of a registry; with it, checking twenty images costs twenty-one requests and not forty.
type ping struct {
	mu     sync.Mutex
	at     time.Time
	status int
	header http.Header
	body   []byte
	err    error // that the port does not speak TLS
}

func (t *patient) pinged(req *http.Request) (*http.Response, error) {
	key := req.URL.Scheme + "://" + req.URL.Host
	t.mu.Lock()
	p := t.pings[key]
	if p == nil {
		p = &ping{}
		t.pings[key] = p
	}
	t.mu.Unlock()

	// The lock is held while asking, so that concurrent images wait for one answer.
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) > pingLife {
		resp, err := t.repeat(req)
		if err != nil {
			if speaksNoTLS(err) {
				p.at, p.err = time.Now(), err
			}
			return nil, err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusUnauthorized {
			b, _ := io.ReadAll(resp.Body)
			resp.Body = io.NopCloser(bytes.NewReader(b))
			return resp, nil
		}
		if p.body, err = io.ReadAll(io.LimitReader(resp.Body, 64<<10)); err != nil {
			return nil, err
		}
		p.at, p.status, p.header, p.err = time.Now(), resp.StatusCode, resp.Header, nil
	}
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
