package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// changedSettings are kernel settings that kubelet, the CNI plugins or we
// change; 'down' puts them back.
var changedSettings = []string{
	"net/ipv4/ip_forward", "vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops",
	"kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes", "net/bridge/bridge-nf-call-iptables",
}

func (c *cluster) settingsPath() string { return c.path("run", "settings-before.json") }

// saveSettings notes the kernel settings before the first change of this boot.
func (c *cluster) saveSettings() error {
	if _, err := os.Stat(c.settingsPath()); err == nil {
		return nil
	}
	before := map[string]string{}
	for _, name := range changedSettings {
		if b, err := os.ReadFile("/proc/sys/" + name); err == nil {
			before[name] = strings.TrimSpace(string(b))
		}
	}
	b, err := json.Marshal(before)
	if err != nil {
		return err
	}
	return writeFile(c.settingsPath(), b, 0o644)
}

func (c *cluster) restoreSettings() {
	var before map[string]string
	b, err := os.ReadFile(c.settingsPath())
	if err != nil || json.Unmarshal(b, &before) != nil {
		return
	}
	for name, value := range before {
		if now, err := os.ReadFile("/proc/sys/" + name); err == nil && strings.TrimSpace(string(now)) != value {
			os.WriteFile("/proc/sys/"+name, []byte(value), 0o644)
		}
	}
	os.Remove(c.settingsPath())
}

func nodeAddressUp(ctx context.Context) bool {
	out, _ := exec.CommandContext(ctx, "ip", "-o", "addr", "show", "dev", "lo").Output()
	return strings.Contains(string(out), " "+nodeIP+"/32 ")
}

func (c *cluster) setUpNetwork(ctx context.Context) error {
	if err := c.saveSettings(); err != nil {
		return err
	}
	if err := setUpFirewall(ctx); err != nil {
		return err
	}
	if !nodeAddressUp(ctx) {
		if _, err := command(ctx, "ip", "addr", "add", nodeIP+"/32", "dev", "lo"); err != nil {
			return err
		}
	}
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
}

// Our own iptables chains: chainIn keeps the outside from the cluster's
// addresses, chainOut keeps packets to them from leaving the machine, which
// they would do wherever a rule of kube-proxy is missing.
const (
	chainIn  = "DEVCLUSTER-IN"
	chainOut = "DEVCLUSTER-OUT"
)

func setUpFirewall(ctx context.Context) error {
	outside := defaultDevice(ctx)
	if outside == "" {
		return nil // no way in or out
	}
	var in, out strings.Builder
	for _, cidr := range []string{nodeIP + "/32", serviceCIDR, podCIDR} {
		fmt.Fprintf(&in, "-A %s -i %s -d %s -j DROP\n", chainIn, outside, cidr)
		fmt.Fprintf(&out, "-A %s -o %s -d %s -j REJECT\n", chainOut, outside, cidr)
	}
	// Declaring a chain under --noflush empties it, so this can be repeated.
	rules := "*raw\n:" + chainIn + " - [0:0]\n" + in.String() + "COMMIT\n" +
		"*filter\n:" + chainOut + " - [0:0]\n" + out.String() + "COMMIT\n"
	if _, err := output(exec.CommandContext(ctx, "iptables-restore", "-w", "--noflush"), []byte(rules)); err != nil {
		return err
	}
	for _, jump := range [][]string{
		{"raw", "PREROUTING", chainIn}, {"filter", "OUTPUT", chainOut}, {"filter", "FORWARD", chainOut},
	} {
		rule := []string{jump[1], "-j", jump[2]}
		if exec.CommandContext(ctx, "iptables", append([]string{"-w", "-t", jump[0], "-C"}, rule...)...).Run() == nil {
			continue
		}
		if _, err := command(ctx, "iptables", append([]string{"-w", "-t", jump[0], "-I"}, rule...)...); err != nil {
			return err
		}
	}
	return nil
}

func defaultDevice(ctx context.Context) string {
	out, _ := exec.CommandContext(ctx, "ip", "-o", "route", "show", "default").Output()
	fields := strings.Fields(string(out))
	for i, f := range fields {
		if f == "dev" && i+1 < len(fields) {
			return fields[i+1]
		}
	}
	return ""
}

// removeRules computes what iptables-restore must do to take the cluster's
// chains, and rules elsewhere that lead to them, out of the saved rules.
func removeRules(saved string) string {
	var result strings.Builder
	var chains, rules []string
	for line := range strings.Lines(saved) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "*"):
			chains, rules = nil, nil
			result.WriteString(line + "\n")
		case strings.HasPrefix(line, ":"):
			if name := strings.Fields(line[1:])[0]; isClusterChain(name) {
				chains = append(chains, name)
			}
		case strings.HasPrefix(line, "-A "):
			if r, ok := strings.CutPrefix(line, "-A "); ok && !isClusterChain(strings.Fields(r)[0]) && leadsToCluster(r) {
				rules = append(rules, "-D "+r)
			}
		case line == "COMMIT":
			for _, r := range rules {
				result.WriteString(r + "\n")
			}
			for _, name := range chains {
				result.WriteString("-F " + name + "\n")
			}
			for _, name := range chains {
				result.WriteString("-X " + name + "\n")
			}
			result.WriteString("COMMIT\n")
		}
	}
	return result.String()
}

func isClusterChain(name string) bool {
	for _, prefix := range []string{"KUBE-", "CNI-", "DEVCLUSTER-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func leadsToCluster(rule string) bool {
	fields := strings.Fields(rule)
	for i, f := range fields[:len(fields)-1] {
		if (f == "-j" || f == "-g") && isClusterChain(fields[i+1]) {
			return true
		}
	}
	return false
}

// podNetworkLost tells whether pods run whose bridge was taken away; only new
// pods are connected to a new one.
func podNetworkLost() bool {
	namespaces, _ := filepath.Glob("/run/netns/cni-*")
	connected, _ := filepath.Glob("/sys/class/net/" + bridgeName + "/brif/*")
	return len(namespaces) > 0 && len(connected) == 0
}

// tearDownNetwork removes pods' network namespaces, the bridge, iptables rules
// and the node address, in an order in which no packet can leave the machine.
func (c *cluster) tearDownNetwork(ctx context.Context) error {
	namespaces, _ := filepath.Glob("/run/netns/cni-*")
	for _, ns := range namespaces {
		exec.CommandContext(ctx, "ip", "netns", "del", filepath.Base(ns)).Run()
	}
	exec.CommandContext(ctx, "ip", "link", "del", bridgeName).Run()
	os.RemoveAll(c.path("var", "cni")) // leases of pod addresses
	for _, family := range []string{"iptables", "ip6tables"} {
		saved, err := exec.CommandContext(ctx, family+"-save").Output()
		if err != nil {
			continue // not installed, or no such rules in this kernel
		}
		restore := exec.CommandContext(ctx, family+"-restore", "-w", "--noflush")
		if _, err := output(restore, []byte(removeRules(string(saved)))); err != nil {
			return err
		}
	}
	if nodeAddressUp(ctx) {
		if _, err := command(ctx, "ip", "addr", "del", nodeIP+"/32", "dev", "lo"); err != nil {
			return err
		}
	}
	c.restoreSettings()
	return nil
}
