//go:build unix && !linux

package executor

import "syscall"

// Supported reports whether processes can be run, and ended with all that they have started.
const Supported = true

// ownGroup makes a process the first of a group.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Sweep does nothing: only Linux tells which processes carry the mark of a run.
func Sweep(string) {}
