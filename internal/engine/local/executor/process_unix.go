//go:build unix

package executor

import (
	"os/exec"
	"syscall"
)

// endGroup tells the processes of a group to end, or ends them.
func endGroup(group int, now bool) {
	signal := syscall.SIGTERM
	if now {
		signal = syscall.SIGKILL
	}
	_ = syscall.Kill(-group, signal) // it may be gone
}

// exitCode is that of a process, or 128 and the signal that ended it, as containers have it.
func exitCode(exit *exec.ExitError) int {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}
