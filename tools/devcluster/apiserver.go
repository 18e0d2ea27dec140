package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A light server is an API server with etcd and three small controllers, on ports of its own, without any node: objects
// are checked, stored and deleted as in a cluster, but nothing runs. Several can run beside the cluster.

type apiserverOptions struct {
	crds string
	argo argo
}

func apiserverCommand(ctx context.Context, c *cluster, args []string) error {
	verb := "start"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("apiserver", flag.ExitOnError)
	opts := apiserverOptions{}
	home := flags.String(
		"home", "", "directory of the server's state, which stop deletes; its kubeconfig is DIR/kubeconfig",
	)
	flags.StringVar(&opts.crds, "crds", "minimal", "flavour of Argo's CRDs: full (checked by the server) or minimal")
	version := flags.String("argo", defaultArgo.version, "version of Argo whose CRDs are installed, or VERSION=DIR")
	flags.Parse(args)
	if flags.NArg() > 0 {
		verb = flags.Arg(0)
	}
	if *home == "" {
		return errors.New("apiserver needs --home DIR, a directory of its own")
	}
	if opts.crds != "full" && opts.crds != "minimal" {
		return fmt.Errorf("--crds must be full or minimal, not %q", opts.crds)
	}
	var err error
	if opts.argo, err = parseArgo(*version); err != nil {
		return err
	}
	dir, err := filepath.Abs(*home)
	if err != nil {
		return err
	}
	if dir == c.home {
		return fmt.Errorf("%s is the home of the cluster: the light server needs another", dir)
	}
	main := c.home
	c.home = dir
	unlock, err := c.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	switch verb {
	case "start":
		return c.startLight(ctx, main, opts)
	case "stop":
		return c.stopLight(ctx)
	}
	return fmt.Errorf("apiserver start or stop, not %q", verb)
}

// lightPorts are the ports of a light server, free ones that are kept for as long as its directory is there.
type lightPorts struct {
	API, Etcd, Peer, Controllers int
}

const lightPortsFile = "ports.json"

// isLight reports whether the home is a light server's.
func (c *cluster) isLight() bool {
	_, err := os.Stat(c.path(lightPortsFile))
	return err == nil
}

// mustNotBeLight keeps up and down, which also look after the machine's network, from a light server's home.
func (c *cluster) mustNotBeLight() error {
	if c.isLight() {
		return fmt.Errorf(
			"%s is the home of a light API server: use 'apiserver start' or 'apiserver stop' with --home %s", c.home, c.home,
		)
	}
	return nil
}

func (c *cluster) lightPorts() (lightPorts, error) {
	var p lightPorts
	b, err := os.ReadFile(c.path(lightPortsFile))
	if os.IsNotExist(err) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(b, &p)
}

func (c *cluster) chooseLightPorts() (lightPorts, error) {
	p, err := c.lightPorts()
	if err != nil || p.API != 0 {
		return p, err
	}
	for _, port := range []*int{&p.API, &p.Etcd, &p.Peer, &p.Controllers} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return p, err
		}
		defer l.Close() // all are held until each has its own
		addr, err := netip.ParseAddrPort(l.Addr().String())
		if err != nil {
			return p, err
		}
		*port = int(addr.Port())
	}
	b, _ := json.Marshal(p)
	return p, writeFile(c.path(lightPortsFile), b, 0o644)
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func (c *cluster) startLight(ctx context.Context, main string, opts apiserverOptions) error {
	if isDir(c.path("pki")) && !c.isLight() {
		return fmt.Errorf("%s is the home of something else", c.home)
	}
	if err := c.forgetEarlierBoot(); err != nil {
		return err
	}
	ports, err := c.chooseLightPorts()
	if err != nil {
		return err
	}
	c.api = local(ports.API)
	for _, dir := range []string{"bin", "run/processes"} {
		if err := os.MkdirAll(c.path(dir), 0o755); err != nil {
			return err
		}
	}
	if err := c.ensurePKI(); err != nil {
		return err
	}
	kube, err := c.lightProgram(ctx, main)
	if err != nil {
		return err
	}
	if err := c.linkPrograms(kube, "kube", "kubectl"); err != nil {
		return err
	}
	admin, err := os.ReadFile(c.path("pki", "admin.kubeconfig"))
	if err != nil {
		return err
	}
	if err := writeFile(c.kubeconfig(), admin, 0o600); err != nil {
		return err
	}
	if err := c.startAll(ctx, time.Minute, c.lightEtcd(ports), c.lightAPIServer(ports), c.lightControllers(ports)); err != nil {
		return err
	}
	if err := c.lightArgo(ctx, opts); err != nil {
		return err
	}
	c.say("API server ready: %s CRDs of Argo %s; KUBECONFIG=%s", opts.crds, opts.argo.version, c.kubeconfig())
	return nil
}

