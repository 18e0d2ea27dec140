package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// target is one sub-module and the programs that are built from it.
type target struct {
	name     string
	dir      string // of the sub-module, where it is not the name
	packages []string
	ldflags  string
	tags     string
	version  string // of the module whose source is copied first, if any
	module   string
	source   string                    // a directory to copy in the module's place
	content  string                    // what that directory holds
	fix      func(source string) error // completes the copied source
	keep     []string                  // directories of the copied source kept beside the programs
}

var (
	pauseTarget = target{name: "pause", packages: []string{"."}}
	kubeTarget  = target{name: "kube", packages: []string{"."}, ldflags: kubeVersionFlags("v1.33.13", "1", "33")}
)

// targets are in the order of building: what the cluster needs first comes first.
func (c *cluster) targets() ([]target, error) {
	argo, err := c.argo.target()
	return []target{
		pauseTarget,
		kubeTarget,
		argo,
		{name: "coredns", packages: []string{"."}},
		{name: "versitygw", packages: []string{"github.com/versity/versitygw/cmd/versitygw"}},
		{
			name:     "buildkit",
			packages: []string{"github.com/moby/buildkit/cmd/buildkitd", "github.com/moby/buildkit/cmd/buildctl"},
			ldflags:  "-X github.com/moby/buildkit/version.Version=" + buildkitVersion,
		},
	}, err
}

func kubeVersionFlags(version, major, minor string) string {
	var flags []string
	for _, p := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		for _, set := range []string{
			"gitVersion=" + version, "gitMajor=" + major, "gitMinor=" + minor, "gitTreeState=clean",
			"gitCommit=gomodproxy", "buildDate=1970-01-01T00:00:00Z",
		} {
			flags = append(flags, "-X "+p+"."+set)
		}
	}
	return strings.Join(flags, " ")
}

// sourceDir is the directory of this program's source, which holds the sub-modules.
func sourceDir() (string, error) {
	_, file, _, _ := runtime.Caller(0)
	for _, dir := range []string{".", filepath.Dir(file)} {
		if _, err := os.Stat(filepath.Join(dir, "kube", "go.mod")); err == nil {
			return filepath.Abs(dir)
		}
	}
	return "", fmt.Errorf("the sub-modules are not here: run it as 'go -C tools/devcluster run . up'")
}

// goEnv keeps the caller's workspace and flags from changing what is built.
func goEnv() []string {
	return append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off")
}

func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, goEnv()
	return output(cmd, nil)
}

// key identifies what a build of the target would produce.
func (t target) key(goVersion, dir string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, goVersion, runtime.GOOS, runtime.GOARCH, t.packages, t.ldflags, t.version, t.keep)
	if t.tags+t.content != "" {
		fmt.Fprintln(h, t.tags, t.content)
	}
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			return "", err
		}
		fmt.Fprintln(h, name, len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// build returns the directory that holds the target's programs, and builds
// them first unless the cache has them.
func (c *cluster) build(ctx context.Context, t target) (string, error) {
	source, err := sourceDir()
	if err != nil {
		return "", err
	}
	source = filepath.Join(source, cmp.Or(t.dir, t.name))
	version, err := goCommand(ctx, source, "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	key, err := t.key(strings.TrimSpace(string(version)), source)
	if err != nil {
		return "", err
	}
	done := filepath.Join(c.cache, t.name+"-"+key)
	if isDir(done) {
		return done, nil
	}
	if err := os.MkdirAll(c.cache, 0o755); err != nil {
		return "", err
	}
	unlock, err := c.lockFile(ctx, filepath.Join(c.cache, "lock"), "another build")
	if err != nil {
		return "", err
	}
	defer unlock()
	if isDir(done) {
		return done, nil
	}
	return done, c.buildInto(ctx, t, source, done)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// buildInto builds beside its final place and renames at the end, so that an
// interrupted build leaves nothing that looks finished.
func (c *cluster) buildInto(ctx context.Context, t target, source, done string) error {
	stale, _ := filepath.Glob(filepath.Join(c.cache, ".building-*"))
	for _, dir := range stale { // we hold the lock, so nobody works in there
		os.RemoveAll(dir)
	}
	tmp, err := os.MkdirTemp(c.cache, ".building-"+t.name+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	out := filepath.Join(tmp, "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		return err
	}
	c.say("building %s", strings.TrimSpace(t.name+" "+t.version))
	if t.module != "" {
		if source, err = copyModule(ctx, t, source, filepath.Join(tmp, "source")); err != nil {
			return err
		}
	}
	args := append(
		[]string{"build", "-trimpath", "-ldflags", "-s -w " + t.ldflags, "-tags", t.tags, "-o", out + "/"}, t.packages...,
	)
	if _, err := goCommand(ctx, source, args...); err != nil {
		return err
	}
	for _, dir := range t.keep {
		if err := os.CopyFS(filepath.Join(out, dir), os.DirFS(filepath.Join(source, dir))); err != nil {
			return err
		}
	}
	if err := os.Rename(out, done); err != nil {
		return err
	}
	c.say("built %s", strings.TrimSpace(t.name+" "+t.version))
	return nil
}

// copyModule makes a writable copy of a dependency's source.
func copyModule(ctx context.Context, t target, dir, dest string) (string, error) {
	from := t.source
	if from == "" {
		var err error
		if from, err = moduleSource(ctx, dir, t.module, t.version); err != nil {
			return "", err
		}
	}
	if err := os.CopyFS(dest, os.DirFS(from)); err != nil {
		return "", err
	}
	if t.fix == nil {
		return dest, nil
	}
	return dest, t.fix(dest)
}

// builds runs all builds in the background, one at a time.
type builds struct {
	finished map[string]chan struct{}
	dirs     programs
	errs     map[string]error
}

func (c *cluster) startBuilds(ctx context.Context, list []target) *builds {
	b := &builds{finished: map[string]chan struct{}{}, dirs: programs{}, errs: map[string]error{}}
	for _, t := range list {
		b.finished[t.name] = make(chan struct{})
	}
	go func() {
		for _, t := range list {
			b.dirs[t.name], b.errs[t.name] = c.build(ctx, t)
			close(b.finished[t.name])
		}
	}()
	return b
}

// finished are builds whose programs are there.
func finished(p programs) *builds {
	b := &builds{finished: map[string]chan struct{}{}, dirs: p}
	for name := range p {
		b.finished[name] = make(chan struct{})
		close(b.finished[name])
	}
	return b
}

// dir waits for a target and returns the directory of its programs.
func (b *builds) dir(name string) (string, error) {
	<-b.finished[name]
	if err := b.errs[name]; err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	return b.dirs[name], nil
}

// copyProgram puts a program at dest in one step, unless it is there already.
func copyProgram(source, dest string) error {
	if sameFile(source, dest) {
		return nil
	}
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	tmp := dest + ".new"
	out, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err2 := out.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp, dest)
}

func sameFile(a, b string) bool {
	ha, errA := fileHash(a)
	hb, errB := fileHash(b)
	return errA == nil && errB == nil && ha == hb
}

func fileHash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
