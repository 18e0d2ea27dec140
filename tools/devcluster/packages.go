package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// hostPackages are the Debian packages whose programs run on this machine itself.
var hostPackages = []string{
	"containerd", "runc", "containernetworking-plugins", "docker-registry", "iptables", "conntrack",
	"iproute2", "util-linux", "busybox-static", "ca-certificates",
}

// Debian starts these when it installs them on a machine with systemd; the
// cluster runs instances of its own, on the same ports.
var unwantedServices = []string{"docker-registry", "containerd"}

func (c *cluster) installPackages(ctx context.Context) error {
	missing := missingPackages(ctx, hostPackages)
	if len(missing) == 0 {
		return nil
	}
	c.say("installing Debian packages: %s", strings.Join(missing, " "))
	install := append([]string{"install", "-y", "--no-install-recommends"}, missing...)
	if err := c.aptGet(ctx, "", install...); err != nil {
		return err
	}
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		for _, s := range unwantedServices {
			if strings.Contains(strings.Join(missing, " "), s) {
				exec.CommandContext(ctx, "systemctl", "disable", "--now", s).Run()
			}
		}
	}
	c.say("Debian packages installed")
	return nil
}

func missingPackages(ctx context.Context, want []string) []string {
	// dpkg-query exits non-zero when it does not know one of them, but still lists the others.
	out, _ := exec.CommandContext(
		ctx, "dpkg-query", append([]string{"-W", "-f", "${Package} ${db:Status-Status}\n"}, want...)...,
	).Output()
	installed := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutSuffix(strings.TrimSpace(line), " installed"); ok {
			installed[name] = true
		}
	}
	var missing []string
	for _, p := range want {
		if !installed[p] {
			missing = append(missing, p)
		}
	}
	return missing
}

// aptGet runs apt-get, and once more with fresh package lists when it fails:
// the lists may be missing, or name versions that are gone from the archive.
func (c *cluster) aptGet(ctx context.Context, dir string, args ...string) error {
	if err := aptGetOnce(ctx, dir, args...); err == nil {
		return nil
	} else if ctx.Err() != nil {
		return err
	}
	c.say("updating the lists of Debian packages")
	if err := aptGetOnce(ctx, "", "update"); err != nil {
		return err
	}
	return aptGetOnce(ctx, dir, args...)
}

func aptGetOnce(ctx context.Context, dir string, args ...string) error {
	options := []string{"-q", "-o", "DPkg::Lock::Timeout=600", "-o", "APT::Sandbox::User=root"}
	for deadline := time.Now().Add(10 * time.Minute); ; {
		cmd := exec.CommandContext(ctx, "apt-get", append(options, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
		var all bytes.Buffer
		cmd.Stdout, cmd.Stderr = &all, &all
		err := cmd.Run()
		if err == nil {
			return nil
		}
		// apt waits for dpkg's lock by itself, but not for that of its lists.
		locked := strings.Contains(all.String(), "Could not get lock") && time.Now().Before(deadline)
		if !locked || sleep(ctx, 2*time.Second) != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, lastLines(all.String(), 12))
		}
	}
}
