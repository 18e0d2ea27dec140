package main

import (
	"embed"
	"fmt"
	"os"
)

//go:embed templates
var templates embed.FS

// mirrored are the registries whose names are looked up in the local registry.
// So an image pushed as library/python:3.11-slim is found as python:3.11-slim.
var mirrored = []string{"docker.io", "quay.io", "registry.k8s.io", "ghcr.io", registryAddr, nodeIP + ":5000"}

// render fills a template's ${names} in.
func (c *cluster) render(name string) []byte {
	text, err := templates.ReadFile("templates/" + name)
	if err != nil {
		panic(err) // it is part of this program
	}
	values := map[string]string{
		"home": c.home, "registry": registryAddr, "buildkit": buildkitAddr, "nodeIP": nodeIP, "nodeName": nodeName,
		"podCIDR": podCIDR, "dnsVIP": dnsVIP, "bridge": bridgeName, "cgroup": c.cgroup(),
	}
	return []byte(os.Expand(string(text), func(key string) string {
		value, ok := values[key]
		if !ok {
			panic(fmt.Sprintf("template %s: unknown name %q", name, key))
		}
		return value
	}))
}

func (c *cluster) writeConfigs() error {
	for name, dest := range map[string]string{
		"containerd.toml": "containerd.toml", "cni.conflist": "cni/10-devcluster.conflist", "registry.yml": "registry.yml",
		"buildkitd.toml": "buildkitd.toml", "kubelet.yaml": "kubelet.yaml", "kube-proxy.yaml": "kube-proxy.yaml",
	} {
		if err := writeFile(c.path("etc", dest), c.render(name), 0o644); err != nil {
			return err
		}
	}
	for _, host := range mirrored {
		if err := writeFile(c.path("etc", "certs.d", host, "hosts.toml"), c.render("hosts.toml"), 0o644); err != nil {
			return err
		}
	}
	admin, err := os.ReadFile(c.path("pki", "admin.kubeconfig"))
	if err != nil {
		return err
	}
	return writeFile(c.kubeconfig(), admin, 0o600)
}
