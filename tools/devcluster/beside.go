package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A cluster beside the machine's own has a home of its own, and network, mount and process namespaces that last as long
// as one process, the anchor. Addresses and ports are the same as those of the other cluster, but inside.

const (
	mainHome    = "/var/lib/terraform-provider-kfp-devcluster"
	anchorReady = "ready"
)

// privateDirs are where programs write at places that cannot be configured; inside they are empty at first.
var privateDirs = []string{"/run", "/tmp", "/var/log"}

// anchor is the process that holds the namespaces.
type anchor struct {
	record
	Network string `json:"network"` // identifies the network namespace
}

func (c *cluster) anchorPath() string { return c.path("anchor.json") }

func (c *cluster) readAnchor() anchor {
	var a anchor
	if b, err := os.ReadFile(c.anchorPath()); err == nil {
		json.Unmarshal(b, &a)
	}
	return a
}

// isBeside reports whether the home belongs to a cluster in namespaces.
func (c *cluster) isBeside() bool {
	_, err := os.Stat(c.anchorPath())
	return err == nil
}

func networkOf(pid string) string {
	name, _ := os.Readlink("/proc/" + pid + "/ns/net")
	return name
}

// inside reports whether this process is where the cluster's addresses are.
func (c *cluster) inside() bool {
	return !c.isBeside() || networkOf("self") == c.readAnchor().Network
}

// enter gives the command that runs argv inside: in the network alone, where files are to be the caller's, or in all
// namespaces.
func (c *cluster) enter(all bool, argv ...string) ([]string, error) {
	a := c.readAnchor()
	if !a.alive() {
		return nil, fmt.Errorf("the cluster of %s is down: run 'up --beside'", c.home)
	}
	nsenter := []string{"nsenter", "--target", fmt.Sprint(a.PID), "--net"}
	if all {
		nsenter = append(nsenter, "--mount", "--pid")
	}
	return append(append(nsenter, "--"), argv...), nil
}

// become replaces this program by a command that runs inside.
func (c *cluster) become(all bool, argv ...string) error {
	argv, err := c.enter(all, argv...)
	if err != nil {
		return err
	}
	program, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	return syscall.Exec(program, argv, append(os.Environ(), "DEVCLUSTER_HOME="+c.home))
}

