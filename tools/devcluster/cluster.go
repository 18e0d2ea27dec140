package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Addresses of the cluster. The node address is an extra address on the
// loopback device: pods reach it through their bridge, nothing else does.
const (
	nodeName    = "devcluster"
	nodeIP      = "10.200.0.1"
	podCIDR     = "10.244.0.0/24"
	serviceCIDR = "10.96.0.0/16"
	apiVIP      = "10.96.0.1"
	dnsVIP      = "10.96.0.10"
	bridgeName  = "devcluster0"

	registryAddr = "127.0.0.1:5000"
	apiAddr      = "127.0.0.1:6443"
	buildkitAddr = "127.0.0.1:1234"

	buildkitVersion = "v0.34.2"
)

type cluster struct {
	home  string // state: etcd, images, logs, records of processes
	cache string // built binaries and image layers, shared by all clones
	api   string // where the API server listens
	argo  argo
	*progress
}

func newCluster() *cluster {
	home := os.Getenv("DEVCLUSTER_HOME")
	if home == "" {
		home = mainHome
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			user = "/root"
		}
		cache = filepath.Join(user, ".cache")
	}
	home, _ = filepath.Abs(home)
	return &cluster{
		home:     home,
		cache:    filepath.Join(cache, "terraform-provider-kfp", "devcluster"),
		api:      apiAddr,
		argo:     defaultArgo,
		progress: &progress{start: time.Now(), out: os.Stdout},
	}
}

func (c *cluster) path(elem ...string) string {
	return filepath.Join(append([]string{c.home}, elem...)...)
}

func (c *cluster) kubeconfig() string { return c.path("kubeconfig") }

// lock keeps two runs of up or down from working on one cluster at a time.
func (c *cluster) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(c.home, 0o755); err != nil {
		return nil, err
	}
	return c.lockFile(ctx, c.path("lock"), "another devcluster command")
}

// lockFile waits for an exclusive lock and says once whom it waits for.
func (c *cluster) lockFile(ctx context.Context, path, holder string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for told := false; ; told = true {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !told {
			owner, _ := os.ReadFile(path)
			c.say("waiting for %s (pid %s)", holder, strings.TrimSpace(string(owner)))
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			f.Close()
			return nil, err
		}
	}
	f.Truncate(0)
	f.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	return func() { f.Close() }, nil
}

// progress prints one line a step, each with the seconds since the start.
type progress struct {
	mu    sync.Mutex
	start time.Time
	out   *os.File
}

func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "[%6.1fs] %s\n", time.Since(p.start).Seconds(), fmt.Sprintf(format, args...))
}

// waitFor repeats check until it succeeds; its last error is part of the failure.
func waitFor(ctx context.Context, what string, limit time.Duration, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		if sleep(ctx, 200*time.Millisecond) != nil {
			return fmt.Errorf("%s: not ready after %s: %w", what, limit, err)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// output runs a command and returns its standard output; the error carries
// the last lines of what it printed.
func output(cmd *exec.Cmd, stdin []byte) ([]byte, error) {
	var out, all bytes.Buffer
	both := &syncWriter{w: &all}
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Stdout = teeWriter{&out, both}
	cmd.Stderr = both
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, lastLines(all.String(), 12))
	}
	return out.Bytes(), nil
}

func command(ctx context.Context, name string, args ...string) ([]byte, error) {
	return output(exec.CommandContext(ctx, name, args...), nil)
}

type teeWriter struct {
	a *bytes.Buffer
	b *syncWriter
}

func (t teeWriter) Write(p []byte) (int, error) {
	t.a.Write(p)
	return t.b.Write(p)
}

type syncWriter struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// writeFile replaces a file in one step, and leaves it alone when it already
// holds the content: kube-proxy exits when its configuration is touched.
func writeFile(path string, content []byte, mode os.FileMode) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err2 := tmp.Chmod(mode); err == nil {
		err = err2
	}
	if err2 := tmp.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
