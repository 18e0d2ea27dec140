package registry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/random"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
)

// each runs a test against a registry in the process and against the real one, both behind the proxy. The name of a
// repository that nobody else uses comes with it.
func each(t *testing.T, f func(t *testing.T, s *imagetest.Server, repo string)) {
	for name, start := range map[string]func(testing.TB) *imagetest.Server{"in process": imagetest.InProcess, "real": imagetest.Real} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			f(t, s, fmt.Sprintf("%s/kfp-test/fault-%d", s.Host, time.Now().UnixNano()))
		})
	}
}

func TestErrors(t *testing.T) {
	body := func(code string) string {
		return `{"errors":[{"code":"` + code + `","message":"said hunter2 said"}]}`
	}
	tests := map[string]struct {
		fault  imagetest.Fault
		kind   Kind
		tries  int // of the HEAD or PUT
		say    string
		status int
	}{
		"401":                {imagetest.Status(401, body("UNAUTHORIZED")), Unauthorized, 1, "Give credentials for", 401},
		"403":                {imagetest.Status(403, body("DENIED")), Forbidden, 1, "the right to push", 403},
		"404":                {imagetest.Status(404, body("NAME_UNKNOWN")), NotFound, 1, "Create the repository", 404},
		"429 without a time": {imagetest.Status(429, body("TOOMANYREQUESTS")), RateLimited, 4, "Run again later", 429},
		"429 for an hour": {
			imagetest.Status(429, body("TOOMANYREQUESTS"), "Retry-After: 3600"), RateLimited, 1, "asks to wait 1h0m0s", 429,
		},
		"500":                  {imagetest.Status(500, "oops"), Unavailable, 4, "registry's own log", 500},
		"400":                  {imagetest.Status(400, body("TAG_INVALID")), Rejected, 1, "TAG_INVALID", 400},
		"no answer":            {imagetest.Drop, Unreachable, 4, "no answer", 0},
		"405":                  {imagetest.Status(405, ""), Unsupported, 1, "registry's configuration", 405},
		"401 without a reason": {imagetest.Status(401, ""), Unauthorized, 1, "401 Unauthorized", 401},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *imagetest.Server, repo string) {
				c := client(t, Options{Registries: map[string]Settings{s.Host: {Username: "me", Password: "hunter2"}}})
				s.Break("PUT /manifests/", -1, tc.fault)
				err := c.Push(t.Context(), parse(t, repo+":v1"), randomImage(t))
				var e *Error
				if !errors.As(err, &e) {
					t.Fatalf("not an *Error: %v", err)
				}
				if e.Kind != tc.kind || e.Status != tc.status || !strings.Contains(err.Error(), tc.say) {
					t.Errorf("%s (%d): %v", e.Kind, e.Status, err)
				}
				if strings.Contains(fmt.Sprintf("%+v %#v", err, err), "hunter2") {
					t.Errorf("the password is in %#v", err)
				}
				if n := s.Count("PUT /manifests/"); n != tc.tries {
					t.Errorf("%d attempts, want %d", n, tc.tries)
				}
				s.Mend()
				if ok, err := c.Exists(t.Context(), parse(t, repo+":v1")); ok || err != nil {
					t.Errorf("a failed push left a tag: %v %v", ok, err)
				}
			})
		})
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	host := l.Addr().String()
	l.Close()
	c := client(t, Options{})
	for name, tc := range map[string]struct{ ref, say string }{
		"nobody listens": {host + "/a:b", "connection refused"},
		"no such host":   {"registry.invalid/a:b", "Check the name of the registry"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Digest(t.Context(), parse(t, tc.ref))
			if KindOf(err) != Unreachable || !strings.Contains(err.Error(), tc.say) {
				t.Error(err)
			}
		})
	}
}