// upBeside downloads and builds outside, where the network is, and starts the cluster inside.
func (c *cluster) upBeside(ctx context.Context, opts upOptions) error {
	if err := c.mayBeBeside(); err != nil {
		return err
	}
	if err := c.installPackages(ctx); err != nil {
		return err
	}
	p, err := c.buildAll(ctx, opts)
	if err != nil {
		return err
	}
	if err := c.startAnchor(); err != nil {
		return err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	argv, err := c.enter(true, c.path("bin", "devcluster"), "__up", "--crds", opts.crds, "--argo", c.argo.version,
		fmt.Sprintf("--buildkit=%t", opts.buildkit), "--programs", string(b))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DEVCLUSTER_HOME="+c.home)
	cmd.Stdout, cmd.Stderr = c.out, os.Stderr
	if cmd.Run() != nil {
		return errQuiet // it has said why
	}
	return nil
}

func (c *cluster) mayBeBeside() error {
	if c.home == mainHome {
		return errors.New("a cluster beside the machine's own needs a home of its own: set DEVCLUSTER_HOME")
	}
	for _, dir := range privateDirs {
		if strings.HasPrefix(c.home+"/", dir+"/") {
			return fmt.Errorf("%s cannot be a home: a cluster in namespaces has a %s of its own", c.home, dir)
		}
	}
	if isDir(c.path("pki")) && !c.isBeside() {
		return fmt.Errorf("%s is the home of something else", c.home)
	}
	return nil
}

// buildAll builds all that needs a network.
func (c *cluster) buildAll(ctx context.Context, opts upOptions) (programs, error) {
	list, err := c.wanted(opts)
	if err != nil {
		return nil, err
	}
	p := programs{}
	for _, t := range list {
		if p[t.name], err = c.build(ctx, t); err != nil {
			return nil, fmt.Errorf("build %s: %w", t.name, err)
		}
	}
	images := baseImages
	if opts.buildkit {
		images = slices.Concat(images, buildkitImages(p["buildkit"], string(c.render("buildkitd-pod.toml"))))
	}
	for _, b := range images {
		if _, err := c.ensureRootfs(ctx, b.name, b.tree); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// startAnchor makes the namespaces, unless they are there. What runs in earlier ones has ended with them.
func (c *cluster) startAnchor() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	program := c.path("bin", "devcluster")
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return err
	}
	if err := copyProgram(self, program); err != nil {
		return err
	}
	if c.readAnchor().alive() {
		return nil
	}
	for _, dir := range []string{"run", "var/cni"} {
		if err := os.RemoveAll(c.path(dir)); err != nil {
			return err
		}
	}
	if err := writeFile(c.anchorPath(), []byte("{}"), 0o644); err != nil { // from now on the home is one of this kind
		return err
	}
	if err := makeCgroups(c.cgroup()); err != nil {
		return err
	}
	cmd := exec.Command(program, "__anchor")
	cmd.Env = append(os.Environ(), "DEVCLUSTER_HOME="+c.home)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true, Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("make namespaces: %w", err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != anchorReady+"\n" {
		return fmt.Errorf("make namespaces: %w", errors.Join(err, cmd.Wait()))
	}
	start, _, err := processStart(cmd.Process.Pid)
	if err != nil {
		return err
	}
	pid := cmd.Process.Pid
	b, err := json.Marshal(anchor{
		record{Name: "anchor", PID: pid, StartTime: start, BootID: bootID()}, networkOf(fmt.Sprint(pid)),
	})
	if err != nil {
		return err
	}
	return writeFile(c.anchorPath(), b, 0o644)
}

// holdNamespaces is the anchor: it arranges the namespaces it was started in, and looks after processes that lost their
// parent.
func (c *cluster) holdNamespaces(ctx context.Context) error {
	if err := c.arrangeMounts(); err != nil {
		return err
	}
	if _, err := command(ctx, "ip", "link", "set", "lo", "up"); err != nil {
		return err
	}
	fmt.Println(anchorReady)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	for fd := range 3 { // whoever started it may be read to its end
		if err := syscall.Dup2(int(null.Fd()), fd); err != nil {
			return err
		}
	}
	for {
		if _, err := syscall.Wait4(-1, nil, 0, nil); err == syscall.ECHILD {
			time.Sleep(time.Second)
		}
	}
}

type mount struct {
	source, target, kind string
	flags                uintptr
}

// arrangeMounts gives the namespace a view of its own of processes, network devices and private directories.
func (c *cluster) arrangeMounts() error {
	resolver, err := filepath.EvalSymlinks("/etc/resolv.conf")
	if err != nil {
		return err
	}
	names, err := os.ReadFile(resolver)
	if err != nil {
		return err
	}
	cgroups := c.path("run", "cgroups")
	if err := os.MkdirAll(cgroups, 0o755); err != nil {
		return err
	}
	mounts := []mount{
		{"", "/", "", syscall.MS_REC | syscall.MS_PRIVATE},
		{"proc", "/proc", "proc", 0},
		{"/sys/fs/cgroup", cgroups, "", syscall.MS_BIND | syscall.MS_REC},
		{"sysfs", "/sys", "sysfs", 0},
		{cgroups, "/sys/fs/cgroup", "", syscall.MS_BIND | syscall.MS_REC},
	}
	for _, dir := range privateDirs {
		mounts = append(mounts, mount{"tmpfs", dir, "tmpfs", 0})
	}
	for _, m := range mounts {
		if err := syscall.Mount(m.source, m.target, m.kind, m.flags, ""); err != nil {
			return fmt.Errorf("mount %s at %s: %w", m.source, m.target, err)
		}
	}
	if err := syscall.Unmount(cgroups, syscall.MNT_DETACH); err != nil {
		return err
	}
	return writeFile(resolver, names, 0o644) // it may lie in /run
}

// downBeside ends the anchor, and with it the kernel ends every process inside, mounts and network devices.
func (c *cluster) downBeside(ctx context.Context) error {
	a := c.readAnchor()
	if a.alive() {
		if err := syscall.Kill(a.PID, syscall.SIGKILL); err != nil {
			return err
		}
	}
	return waitFor(ctx, "end of the processes", 30*time.Second, func(context.Context) error {
		if a.alive() || !removeCgroups(c.cgroup()) {
			return errors.New("some still run")
		}
		return nil
	})
}

// cgroup is the control group that holds the pods' groups: the root, but for a cluster beside another, whose kubelet
// would end pods that it does not know.
func (c *cluster) cgroup() string {
	if c.home == mainHome || !c.isBeside() {
		return ""
	}
	sum := sha256.Sum256([]byte(c.home))
	return "devcluster-" + hex.EncodeToString(sum[:4])
}

// makeCgroups makes a control group in every hierarchy: kubelet wants the one it is to work below to exist.
func makeCgroups(name string) error {
	const root = "/sys/fs/cgroup"
	hierarchies, _ := filepath.Glob(root + "/*/cgroup.procs")
	if _, err := os.Stat(root + "/cgroup.controllers"); err == nil {
		hierarchies = []string{root + "/cgroup.procs"}
		os.WriteFile(root+"/cgroup.subtree_control", []byte("+cpu +cpuset +memory +pids"), 0o644) // as far as it has them
	}
	for _, h := range hierarchies {
		if err := os.MkdirAll(filepath.Join(filepath.Dir(h), name), 0o755); err != nil {
			return err
		}
	}
	return nil
}
