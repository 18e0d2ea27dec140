package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type upOptions struct {
	crds     string
	buildkit bool
}

// wanted are the targets that the cluster needs.
func (c *cluster) wanted(opts upOptions) ([]target, error) {
	list, err := c.targets()
	if err == nil && !opts.buildkit {
		list = list[:len(list)-1]
	}
	return list, err
}

// up brings the cluster to its wanted state from whatever state it is in. Programs that are not built yet are built
// meanwhile.
func (c *cluster) up(ctx context.Context, opts upOptions) error {
	list, err := c.wanted(opts)
	if err != nil {
		return err
	}
	if err := c.prepareHome(); err != nil {
		return err
	}
	if err := c.installPackages(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends background work when a step fails
	return c.start(ctx, c.startBuilds(ctx, list), opts)
}

// start starts the cluster's components as their programs get ready.
func (c *cluster) start(ctx context.Context, b *builds, opts upOptions) error {
	if err := c.startFoundation(ctx); err != nil {
		return err
	}
	images := c.startBaseImages(ctx)
	p, err := c.clusterPrograms(ctx, b)
	if err != nil {
		return err
	}
	if err := c.startClusterWithRetry(ctx, p, opts.crds); err != nil {
		return err
	}
	c.say("cluster ready: Argo %s with %s CRDs; KUBECONFIG=%s", c.argo.version, opts.crds, c.kubeconfig())
	err = <-images
	if opts.buildkit {
		err = errors.Join(err, c.startBuildkit(ctx, b, p))
	}
	if err = errors.Join(err, c.status(ctx)); err != nil {
		return err
	}
	c.say("done; export KUBECONFIG=%s", c.kubeconfig())
	return nil
}

// prepareHome makes the state directory ready: keys, configuration, and a copy
// of this program, since 'go run' deletes the one it built.
func (c *cluster) prepareHome() error {
	if err := c.forgetEarlierBoot(); err != nil {
		return err
	}
	for _, dir := range []string{"bin", "run/containerd", "run/buildkit", "run/processes", "var/containerd", "var/kubelet"} {
		if err := os.MkdirAll(c.path(dir), 0o755); err != nil {
			return err
		}
	}
	if err := c.linkVolumes(); err != nil {
		return err
	}
	if err := c.ensurePKI(); err != nil {
		return err
	}
	if err := c.writeConfigs(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := copyProgram(self, c.path("bin", "devcluster")); err != nil {
		return err
	}
	return c.checkAllPorts()
}

// forgetEarlierBoot drops what only made sense before the machine was started
// again: sockets, process records, leases of pod addresses.
func (c *cluster) forgetEarlierBoot() error {
	note := c.path("run", "boot-id")
	if old, err := os.ReadFile(note); err == nil && strings.TrimSpace(string(old)) != bootID() {
		c.say("the machine was started anew since the last run, clearing left-overs")
		for _, dir := range []string{"run", "var/cni"} {
			if err := os.RemoveAll(c.path(dir)); err != nil {
				return err
			}
		}
	}
	return writeFile(note, []byte(bootID()+"\n"), 0o644)
}

// checkAllPorts complains about taken ports before any long work is done.
func (c *cluster) checkAllPorts() error {
	for _, p := range c.components(programs{}) {
		if c.readRecord(p.name).alive() {
			continue
		}
		if err := c.checkPorts(p); err != nil {
			return err
		}
	}
	return nil
}

// components are all processes of the cluster in the order of starting.
func (c *cluster) components(p programs) []component {
	return []component{
		c.registry(), c.forwarder(), c.containerd(), c.etcd(p), c.apiserver(p), c.controllerManager(p),
		c.scheduler(p), c.kubelet(p), c.kubeProxy(p), c.s3(p), c.buildkitd(p),
	}
}

// startAll launches components together, then waits for each.
func (c *cluster) startAll(ctx context.Context, limit time.Duration, list ...component) error {
	var started []*running
	for _, p := range list {
		r, err := c.launch(ctx, p)
		if err != nil {
			return err
		}
		started = append(started, r)
	}
	for _, r := range started {
		if err := c.await(ctx, r, limit); err != nil {
			return err
		}
	}
	return nil
}

// startFoundation starts what needs no build.
func (c *cluster) startFoundation(ctx context.Context) error {
	if err := c.setUpNetwork(ctx); err != nil {
		return err
	}
	return c.startAll(ctx, 30*time.Second, c.registry(), c.forwarder())
}

func (c *cluster) startBaseImages(ctx context.Context) <-chan error {
	done := make(chan error, 1)
	go func() { done <- c.ensureBaseImages(ctx, baseImages) }()
	return done
}

// clusterPrograms waits for the builds that the cluster cannot start without.
func (c *cluster) clusterPrograms(ctx context.Context, b *builds) (programs, error) {
	p := programs{}
	for _, name := range []string{"pause", "kube"} {
		dir, err := b.dir(name)
		if err != nil {
			return nil, err
		}
		p[name] = dir
	}
	if err := c.linkPrograms(p.path("kube", "kube"), "kube", "kubectl"); err != nil {
		return nil, err
	}
	if err := c.ensurePauseImage(ctx, p); err != nil {
		return nil, err
	}
	// The control plane could start now, but on few cores it would only slow
	// the remaining builds down.
	for _, name := range []string{"argo", "coredns", "versitygw"} {
		dir, err := b.dir(name)
		if err != nil {
			return nil, err
		}
		p[name] = dir
	}
	return p, nil
}

// linkPrograms puts a built program into the state directory under the given names.
func (c *cluster) linkPrograms(program string, names ...string) error {
	for _, name := range names {
		link := c.path("bin", name)
		if target, err := os.Readlink(link); err == nil && target == program {
			continue
		}
		os.Remove(link)
		if err := os.Symlink(program, link); err != nil {
			return err
		}
	}
	return nil
}

// startClusterWithRetry starts the node and what runs on it. What a crash left
// behind is normally put right by containerd and kubelet themselves, which
// spares running pods; where that cannot work or fails, everything left is
// cleared away and started afresh.
func (c *cluster) startClusterWithRetry(ctx context.Context, p programs, crds string) error {
	if podNetworkLost() {
		c.say("pods have lost their network, clearing up")
		if err := c.clearUp(ctx); err != nil {
			return err
		}
	}
	err := c.startCluster(ctx, p, crds)
	if err == nil || ctx.Err() != nil {
		return err
	}
	c.say("starting failed, clearing up and trying once more: %v", err)
	if err := c.clearUp(ctx); err != nil {
		return err
	}
	var failed *etcdError
	if errors.As(err, &failed) {
		broken := c.path("var", "etcd") + time.Now().Format(".broken-20060102-150405")
		c.say("etcd does not start from its data; starting with an empty cluster, the old data is in %s", broken)
		if err := os.Rename(c.path("var", "etcd"), broken); err != nil {
			return err
		}
	}
	return c.startCluster(ctx, p, crds)
}

func (c *cluster) startCluster(ctx context.Context, p programs, crds string) error {
	if err := c.startNode(ctx, p); err != nil {
		return err
	}
	return c.startArgo(ctx, p, crds)
}

// clearUp leaves the cluster as 'down' does, but ready for its node to start.
func (c *cluster) clearUp(ctx context.Context) error {
	if err := c.stopEverything(ctx); err != nil {
		return err
	}
	if err := c.prepareHome(); err != nil {
		return err
	}
	return c.startFoundation(ctx)
}

// etcdError says that etcd ended each time it was started, most likely for its data.
type etcdError struct{ error }

func (c *cluster) startNode(ctx context.Context, p programs) error {
	// A kubelet that runs already renews its lease every ten seconds.
	since := time.Now()
	if c.readRecord("kubelet").alive() {
		since = since.Add(-40 * time.Second)
	}
	etcd, err := c.launch(ctx, c.etcd(p))
	if err != nil {
		return err
	}
	if err := c.startAll(ctx, time.Minute, c.containerd()); err != nil {
		return err
	}
	if err := c.await(ctx, etcd, 30*time.Second); err != nil && etcd.exits > 2 {
		return &etcdError{err}
	} else if err != nil {
		return err
	}
	err = c.startAll(
		ctx, 2*time.Minute, c.apiserver(p), c.controllerManager(p), c.scheduler(p), c.kubelet(p), c.kubeProxy(p), c.s3(p),
	)
	if err != nil {
		return err
	}
	err = waitFor(ctx, "the node", 2*time.Minute, func(ctx context.Context) error { return c.nodeReady(ctx, since) })
	if err == nil {
		c.say("node is ready")
	}
	return err
}

func (c *cluster) startArgo(ctx context.Context, p programs, crds string) error {
	if err := c.ensureDNSImage(ctx, p); err != nil {
		return err
	}
	if err := c.ensureArgoImages(ctx, p); err != nil {
		return err
	}
	if err := c.installCRDs(ctx, p["argo"], crds); err != nil {
		return err
	}
	// Right after its start the API server may still be setting itself up.
	err := waitFor(
		ctx, "installing Argo and DNS", time.Minute, func(ctx context.Context) error { return c.installAddons(ctx, p) },
	)
	if err != nil {
		return err
	}
	for _, a := range c.addons() {
		if err := waitFor(ctx, a.name, 2*time.Minute, a.health); err != nil {
			return err
		}
		c.say("%s is healthy", a.name)
	}
	return nil
}

type addon struct {
	name   string
	health func(context.Context) error
}

func (c *cluster) addons() []addon {
	return []addon{
		{"coredns", c.deploymentReady("kube-system", "coredns", "k8s-app=kube-dns")},
		{"workflow-controller", c.deploymentReady("argo", "workflow-controller", "app=workflow-controller")},
	}
}

func (c *cluster) startBuildkit(ctx context.Context, b *builds, p programs) error {
	dir, err := b.dir("buildkit")
	if err != nil {
		return err
	}
	p["buildkit"] = dir
	if err := c.linkPrograms(filepath.Join(dir, "buildctl"), "buildctl"); err != nil {
		return err
	}
	if err := c.startAll(ctx, time.Minute, c.buildkitd(p)); err != nil {
		return fmt.Errorf("BuildKit: %w", err)
	}
	return c.ensureBaseImages(ctx, buildkitImages(dir, string(c.render("buildkitd-pod.toml"))))
}
