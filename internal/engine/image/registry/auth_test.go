package registry

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
)

func emptyIndex() v1.ImageIndex { return empty.Index }

func basic(pass string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+pass))
}

func TestLogins(t *testing.T) {
	const bearer = `Bearer realm="HOST/token",service="s"`
	tests := map[string]struct {
		challenge, want string
		settings        Settings
		docker          string // the Docker configuration's auth
		ok              bool
	}{
		"basic": {
			`Basic realm="x"`, basic("hunter2"), Settings{Username: "me", Password: "hunter2"}, "", true,
		},
		"basic, wrong": {
			`Basic realm="x"`, basic("hunter2"), Settings{Username: "me", Password: "hunter3"}, "", false,
		},
		"token service": {
			bearer, "Bearer bearer-of-good-news", Settings{Username: "me", Password: "hunter2"}, "", true,
		},
		"token service, wrong": {
			bearer, "Bearer bearer-of-good-news", Settings{Username: "me", Password: "hunter3"}, "", false,
		},
		"token":                {bearer, "Bearer my-own-token", Settings{Token: "my-own-token"}, "", true},
		"Docker configuration": {`Basic realm="x"`, basic("hunter2"), Settings{}, "me:hunter2", true},
		"settings come first": {
			`Basic realm="x"`, basic("hunter2"), Settings{Username: "me", Password: "hunter2"}, "me:old", true,
		},
		"Docker, wrong":           {`Basic realm="x"`, basic("hunter2"), Settings{}, "me:hunter3", false},
		"anonymous, not accepted": {`Basic realm="x"`, basic("hunter2"), Settings{}, "", false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := imagetest.InProcess(t)
			s.Guard(tc.challenge, tc.want)
			home := t.TempDir()
			t.Setenv("HOME", home)
			t.Setenv("DOCKER_CONFIG", filepath.Join(home, ".docker"))
			if tc.docker != "" {
				must(t, os.MkdirAll(filepath.Join(home, ".docker"), 0o755))
				must(t, os.WriteFile(filepath.Join(home, ".docker/config.json"), fmt.Appendf(nil, `{"auths":{%q:{"auth":%q}}}`,
					s.Host, base64.StdEncoding.EncodeToString([]byte(tc.docker))), 0o600))
			}
			var mu sync.Mutex
			var log strings.Builder
			c, err := New(Options{Retry: quick, Registries: map[string]Settings{s.Host: tc.settings}, Trace: func(r Request) {
				mu.Lock()
				defer mu.Unlock()
				fmt.Fprintf(&log, "%+v\n", r)
			}})
			must(t, err)
			err = c.Push(t.Context(), parse(t, s.Host+"/a:b"), randomImage(t))
			if tc.ok && err != nil {
				t.Fatal(err)
			}
			if !tc.ok && KindOf(err) != Unauthorized {
				t.Fatalf("%v is of kind %q", err, KindOf(err))
			}
			text := fmt.Sprintf("%v %+v %#v\n%s", err, err, err, log.String())
			for _, secret := range []string{"hunter2", "hunter3", "bearer-of-good-news", "my-own-token", basic("hunter2")[6:], basic("hunter3")[6:]} {
				if strings.Contains(text, secret) {
					t.Errorf("%s is in:\n%s", secret, text)
				}
			}
			if !strings.Contains(log.String(), "/v2/") {
				t.Error("nothing was traced")
			}
		})
	}
}

func TestCredentialHelper(t *testing.T) {
	s := imagetest.InProcess(t)
	s.Guard(`Basic realm="x"`, basic("hunter2"))
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("DOCKER_CONFIG", filepath.Join(home, ".docker"))
	must(t, os.MkdirAll(filepath.Join(home, ".docker"), 0o755))
	must(
		t,
		os.WriteFile(
			filepath.Join(home, ".docker/config.json"), fmt.Appendf(nil, `{"credHelpers":{%q:"kfptest"}}`, s.Host), 0o600,
		),
	)
	c, err := New(Options{Retry: quick})
	must(t, err)
	_, err = c.Digest(t.Context(), parse(t, s.Host+"/a:b"))
	if KindOf(err) != Unauthorized || !strings.Contains(err.Error(), "docker-credential-kfptest") {
		t.Errorf("a missing helper says: %v", err)
	}
	bin := t.TempDir()
	count := filepath.Join(bin, "count")
	must(t, os.WriteFile(filepath.Join(bin, "docker-credential-kfptest"),
		[]byte("#!/bin/sh\necho x >>"+count+"\necho '{\"Username\":\"me\",\"Secret\":\"hunter2\"}'\n"), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	c, err = New(Options{Retry: quick})
	must(t, err)
	for range 3 {
		if _, err = c.Digest(t.Context(), parse(t, s.Host+"/a:b")); KindOf(err) != NotFound {
			t.Error(err)
		}
	}
	if b, _ := os.ReadFile(count); len(b) != 2 {
		t.Errorf("the helper ran %d times", len(b)/2)
	}
	cfg, err := c.Credentials(t.Context(), s.Host)
	if err != nil || cfg.Password != "hunter2" {
		t.Error(cfg.Username, err)
	}
}
