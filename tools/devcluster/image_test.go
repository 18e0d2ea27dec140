package main

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func TestLocalReference(t *testing.T) {
	for ref, want := range map[string]string{
		"python:3.11-slim":                  "127.0.0.1:5000/library/python:3.11-slim",
		"moby/buildkit:v1":                  "127.0.0.1:5000/moby/buildkit:v1",
		"quay.io/argoproj/argoexec:v3":      "127.0.0.1:5000/argoproj/argoexec:v3",
		"registry.k8s.io/pause:1":           "127.0.0.1:5000/pause:1",
		"127.0.0.1:5000/carousel/quote:abc": "127.0.0.1:5000/carousel/quote:abc",
		"10.200.0.1:5000/x/y":               "127.0.0.1:5000/x/y:latest",
	} {
		got, err := localReference(ref)
		if err != nil || got.String() != want {
			t.Errorf("%s: got %s, %v; want %s", ref, got, err, want)
		}
	}
	for _, ref := range []string{"example.com/x:1", "UPPER", ""} {
		if got, err := localReference(ref); err == nil {
			t.Errorf("%q: got %s, want an error", ref, got)
		}
	}
}

func TestFilesLayerIsReproducible(t *testing.T) {
	layer := func() (v1.Layer, string) {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "src", "pkg"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{"src/app.py", "src/pkg/mod.py"} {
			if err := os.WriteFile(filepath.Join(dir, f), []byte(f), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		l, err := filesLayer([]string{dir + "/src:/app:644", "=a:b:/etc/note:600"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := l.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return l, d.String()
	}
	l, first := layer()
	if _, second := layer(); first != second {
		t.Errorf("equal files give digests %s and %s", first, second)
	}
	r, err := l.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	want := []string{"app/", "app/app.py", "app/pkg/", "app/pkg/mod.py", "etc/", "etc/note"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

func TestSplitFileSpecRefusesIncompleteOnes(t *testing.T) {
	for _, spec := range []string{"a", "a:b", "a:/b:rw", ":/b:644"} {
		if _, _, _, err := splitFileSpec(spec); err == nil {
			t.Errorf("%q: want an error", spec)
		}
	}
}

func TestConfigureKeepsWhatTheBaseSays(t *testing.T) {
	config := v1.Config{Env: []string{"PATH=/bin", "A=1"}, Entrypoint: []string{"base"}, Cmd: []string{"arg"}, User: "7"}
	imageSpec{env: []string{"A=2"}}.configure(&config)
	if !slices.Equal(config.Env, []string{"PATH=/bin", "A=2"}) || config.Entrypoint[0] != "base" || config.Cmd[0] != "arg" || config.User != "7" {
		t.Errorf("got %+v", config)
	}
	imageSpec{entrypoint: []string{"mine"}}.configure(&config)
	if config.Entrypoint[0] != "mine" || config.Cmd != nil {
		t.Errorf("a new entrypoint must drop the base's arguments: %+v", config)
	}
}

func TestRootfsKeyFollowsItsDescription(t *testing.T) {
	a := rootfs{Packages: []string{"libc6"}, Links: map[string]string{"x": "y", "z": "y"}}
	b := rootfs{Packages: []string{"libc6"}, Links: map[string]string{"z": "y", "x": "y"}}
	if a.key() != b.key() {
		t.Error("equal descriptions have different keys")
	}
	b.Remove = []string{"usr/share"}
	if a.key() == b.key() {
		t.Error("a changed description has the same key")
	}
}

func TestTarTree(t *testing.T) {
	root := t.TempDir()
	for path, mode := range map[string]os.FileMode{"bin/su": 0o755 | os.ModeSetuid, "bin/map": 0o755 | os.ModeSetuid, "data/f": 0o644} {
		full := filepath.Join(root, path)
		os.MkdirAll(filepath.Dir(full), 0o755)
		if err := os.WriteFile(full, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(full, mode); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	r := rootfs{Dirs: map[string]int{"data": 999}, Capabilities: map[string]int{"bin/map": capSetuid}}
	if err := tarTree(root, &out, r); err != nil {
		t.Fatal(err)
	}
	headers := map[string]*tar.Header{}
	for tr := tar.NewReader(&out); ; {
		h, err := tr.Next()
		if err != nil {
			break
		}
		headers[h.Name] = h
	}
	const setuid = 0o4000
	if h := headers["bin/su"]; h.Mode&setuid == 0 {
		t.Error("the setuid bit is lost")
	}
	if h := headers["bin/map"]; h.Mode&setuid != 0 || h.PAXRecords["SCHILY.xattr.security.capability"] == "" {
		t.Errorf("want a capability instead of setuid: %+v", h)
	}
	if headers["data/"].Uid != 999 || headers["data/f"].Uid != 0 {
		t.Error("owners are wrong")
	}
}