// lightProgram finds the cluster's Kubernetes, or builds it where its source is at hand.
func (c *cluster) lightProgram(ctx context.Context, main string) (string, error) {
	if program, err := filepath.EvalSymlinks(filepath.Join(main, "bin", "kube")); err == nil {
		return program, nil
	}
	dir, err := c.build(ctx, kubeTarget)
	return filepath.Join(dir, "kube"), err
}

func (c *cluster) stopLight(ctx context.Context) error {
	if !c.isLight() {
		return fmt.Errorf("%s is not the home of a light API server", c.home)
	}
	for _, name := range []string{"kube-controller-manager", "kube-apiserver", "etcd"} {
		if err := stopProcess(ctx, c.readRecord(name), patience); err != nil {
			return err
		}
	}
	c.say("the API server is down")
	return os.RemoveAll(c.home)
}

func (c *cluster) lightEtcd(ports lightPorts) component {
	client, peer := "http://"+local(ports.Etcd), "http://"+local(ports.Peer)
	return component{
		name: "etcd",
		argv: []string{
			c.path("bin", "kube"), "etcd", "--name", nodeName, "--data-dir", c.path("var", "etcd"), "--unsafe-no-fsync", "--log-level", "warn",
			"--listen-client-urls", client, "--advertise-client-urls", client,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", nodeName + "=" + peer,
		},
		ports:  []string{local(ports.Etcd), local(ports.Peer)},
		health: httpOK(client + "/health"),
	}
}

func (c *cluster) lightAPIServer(ports lightPorts) component {
	pki := func(name string) string { return c.path("pki", name) }
	return component{
		name: "kube-apiserver",
		argv: []string{
			c.path("bin", "kube"), "kube-apiserver", "--etcd-servers", "http://" + local(ports.Etcd),
			"--bind-address", "127.0.0.1", "--secure-port", fmt.Sprint(ports.API),
			// Nobody comes by the service "kubernetes", which may not have an address of the loopback device.
			"--endpoint-reconciler-type", "none", "--advertise-address", nodeIP,
			"--cert-dir", c.path("var", "apiserver"), "--service-cluster-ip-range", serviceCIDR, "--authorization-mode", "RBAC",
			"--client-ca-file", pki("ca.crt"), "--tls-cert-file", pki("apiserver.crt"), "--tls-private-key-file", pki("apiserver.key"),
			"--service-account-issuer", "https://kubernetes.default.svc.cluster.local",
			"--service-account-key-file", pki("sa.pub"), "--service-account-signing-key-file", pki("sa.key"),
		},
		ports:  []string{c.api},
		health: func(ctx context.Context) error { return c.apiGet(ctx, "/readyz", nil) },
	}
}

// lightControllers are what objects need to come and go as in a cluster: namespaces that end, their default service
// accounts, and objects that go with their owners.
func (c *cluster) lightControllers(ports lightPorts) component {
	config := c.path("pki", "controller-manager.kubeconfig")
	return component{
		name: "kube-controller-manager",
		argv: []string{
			c.path("bin", "kube"), "kube-controller-manager", "--bind-address", "127.0.0.1", "--secure-port", fmt.Sprint(ports.Controllers),
			"--leader-elect=false", "--kubeconfig", config, "--authentication-kubeconfig", config, "--authorization-kubeconfig", config,
			// Each acts by a service account of its own, as in the cluster: the controller manager itself may do little.
			"--service-account-private-key-file", c.path("pki", "sa.key"), "--use-service-account-credentials",
			"--controllers", "namespace-controller,serviceaccount-controller,garbage-collector-controller",
		},
		ports:  []string{local(ports.Controllers)},
		health: httpOK("https://" + local(ports.Controllers) + "/healthz"),
	}
}

// lightArgo installs Argo's CRDs, and a stand-in for its controller: a Deployment that says it runs, but does not. So
// programs that look for a controller first find one of the right version, and runs stay pending.
func (c *cluster) lightArgo(ctx context.Context, opts apiserverOptions) error {
	source, err := opts.argo.sourceDir(ctx)
	if err != nil {
		return err
	}
	if err := c.installCRDs(ctx, source, opts.crds); err != nil {
		return err
	}
	values := map[string]string{"version": opts.argo.version}
	text := os.Expand(string(manifest("light.yaml")), func(name string) string { return values[name] })
	objects, err := parseObjects([]byte(text))
	if err != nil {
		return err
	}
	if err := c.apply(ctx, objects); err != nil {
		return err
	}
	_, err = c.kubectl(ctx, nil, "patch", "deployment", "workflow-controller", "--namespace", "argo", "--subresource", "status", "--type", "merge",
		"--patch", `{"status":{"replicas":1,"readyReplicas":1,"availableReplicas":1,"updatedReplicas":1,"observedGeneration":1}}`)
	return err
}
