package registry

import (
	"strings"
	"testing"
)

const someDigest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestParseReference(t *testing.T) {
	tests := []struct{ in, registry, repo, tag, digest, canonical string }{
		{"python:3.12-slim", "docker.io", "python", "3.12-slim", "", "docker.io/library/python:3.12-slim"},
		{"python", "docker.io", "python", "latest", "", "docker.io/library/python:latest"},
		{"docker.io/me/app:1", "docker.io", "docker.io/me/app", "1", "", "docker.io/me/app:1"},
		{"localhost:5000/a/b", "localhost:5000", "localhost:5000/a/b", "latest", "", "localhost:5000/a/b:latest"},
		{
			"harbor.example.com/a@" + someDigest, "harbor.example.com", "harbor.example.com/a", "", someDigest,
			"harbor.example.com/a@" + someDigest,
		},
		{
			"h.example.com:1/a:t@" + someDigest, "h.example.com:1", "h.example.com:1/a", "t", someDigest,
			"h.example.com:1/a:t@" + someDigest,
		},
	}
	for _, tc := range tests {
		r, err := ParseReference(tc.in)
		if err != nil {
			t.Errorf("%s: %v", tc.in, err)
			continue
		}
		got := []string{r.String(), r.Registry(), r.Repository().String(), r.Tag(), r.Digest(), r.Canonical()}
		want := []string{tc.in, tc.registry, tc.repo, tc.tag, tc.digest, tc.canonical}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: got %q, want %q", tc.in, got, want)
		}
		if r.Pinned() != (tc.digest != "") {
			t.Errorf("%s: pinned is %v", tc.in, r.Pinned())
		}
	}
}

func TestNameErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "is empty",
		"https://a.example.com/b":   "is a URL",
		"a b":                       "white space",
		"a.example.com/Team/App":    "capital letter, and repositories have small ones only. Write team/app.",
		"a.example.com/b@sha256:12": "is not the name of an image",
		"a.example.com/b:t/ä":       "is not the name of an image",
	} {
		if _, err := ParseReference(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v does not say %q", in, err, want)
		}
	}
	for in, want := range map[string]string{
		"a.example.com/b:1":             "holds a tag",
		"a.example.com/b@" + someDigest: "holds a digest",
		"a.example.com:5000/b:1":        "holds a tag",
	} {
		if _, err := ParseRepository(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v does not say %q", in, err, want)
		}
	}
	r, err := ParseRepository("a.example.com:5000/b/c")
	if err != nil || r.Tag("x").String() != "a.example.com:5000/b/c:x" || r.Digest(someDigest).String() != "a.example.com:5000/b/c@"+someDigest {
		t.Error(r, err)
	}
}

func TestSettings(t *testing.T) {
	tab, err := newTable(map[string]Settings{
		"https://index.docker.io/v1/": {Mirror: "harbor.example.com/hub"},
		"Old.Example.com":             {Insecure: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	hub, _ := ParseReference("python:3")
	if m, err := tab.mirrored(hub.repo); err != nil || m.Name() != "harbor.example.com/hub/library/python" {
		t.Error(m, err)
	}
	if m, err := tab.direct(hub.repo); err != nil || m.Name() != "index.docker.io/library/python" {
		t.Error(m, err)
	}
	for host, want := range map[string]bool{
		"127.0.0.1:5000": true, "localhost": true, "[::1]:5000": true, "127.8.0.1": true, "old.example.com": true,
		"10.0.0.1:5000": false, "harbor.example.com": false, "localhost.example.com": false,
	} {
		if tab.plainHTTP(host) != want {
			t.Errorf("plain http to %s is %v", host, !want)
		}
	}
	for _, bad := range []map[string]Settings{
		{"a.example.com": {Token: "t", Password: "p", Username: "u"}}, {"a.example.com": {Username: "u"}},
		{
			"a.example.com": {Mirror: "a.example.com"},
		}, {"a b": {}}, {"docker.io": {}, "index.docker.io": {}}, {"a.example.com": {Mirror: "x y"}},
	} {
		if _, err := New(Options{Registries: bad}); err == nil {
			t.Errorf("%v passed", bad)
		}
	}
}
