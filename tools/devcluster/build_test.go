package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func moduleDir(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustKey(t *testing.T, target target, goVersion, dir string) string {
	t.Helper()
	key, err := target.key(goVersion, dir)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeyFollowsWhatABuildDependsOn(t *testing.T) {
	files := map[string]string{"go.mod": "module x", "go.sum": "a", "main.go": "package main"}
	base := target{name: "x", packages: []string{"."}}
	key := mustKey(t, base, "go1.26.1", moduleDir(t, files))
	if again := mustKey(t, base, "go1.26.1", moduleDir(t, files)); again != key {
		t.Errorf("the same content in another directory has key %s, want %s", again, key)
	}
	different := map[string]string{
		"go version": mustKey(t, base, "go1.26.2", moduleDir(t, files)),
		"ldflags": mustKey(
			t, target{name: "x", packages: []string{"."}, ldflags: "-X a=b"}, "go1.26.1", moduleDir(t, files),
		),
		"packages": mustKey(t, target{name: "x", packages: []string{"./cmd"}}, "go1.26.1", moduleDir(t, files)),
	}
	for name := range files {
		changed := map[string]string{"go.mod": "module x", "go.sum": "a", "main.go": "package main"}
		changed[name] += " // changed"
		different[name] = mustKey(t, base, "go1.26.1", moduleDir(t, changed))
	}
	for what, other := range different {
		if other == key {
			t.Errorf("a change of %s does not change the key", what)
		}
	}
}

func TestKeyToleratesAModuleWithoutMain(t *testing.T) {
	mustKey(t, target{}, "go1.26.1", moduleDir(t, map[string]string{"go.mod": "module x"}))
}

// testCluster keeps all state and caches in a temporary directory.
func testCluster(t *testing.T) *cluster {
	t.Helper()
	t.Setenv("DEVCLUSTER_HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c := newCluster()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	c.out = out
	return c
}

func TestBuildIsCachedAndLeavesNothingHalfFinished(t *testing.T) {
	c := testCluster(t)
	pause := pauseTarget
	dir, err := c.build(context.Background(), pause)
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.Stat(filepath.Join(dir, "pause"))
	if err != nil {
		t.Fatal(err)
	}
	// What a killed build leaves is not taken for a result, and goes with the next build.
	stale := filepath.Join(c.cache, ".building-pause-1")
	if err := os.MkdirAll(stale, 0o755); err != nil {
		t.Fatal(err)
	}
	again, err := c.build(context.Background(), pause)
	if err != nil || again != dir {
		t.Fatalf("second build: %s, %v; want %s from the cache", again, err, dir)
	}
	second, err := os.Stat(filepath.Join(dir, "pause"))
	if err != nil || !os.SameFile(first, second) {
		t.Error("an unchanged target was built again")
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := c.build(context.Background(), pause); err != nil {
		t.Fatal(err)
	}
	if isDir(stale) {
		t.Error("the left-over of a killed build is still there")
	}
}

func TestFailedBuildIsNotCached(t *testing.T) {
	c := testCluster(t)
	broken := pauseTarget
	broken.packages = []string{"./missing"}
	if dir, err := c.build(context.Background(), broken); err == nil || isDir(dir) {
		t.Errorf("got %s, %v; want an error and no directory", dir, err)
	}
	left, _ := filepath.Glob(filepath.Join(c.cache, ".building-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBuildsReportTheTarget(t *testing.T) {
	c := testCluster(t)
	b := c.startBuilds(context.Background(), []target{{name: "nowhere", packages: []string{"."}}})
	if _, err := b.dir("nowhere"); err == nil || !strings.Contains(err.Error(), "build nowhere") {
		t.Errorf("got %v", err)
	}
}
