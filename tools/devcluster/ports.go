package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// listener is a TCP socket that some process listens on.
type listener struct {
	addr  netip.AddrPort
	inode string
}

// checkPorts fails with the name of the process that holds a port the component needs.
func (c *cluster) checkPorts(p component) error {
	if len(p.ports) == 0 {
		return nil
	}
	taken := listeners()
	for _, want := range p.ports {
		addr := netip.MustParseAddrPort(want)
		i := slices.IndexFunc(taken, func(l listener) bool { return conflicts(l.addr, addr) })
		if i < 0 {
			continue
		}
		return fmt.Errorf("port %s, which %s needs, is taken by %s: stop that process and run 'up' again",
			want, p.name, describeOwner(taken[i].inode))
	}
	return nil
}

// conflicts tells whether a socket on have keeps another from listening on want.
func conflicts(have, want netip.AddrPort) bool {
	return have.Port() == want.Port() &&
		(have.Addr().Unmap() == want.Addr() || have.Addr().IsUnspecified())
}

func listeners() []listener {
	var all []listener
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(table)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if l, ok := parseListener(lines.Text()); ok {
				all = append(all, l)
			}
		}
		f.Close()
	}
	return all
}

// parseListener reads one line of /proc/net/tcp; other than listening sockets are not ok.
func parseListener(line string) (l listener, ok bool) {
	const listening = "0A"
	fields := strings.Fields(line)
	if len(fields) < 10 || fields[3] != listening {
		return l, false
	}
	host, port, _ := strings.Cut(fields[1], ":")
	raw, err := hex.DecodeString(host)
	if err != nil {
		return l, false
	}
	// The kernel prints each 32-bit word of the address in host byte order.
	for i := 0; i+4 <= len(raw); i += 4 {
		slices.Reverse(raw[i : i+4])
	}
	addr, ok := netip.AddrFromSlice(raw)
	n, err := strconv.ParseUint(port, 16, 16)
	return listener{netip.AddrPortFrom(addr, uint16(n)), fields[9]}, ok && err == nil
}

// describeOwner names the process that holds a socket, by pid and command line.
func describeOwner(inode string) string {
	fds, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, fd := range fds {
		if target, err := os.Readlink(fd); err != nil || target != "socket:["+inode+"]" {
			continue
		}
		pid := strings.Split(fd, "/")[2]
		cmdline, _ := os.ReadFile("/proc/" + pid + "/cmdline")
		return fmt.Sprintf("pid %s (%s)", pid, strings.TrimSpace(strings.ReplaceAll(string(cmdline), "\x00", " ")))
	}
	return "a process that cannot be seen from here"
}