// TestDeadRegistryIsWaitedForOnce checks twenty images in a registry that never answers.
func TestDeadRegistryIsWaitedForOnce(t *testing.T) {
	s := imagetest.InProcess(t)
	s.Break("GET /v2/", -1, s.Silence)
	c := client(t, Options{Retry: Retry{Attempts: 2, Base: time.Millisecond, Stall: 200 * time.Millisecond}})
	start := time.Now()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := c.Digest(t.Context(), parse(t, fmt.Sprintf("%s/a%d:b", s.Host, i))); KindOf(err) != Unreachable {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("it took %s", d)
	}
	if n := s.Count("GET /v2/"); n != 2 {
		t.Errorf("%d questions", n)
	}
}

func TestPlainHTTPNeedsLeave(t *testing.T) {
	s := imagetest.InProcess(t)
	_, port, _ := net.SplitHostPort(s.Host)
	// A private address counts as insecure for go-containerregistry; here it needs the user's leave.
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", s.Host)
	}
	ref := parse(t, "10.1.2.3:"+port+"/a:b")
	secret := Settings{Username: "u", Password: "hunter2"}
	c := client(
		t, Options{
			Registries: map[string]Settings{"10.1.2.3:" + port: secret}, Transport: &http.Transport{DialContext: dial},
		},
	)
	_, err := c.Digest(t.Context(), ref)
	if KindOf(err) != Unreachable || !strings.Contains(err.Error(), "insecure = true") {
		t.Error(err)
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests went out", n)
	}
	secret.Insecure = true
	c = client(
		t, Options{
			Registries: map[string]Settings{"10.1.2.3:" + port: secret}, Transport: &http.Transport{DialContext: dial},
		},
	)
	if _, err := c.Digest(t.Context(), ref); KindOf(err) != NotFound {
		t.Error(err)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	s := imagetest.InProcess(t)
	c := client(t, Options{})
	s.Break("HEAD /manifests/", 1, imagetest.Status(429, "", "Retry-After: 1"))
	start := time.Now()
	if _, err := c.Digest(t.Context(), parse(t, s.Host+"/a:b")); KindOf(err) != NotFound {
		t.Error(err)
	}
	if d := time.Since(start); d < time.Second || d > 3*time.Second {
		t.Errorf("it took %s", d)
	}
	if n := s.Count("HEAD /manifests/"); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestTransientFaultsAreOvercome(t *testing.T) {
	for name, f := range map[string]func(s *imagetest.Server){
		"500 on a HEAD":       func(s *imagetest.Server) { s.Break("HEAD /blobs/", 2, imagetest.Status(500, "")) },
		"503 on the tag":      func(s *imagetest.Server) { s.Break("PUT /manifests/", 2, imagetest.Status(503, "")) },
		"dropped connections": func(s *imagetest.Server) { s.Break("POST /blobs/", 2, imagetest.Drop) },
		"half an upload":      func(s *imagetest.Server) { s.Break("PATCH /blobs/", 2, imagetest.HalfUpload) },
		"429 within an upload": func(s *imagetest.Server) {
			s.Break(
				"PATCH /blobs/", 1, imagetest.Status(429, "", "Retry-After: 0"),
			)
		},
		"500 at the end of an upload": func(s *imagetest.Server) { s.Break("PUT /blobs/", 1, imagetest.Status(500, "")) },
		"a forgotten upload": func(s *imagetest.Server) {
			s.Break("PUT /blobs/", 1, imagetest.Status(404, `{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}`))
		},
		"silence on a POST":             func(s *imagetest.Server) { s.Break("POST /blobs/", 1, s.Silence) },
		"silence within an upload":      func(s *imagetest.Server) { s.Break("PATCH /blobs/", 1, s.Silence) },
		"the answer to a commit is cut": func(s *imagetest.Server) { s.Break("PUT /blobs/", 1, imagetest.HalfAnswer) },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *imagetest.Server, repo string) {
				c := client(t, Options{})
				f(s)
				img := randomImage(t)
				ref := parse(t, repo+":b")
				must(t, c.Push(t.Context(), ref, img))
				want, _ := img.Digest()
				if got, err := c.Digest(t.Context(), ref); got != want.String() {
					t.Error(got, err)
				}
			})
		})
	}
}

