package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// component is one process of the cluster.
type component struct {
	name    string
	argv    []string
	env     []string
	files   []string     // configuration files; a change of their content means a restart
	ports   []string     // where it listens
	prepare func() error // directories and the like, right before it starts
	health  func(context.Context) error
}

// spec identifies how the component is to be run; it changes when a running
// one has to be replaced.
func (p component) spec() string {
	h := sha256.New()
	fmt.Fprintln(h, p.argv, p.env)
	for _, f := range p.files {
		b, _ := os.ReadFile(f)
		fmt.Fprintln(h, f, len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// programs are the directories of the built targets, as far as they are known.
type programs map[string]string

func (p programs) path(target, name string) string { return p[target] + "/" + name }

func (c *cluster) containerdSocket() string { return c.path("run", "containerd", "containerd.sock") }

func (c *cluster) registry() component {
	config := c.path("etc", "registry.yml")
	return component{
		name: "registry", argv: []string{"docker-registry", "serve", config}, files: []string{config},
		ports: []string{registryAddr}, health: httpOK("http://" + registryAddr + "/v2/"),
	}
}

func (c *cluster) forwarder() component {
	return component{
		name: "forward",
		argv: []string{
			c.path("bin", "devcluster"), "__forward",
			nodeIP + ":6443=" + apiAddr, nodeIP + ":5000=" + registryAddr,
		},
		ports: []string{nodeIP + ":6443", nodeIP + ":5000"},
		health: func(ctx context.Context) error {
			if !nodeAddressUp(ctx) {
				return fmt.Errorf("the node address %s is not up", nodeIP)
			}
			return httpOK("http://" + nodeIP + ":5000/v2/")(ctx)
		},
	}
}

func (c *cluster) containerd() component {
	config := c.path("etc", "containerd.toml")
	return component{
		name:  "containerd",
		argv:  []string{"containerd", "--config", config, "--address", c.containerdSocket()},
		files: []string{config},
		health: func(ctx context.Context) error {
			_, err := c.ctr(ctx, "version")
			return err
		},
	}
}

func (c *cluster) ctr(ctx context.Context, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return command(ctx, "ctr", append([]string{"--address", c.containerdSocket(), "--namespace", "k8s.io"}, args...)...)
}

func (c *cluster) etcd(p programs) component {
	const client, peer = "http://127.0.0.1:2379", "http://127.0.0.1:2380"
	return component{
		name: "etcd",
		argv: []string{
			p.path("kube", "kube"), "etcd", "--name", nodeName, "--data-dir", c.path("var", "etcd"),
			"--unsafe-no-fsync", "--log-level", "warn",
			"--listen-client-urls", client, "--advertise-client-urls", client,
			"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", nodeName + "=" + peer,
		},
		ports:  []string{"127.0.0.1:2379", "127.0.0.1:2380"},
		health: httpOK(client + "/health"),
	}
}

func (c *cluster) apiserver(p programs) component {
	pki := func(name string) string { return c.path("pki", name) }
	host, port, _ := net.SplitHostPort(apiAddr)
	return component{
		name: "kube-apiserver",
		argv: []string{
			p.path("kube", "kube"), "kube-apiserver", "--etcd-servers", "http://127.0.0.1:2379",
			// Pods come by the advertised address, where the forwarder listens.
			"--bind-address", host, "--secure-port", port, "--advertise-address", nodeIP,
			"--cert-dir", c.path("var", "apiserver"), "--service-cluster-ip-range", serviceCIDR,
			"--allow-privileged", "--authorization-mode", "Node,RBAC", "--enable-admission-plugins", "NodeRestriction",
			"--client-ca-file", pki("ca.crt"), "--tls-cert-file", pki("apiserver.crt"), "--tls-private-key-file", pki("apiserver.key"),
			"--kubelet-certificate-authority", pki("ca.crt"),
			"--kubelet-client-certificate", pki("apiserver-kubelet-client.crt"), "--kubelet-client-key", pki("apiserver-kubelet-client.key"),
			"--kubelet-preferred-address-types", "InternalIP",
			"--service-account-issuer", "https://kubernetes.default.svc.cluster.local",
			"--service-account-key-file", pki("sa.pub"), "--service-account-signing-key-file", pki("sa.key"),
			"--requestheader-client-ca-file", pki("front-proxy-ca.crt"), "--requestheader-allowed-names", "front-proxy-client",
			"--requestheader-extra-headers-prefix", "X-Remote-Extra-", "--requestheader-group-headers", "X-Remote-Group",
			"--requestheader-username-headers", "X-Remote-User",
			"--proxy-client-cert-file", pki("front-proxy-client.crt"), "--proxy-client-key-file", pki("front-proxy-client.key"),
		},
		ports: []string{apiAddr},
		health: func(ctx context.Context) error {
			return c.apiGet(ctx, "/readyz", nil)
		},
	}
}

func (c *cluster) controllerManager(p programs) component {
	pki := func(name string) string { return c.path("pki", name) }
	config := pki("controller-manager.kubeconfig")
	return component{
		name: "kube-controller-manager",
		argv: []string{
			p.path("kube", "kube"), "kube-controller-manager", "--bind-address", "127.0.0.1", "--leader-elect=false",
			"--kubeconfig", config, "--authentication-kubeconfig", config, "--authorization-kubeconfig", config,
			"--client-ca-file", pki("ca.crt"), "--root-ca-file", pki("ca.crt"),
			"--service-account-private-key-file", pki("sa.key"), "--use-service-account-credentials",
			"--enable-hostpath-provisioner", "--flex-volume-plugin-dir", c.path("var", "kubelet", "volume-plugins"),
			"--cluster-signing-cert-file", pki("ca.crt"), "--cluster-signing-key-file", pki("ca.key"),
			"--requestheader-client-ca-file", pki("front-proxy-ca.crt"),
		},
		ports:  []string{"127.0.0.1:10257"},
		health: httpOK("https://127.0.0.1:10257/healthz"),
	}
}

func (c *cluster) scheduler(p programs) component {
	config := c.path("pki", "scheduler.kubeconfig")
	return component{
		name: "kube-scheduler",
		argv: []string{
			p.path("kube", "kube"), "kube-scheduler", "--bind-address", "127.0.0.1", "--leader-elect=false",
			"--kubeconfig", config, "--authentication-kubeconfig", config, "--authorization-kubeconfig", config,
		},
		ports:  []string{"127.0.0.1:10259"},
		health: httpOK("https://127.0.0.1:10259/healthz"),
	}
}

func (c *cluster) kubelet(p programs) component {
	config := c.path("etc", "kubelet.yaml")
	return component{
		name: "kubelet",
		argv: []string{
			p.path("kube", "kube"), "kubelet", "--config", config, "--kubeconfig", c.path("pki", "kubelet.kubeconfig"),
			"--hostname-override", nodeName, "--node-ip", nodeIP,
			"--root-dir", c.path("var", "kubelet"), "--cert-dir", c.path("var", "kubelet-certs"),
		},
		files:  []string{config},
		ports:  []string{nodeIP + ":10250", "127.0.0.1:10248"},
		health: httpOK("http://127.0.0.1:10248/healthz"),
	}
}

func (c *cluster) kubeProxy(p programs) component {
	config := c.path("etc", "kube-proxy.yaml")
	return component{
		name:   "kube-proxy",
		argv:   []string{p.path("kube", "kube"), "kube-proxy", "--config", config},
		files:  []string{config},
		ports:  []string{"127.0.0.1:10256", "127.0.0.1:10249"},
		health: httpOK("http://127.0.0.1:10256/healthz"),
	}
}

func (c *cluster) s3(p programs) component {
	key := c.s3Key()
	return component{
		name: "s3",
		argv: []string{
			p.path("versitygw", "versitygw"), "--port", "127.0.0.1:9000", "--port", nodeIP + ":9000", "--region", "us-east-1",
			"--iam-dir", c.path("var", "s3", "iam"), "--quiet", "--health", "/health", "posix", c.path("var", "s3", "data"),
		},
		env:   []string{"ROOT_ACCESS_KEY=" + key.Access, "ROOT_SECRET_KEY=" + key.Secret},
		ports: []string{"127.0.0.1:9000", nodeIP + ":9000"},
		prepare: func() error {
			for _, dir := range []string{"iam", "data/" + s3Bucket} {
				if err := os.MkdirAll(c.path("var", "s3", dir), 0o755); err != nil {
					return err
				}
			}
			return nil
		},
		health: httpOK("http://127.0.0.1:9000/health"),
	}
}

func (c *cluster) buildkitd(p programs) component {
	config := c.path("etc", "buildkitd.toml")
	socket := c.path("run", "buildkit", "buildkitd.sock")
	return component{
		name:  "buildkitd",
		argv:  []string{p.path("buildkit", "buildkitd"), "--config", config},
		files: []string{config},
		ports: []string{buildkitAddr},
		health: func(ctx context.Context) error {
			out, err := exec.CommandContext(
				ctx, c.path("bin", "buildctl"), "--addr", "unix://"+socket, "debug", "workers",
			).CombinedOutput()
			if err != nil {
				return fmt.Errorf("%w: %s", err, lastLines(string(out), 2))
			}
			return nil
		},
	}
}

// probeClient asks servers for their health. Scheduler and controller manager
// sign their own certificates, so those are not checked; nothing is sent to them.
var probeClient = &http.Client{
	Timeout: 3 * time.Second,
	Transport: &http.Transport{
		Proxy: nil, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true,
	},
}

func httpOK(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := probeClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			body, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
			return fmt.Errorf("%s answered %s %s", url, resp.Status, strings.TrimSpace(string(body)))
		}
		return nil
	}
}
