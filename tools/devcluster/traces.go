package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Kubernetes keeps volumes of its hostpath provisioner here and nowhere else.
const volumesPath = "/tmp/hostpath_pv"

// linkVolumes makes the place of volumes a link into the state directory, so
// that they survive a cleaning of /tmp and go with 'down --wipe'.
func (c *cluster) linkVolumes() error {
	target := c.path("var", "volumes")
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if have, err := os.Readlink(volumesPath); err == nil && have != target {
		os.Remove(volumesPath)
	}
	// An empty directory can go; one with content is used as it is.
	if info, err := os.Lstat(volumesPath); err == nil && info.IsDir() {
		if os.Remove(volumesPath) != nil {
			return nil
		}
	}
	if err := os.Symlink(target, volumesPath); err != nil && !os.IsExist(err) {
		return err
	}
	return nil
}

// removeTraces deletes what Kubernetes' programs write at places that cannot be
// configured. It runs when all of them have ended.
func (c *cluster) removeTraces() {
	removeDeadSockets("/run/containerd/s")
	removeCNICache("/var/lib/cni/results")
	c.removeLinksToHome("/var/log/containers/*")
	c.removeLinksToHome(volumesPath)
	for _, dir := range []string{
		"/run/containerd/s", "/run/containerd/runc/k8s.io", "/run/containerd/runc", "/run/containerd",
		"/run/buildkit", "/run/runc", "/run/netns", "/var/lib/cni/results", "/var/lib/cni", "/var/log/containers",
	} {
		os.Remove(dir) // succeeds only for an empty one
	}
}

// removeDeadSockets deletes sockets on which nobody listens any more: those of
// shims that were killed. Another containerd on this machine keeps its own.
func removeDeadSockets(dir string) {
	sockets, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, s := range sockets {
		conn, err := net.DialTimeout("unix", s, time.Second)
		if err == nil {
			conn.Close()
		} else if strings.Contains(err.Error(), "refused") {
			os.Remove(s)
		}
	}
}

// removeCNICache deletes the CNI plugins' notes about our network, and those
// about the loopback devices of the same pods.
func removeCNICache(dir string) {
	const prefix, suffix = "devcluster-", "-eth0"
	notes, _ := filepath.Glob(filepath.Join(dir, prefix+"*"+suffix))
	for _, note := range notes {
		pod := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(note), prefix), suffix)
		os.Remove(note)
		os.Remove(filepath.Join(dir, "cni-loopback-"+pod+"-lo"))
	}
}

func (c *cluster) removeLinksToHome(pattern string) {
	links, _ := filepath.Glob(pattern)
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, c.home+"/") {
			os.Remove(link)
		}
	}
}
