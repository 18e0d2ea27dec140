//go:build !unix

package executor

import (
	"os/exec"
	"syscall"
)

// Supported reports whether processes can be run, and ended with all that they have started.
const Supported = false

func ownGroup() *syscall.SysProcAttr { return nil }

func endGroup(int, bool) {}

func exitCode(exit *exec.ExitError) int { return exit.ExitCode() }

// Sweep does nothing.
func Sweep(string) {}
