package imagetest

import (
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

// Server is a registry behind a proxy.
type Server struct {
	Host string // host and port

	mu       sync.Mutex
	rules    []*rule
	requests []string
	upstream http.Handler
	done     chan struct{}
}

// Fault answers, or fails to answer, one request. It may call next once.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

type rule struct {
	match func(*http.Request) bool
	times int
	fault Fault
}

// InProcess starts a registry that keeps everything in memory.
func InProcess(t testing.TB) *Server {
	return front(t, registry.New(registry.Logger(log.New(io.Discard, "", 0))))
}

// Real puts the proxy in front of the registry that KFP_TEST_REGISTRY names, or skips the test.
func Real(t testing.TB) *Server {
	host := RealHost(t)
	p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: host})
	p.ErrorLog = log.New(io.Discard, "", 0)
	p.FlushInterval = -1
	return front(t, p)
}

// RealHost is the host and port of the registry that KFP_TEST_REGISTRY names, or skips the test.
func RealHost(t testing.TB) string {
	host := os.Getenv("KFP_TEST_REGISTRY")
	if host == "" {
		t.Skip("KFP_TEST_REGISTRY is not set: it names a registry such as 127.0.0.1:5000")
	}
	return strings.TrimPrefix(host, "http://")
}

func front(t testing.TB, upstream http.Handler) *Server {
	s := &Server{upstream: upstream, done: make(chan struct{})}
	h := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	// Clients try TLS first, and the server would write about each attempt.
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.Start()
	s.Host = strings.TrimPrefix(h.URL, "http://")
	t.Cleanup(func() {
		close(s.done)
		h.CloseClientConnections()
		h.Close()
	})
	return s
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	var fault Fault
	for _, rl := range s.rules {
		if rl.times != 0 && rl.match(r) {
			rl.times--
			fault = rl.fault
			break
		}
	}
	s.mu.Unlock()
	if fault == nil {
		s.upstream.ServeHTTP(w, r)
		return
	}
	fault(w, r, s.upstream)
}

// Break applies a fault to the next matching requests, times of them, or all if times is negative. A pattern is a
// method and a part of the path, such as "PUT /manifests/"; an empty one matches all requests.
func (s *Server) Break(pattern string, times int, f Fault) {
	method, part, _ := strings.Cut(pattern, " ")
	match := func(r *http.Request) bool {
		return pattern == "" || r.Method == method && strings.Contains(r.URL.Path, part)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, &rule{match, times, f})
}

// Mend takes back all faults.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Requests returns the requests since the last call, as "METHOD path".
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.requests
	s.requests = nil
	return r
}

// Count counts the requests since the last call of Requests that match a pattern as in Break.
func (s *Server) Count(pattern string) int {
	method, part, _ := strings.Cut(pattern, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.requests {
		if strings.HasPrefix(r, method+" ") && strings.Contains(r, part) {
			n++
		}
	}
	return n
}

// Status answers with a status, a body, and headers given as "Name: value".
func Status(code int, body string, headers ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		for _, h := range headers {
			k, v, _ := strings.Cut(h, ": ")
			w.Header().Set(k, v)
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20))
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// Drop closes the connection without an answer.
func Drop(w http.ResponseWriter, _ *http.Request, _ http.Handler) { hangUp(w) }

// HalfAnswer sends half of the real answer's body and then closes the connection.
func HalfAnswer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	sendHalf(w, r, next)
	panic(http.ErrAbortHandler)
}

// StallAnswer sends half of the real answer's body and then nothing.
func (s *Server) StallAnswer(w http.ResponseWriter, r *http.Request, next http.Handler) {
	sendHalf(w, r, next)
	s.stall(r)
}

// Silence never answers.
func (s *Server) Silence(_ http.ResponseWriter, r *http.Request, _ http.Handler) { s.stall(r) }

func (s *Server) stall(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.done:
	case <-time.After(time.Minute):
	}
}

func sendHalf(w http.ResponseWriter, r *http.Request, next http.Handler) {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
	_ = http.NewResponseController(w).Flush()
}

// HalfUpload reads some of what is sent and then closes the connection.
func HalfUpload(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.CopyN(io.Discard, r.Body, 1000)
	hangUp(w)
}

// Then calls f and goes on as if there were no fault.
func Then(f func()) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		f()
		next.ServeHTTP(w, r)
	}
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	conn.Close()
}

// Guard lets requests pass whose Authorization header is want. Others get the challenge, in which HOST stands for the
// registry's URL, and its token service gives the token "bearer-of-good-news" to the login "me:hunter2". The answer
// repeats the header that was sent, as careless registries do.
func (s *Server) Guard(challenge, want string) {
	s.Break("", -1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		switch {
		case r.URL.Path == "/token":
			user, pass, ok := r.BasicAuth()
			if !ok {
				user, pass = r.FormValue("username"), r.FormValue("password")
			}
			if user+":"+pass != "me:hunter2" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = io.WriteString(w, `{"token": "bearer-of-good-news", "access_token": "bearer-of-good-news"}`)
		case r.Header.Get("Authorization") != want:
			w.Header().Set("WWW-Authenticate", strings.ReplaceAll(challenge, "HOST", "http://"+s.Host))
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"errors":[{"code":"UNAUTHORIZED","message":"bad header %s"}]}`, r.Header.Get("Authorization"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}