// TestHalfABlob copies an image from a registry that breaks off in the middle of a layer, by closing the connection or
// by sending nothing more.
func TestHalfABlob(t *testing.T) {
	for name, fault := range map[string]func(s *imagetest.Server) imagetest.Fault{
		"closed":  func(*imagetest.Server) imagetest.Fault { return imagetest.HalfAnswer },
		"stalled": func(s *imagetest.Server) imagetest.Fault { return s.StallAnswer },
	} {
		for _, times := range []int{1, -1} {
			t.Run(fmt.Sprintf("%s %d", name, times), func(t *testing.T) {
				each(t, func(t *testing.T, from *imagetest.Server, repo string) {
					to := imagetest.InProcess(t)
					img, err := random.Image(3<<20, 1)
					must(t, err)
					c := client(t, Options{})
					src, dst := parse(t, repo+":1"), parse(t, to.Host+"/copy:1")
					must(t, c.Push(t.Context(), src, img))
					from.Break("GET /blobs/", times, fault(from))
					d, err := c.Fetch(t.Context(), src, ViaMirror)
					must(t, err)
					remote, err := d.Image()
					must(t, err)
					err = c.Push(t.Context(), dst, remote)
					ok, existsErr := c.Exists(t.Context(), dst)
					must(t, existsErr)
					if times == 1 && (err != nil || !ok) {
						t.Error(err, ok)
					}
					if times < 0 && (KindOf(err) != Unreachable || ok) {
						t.Error(err, ok)
					}
				})
			})
		}
	}
}

// TestCancelledPushConverges ends a push after some blobs and runs it again with a new client, as a new process would.
func TestCancelledPushConverges(t *testing.T) {
	each(t, func(t *testing.T, s *imagetest.Server, repo string) {
		ref := parse(t, repo+":b")
		img := randomImage(t)
		ctx, cancel := context.WithCancel(t.Context())
		s.Break("PUT /blobs/", 2, imagetest.Then(func() {}))
		s.Break("PUT /blobs/", 1, imagetest.Then(cancel))
		err := client(t, Options{}).Push(ctx, ref, img)
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		c := client(t, Options{})
		if ok, err := c.Exists(t.Context(), ref); ok || err != nil {
			t.Fatal("a half-written image is referenced", err)
		}
		s.Requests()
		must(t, c.Push(t.Context(), ref, img))
		if n := s.Count("PATCH "); n >= 4 {
			t.Errorf("%d of 4 blobs were sent again", n)
		}
	})
}

// TestAnothersCancellation shares one client between two pushes of the same image, and ends the first.
func TestAnothersCancellation(t *testing.T) {
	s := imagetest.InProcess(t)
	c := client(t, Options{})
	img := randomImage(t)
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	var once sync.Once
	s.Break("PUT /manifests/", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		once.Do(func() { close(started) })
		time.Sleep(50 * time.Millisecond)
		cancel()
		time.Sleep(20 * time.Millisecond)
	})
	go func() { _ = c.Push(ctx, parse(t, s.Host+"/a:one"), img) }()
	<-started
	must(t, c.Push(t.Context(), parse(t, s.Host+"/a:two"), img))
}

func TestBlobsDeletedMeanwhile(t *testing.T) {
	s := imagetest.InProcess(t)
	c := client(t, Options{})
	ref := parse(t, s.Host+"/a:b")
	img := randomImage(t)
	must(t, c.Push(t.Context(), ref, img))
	s.Requests()
	s.Break("HEAD /manifests/b", 2, imagetest.Status(404, ""))
	s.Break("PUT /manifests/b", 1, imagetest.Status(400, `{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}`))
	must(t, c.Push(t.Context(), ref, img))
	if s.Count("HEAD /blobs/") < 4 {
		t.Error("the blobs were not looked for again")
	}
}
