package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func (c *cluster) down(ctx context.Context, wipe bool) error {
	stop := c.stopEverything
	if c.isBeside() {
		stop = c.downBeside
	}
	if err := c.forgetEarlierBoot(); err != nil {
		return err
	}
	if err := stop(ctx); err != nil {
		return err
	}
	if wipe {
		if err := c.wipe(); err != nil {
			return err
		}
		c.say("state deleted")
	}
	c.say("the cluster is down")
	return nil
}

// stopOrder ends first what would start or reach for something else: clients
// before servers, and containerd only when nobody asks it for containers.
var stopOrder = []string{
	"kubelet", "kube-controller-manager", "kube-scheduler", "buildkitd", "containerd", "kube-proxy", "kube-apiserver", "etcd",
}

// patience is how long a program may take to end by itself.
const patience = 5 * time.Second

// stopEverything ends all recorded processes and all pods, and removes what
// they left on the machine. It can be repeated, and copes with any part of it
// being gone already.
func (c *cluster) stopEverything(ctx context.Context) error {
	var errs []error
	records := c.allRecords()
	slices.SortStableFunc(records, func(a, b record) int { return stopRank(a.Name) - stopRank(b.Name) })
	stopped := 0
	for _, r := range records {
		if r.Name == "containerd" {
			errs = append(errs, c.killContainers(ctx))
		}
		if r.alive() {
			stopped++
		}
		if err := stopProcess(ctx, r, patience); err != nil {
			errs = append(errs, err)
			continue
		}
		os.Remove(c.recordPath(r.Name))
	}
	c.say("stopped %d processes", stopped)
	errs = append(errs, c.killContainers(ctx), c.unmountAll(), c.tearDownNetwork(ctx))
	for _, group := range []string{filepath.Join(c.cgroup(), "kubepods"), "buildkit"} {
		if !removeCgroups(group) {
			c.say("control group %s is still in use, perhaps by something that is not ours", group)
		}
	}
	c.removeTraces()
	for _, dir := range []string{"run/containerd", "run/buildkit"} {
		errs = append(errs, os.RemoveAll(c.path(dir)))
	}
	return errors.Join(errs...)
}

// stopRank puts the programs of stopOrder first, all others after them.
func stopRank(name string) int {
	if i := slices.Index(stopOrder, name); i >= 0 {
		return i
	}
	return len(stopOrder)
}

// killContainers ends the processes of all our containers, then forgets the
// containers, so that containerd will not try to look after them again. It
// works without containerd too, after which the shims are left to end.
func (c *cluster) killContainers(ctx context.Context) error {
	ours := c.containerProcesses()
	for _, pid := range ours {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	if c.readRecord("containerd").alive() {
		c.removeContainers(ctx)
	}
	for _, pid := range c.shims() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	return waitFor(ctx, "end of the containers", 15*time.Second, func(context.Context) error {
		if left := append(c.containerProcesses(), c.shims()...); len(left) > 0 {
			for _, pid := range left {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			return fmt.Errorf("processes %v still run", left)
		}
		return nil
	})
}

func (c *cluster) removeContainers(ctx context.Context) {
	tasks, _ := c.ctr(ctx, "tasks", "ls", "-q")
	if ids := strings.Fields(string(tasks)); len(ids) > 0 {
		c.ctr(ctx, append([]string{"tasks", "rm", "--force"}, ids...)...)
	}
	containers, _ := c.ctr(ctx, "containers", "ls", "-q")
	if ids := strings.Fields(string(containers)); len(ids) > 0 {
		c.ctr(ctx, append([]string{"containers", "rm"}, ids...)...)
	}
}

// containerProcesses finds processes in the control groups of our containers.
// containerd keeps a directory for each container, named by its long random
// identifier, and the container's control group bears the same name.
func (c *cluster) containerProcesses() []int {
	ids := map[string]bool{}
	dirs, _ := filepath.Glob(c.path("run", "containerd", "io.containerd.runtime.v2.task", "*", "*"))
	executors, _ := filepath.Glob(c.path("var", "buildkit", "runc-overlayfs", "executor", "*"))
	for _, dir := range append(dirs, executors...) {
		ids[filepath.Base(dir)] = true
	}
	var found []int
	eachProcess(func(pid int) {
		groups, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
		for line := range strings.Lines(string(groups)) { // NUMBER:CONTROLLERS:/PATH
			parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
			if len(parts) == 3 && slices.ContainsFunc(strings.Split(parts[2], "/"), func(dir string) bool { return ids[dir] }) {
				found = append(found, pid)
				return
			}
		}
	})
	return found
}

// shims finds containerd's helpers by the socket of our containerd in their command line.
func (c *cluster) shims() []int {
	var found []int
	eachProcess(func(pid int) {
		cmdline, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		args := strings.Split(string(cmdline), "\x00")
		if strings.HasPrefix(filepath.Base(args[0]), "containerd-shim") && slices.Contains(args, c.containerdSocket()) {
			found = append(found, pid)
		}
	})
	return found
}

func eachProcess(visit func(pid int)) {
	dirs, _ := os.ReadDir("/proc")
	for _, d := range dirs {
		if pid, err := strconv.Atoi(d.Name()); err == nil {
			visit(pid)
		}
	}
}

// unmountAll unmounts everything below the state directory, inner mounts first.
func (c *cluster) unmountAll() error {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return err
	}
	points := mountsBelow(string(mounts), c.home)
	for _, point := range points {
		if err := syscall.Unmount(point, syscall.MNT_DETACH); err != nil && err != syscall.EINVAL && err != syscall.ENOENT {
			return fmt.Errorf("unmount %s: %w", point, err)
		}
	}
	return nil
}

func mountsBelow(mounts, dir string) []string {
	var points []string
	for line := range strings.Lines(mounts) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		// The kernel writes spaces and the like as octal numbers.
		point := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(fields[1])
		if strings.HasPrefix(point, dir+"/") {
			points = append(points, point)
		}
	}
	slices.Reverse(points) // later mounts lie on or in earlier ones
	return points
}

// removeCgroups removes a control group and all below it from every hierarchy.
func removeCgroups(name string) (gone bool) {
	gone = true
	roots, _ := filepath.Glob("/sys/fs/cgroup/*/" + name)
	for _, root := range append(roots, "/sys/fs/cgroup/"+name) {
		var dirs []string
		filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append(dirs, path)
			}
			return nil
		})
		slices.Reverse(dirs)
		for _, dir := range dirs {
			if err := syscall.Rmdir(dir); err != nil && err != syscall.ENOENT {
				gone = false
			}
		}
	}
	return gone
}

// wipe deletes all state but the lock that is being held.
func (c *cluster) wipe() error {
	entries, err := os.ReadDir(c.home)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "lock" {
			continue
		}
		if err := os.RemoveAll(c.path(e.Name())); err != nil {
			return err
		}
	}
	return nil
}
