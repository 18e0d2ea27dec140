package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// bounds say how long the provider waits for an API server, and for what stands before it, whatever they do.
type bounds struct {
	// longestPause is the longest that a server can ask for between two tries of a request (Retry-After). client-go tries
	// ten times.
	longestPause time.Duration
	// patience is what an answer may take, besides a second for each slowest bytes of it.
	patience time.Duration
	slowest  int64
	// silence is how long a watch may tell nothing until the object is read again: a connection can be dead without
	// anybody noticing.
	silence time.Duration
}

var usualBounds = bounds{longestPause: 10 * time.Second, patience: time.Minute, slowest: 16 << 10, silence: time.Minute}

// bounded is the transport that keeps the bounds.
type bounded struct {
	bounds
	next http.RoundTripper
}

func (b bounds) transport(next http.RoundTripper) http.RoundTripper { return bounded{b, next} }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if isStream(r) {
		return b.next.RoundTrip(r)
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	began := time.Now()
	timer := time.AfterFunc(b.patience, func() { cancel(slowAnswer{b.patience}) })
	resp, err := b.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		timer.Stop()
		defer cancel(nil)
		return nil, slowOr(ctx, err)
	}
	resp.Body = &timedBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, timer: timer, allowed: func(read int64) time.Duration {
		return b.patience + time.Duration(float64(read)/float64(b.slowest)*float64(time.Second)) - time.Since(began)
	}}
	return b.calm(resp)
}

// isStream reports whether the answer to a request goes on for as long as both sides like.
func isStream(r *http.Request) bool {
	q := r.URL.Query()
	return q.Get("watch") == "true" || q.Get("watch") == "1" || q.Get("follow") == "true" || strings.HasSuffix(r.URL.Path, "/exec")
}

// calm shortens the pause that a server asks for, and lets the answer say so: it is what the user sees if the last try
// gets it too.
func (b bounded) calm(resp *http.Response) (*http.Response, error) {
	const header = "Retry-After"
	seconds, err := strconv.ParseInt(resp.Header.Get(header), 10, 64)
	longest := int64(b.longestPause / time.Second)
	busy := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError
	if isNoNumber := err != nil; isNoNumber || seconds <= longest || !busy {
		return resp, nil //nolint:nilerr // without such a header there is nothing to shorten
	}
	_ = resp.Body.Close()
	body, err := json.Marshal(metav1.Status{
		TypeMeta: metav1.TypeMeta{
			APIVersion: "v1", Kind: "Status",
		}, Status: metav1.StatusFailure, Code: int32(resp.StatusCode), Reason: reasonOfCode(resp.StatusCode),
		Message: fmt.Sprintf(
			"the server answers %d and asks to be left alone for %d s (Retry-After), and so it did to every try; the "+
				"provider waits %d s at most between two",
			resp.StatusCode, seconds, longest,
		),
	})
	if err != nil {
		return nil, err
	}
	resp.Header.Set(header, strconv.FormatInt(longest, 10))
	resp.Header.Set("Content-Type", "application/json")
	resp.Header.Del("Content-Encoding")
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

func reasonOfCode(code int) metav1.StatusReason {
	if code == http.StatusTooManyRequests {
		return metav1.StatusReasonTooManyRequests
	}
	return metav1.StatusReasonServiceUnavailable
}

// timedBody is the body of an answer that has to go on.
type timedBody struct {
	io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	allowed func(read int64) time.Duration // how long it may still take
	read    int64
	close   sync.Once
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if err == nil {
		b.timer.Reset(max(0, b.allowed(b.read)))
		return n, nil
	}
	b.timer.Stop()
	return n, slowOr(b.ctx, err)
}

func (b *timedBody) Close() error {
	b.close.Do(func() {
		b.timer.Stop()
		b.cancel(nil)
	})
	return b.ReadCloser.Close()
}

// slowOr returns that the answer is too slow, where that ended it.
func slowOr(ctx context.Context, err error) error {
	if slow, ok := errors.AsType[slowAnswer](context.Cause(ctx)); ok {
		return slow
	}
	return err
}

// slowAnswer is the error of an answer that does not come, or not to its end.
type slowAnswer struct{ patience time.Duration }

func (e slowAnswer) Error() string {
	return fmt.Sprintf(
		"the server, or something on the way to it, did not answer to the end within %s, or hardly says anything", e.patience,
	)
}

// Timeout and Temporary make it an error of the network.
func (slowAnswer) Timeout() bool   { return true }
func (slowAnswer) Temporary() bool { return true }
