package executor

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Supported reports whether processes can be run, and ended with all that they have started.
const Supported = true

// ownGroup makes a process the first of a group, which ends with this program, however that ends.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// Sweep ends what is left of a run: processes that carry its mark, whoever has become their parent.
func Sweep(runUID string) {
	mark := []byte(runVariable + "=" + runUID + "\x00")
	found, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return // the pattern is right
	}
	for _, file := range found {
		environ, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(append([]byte{0}, environ...), append([]byte{0}, mark...)) {
			continue // it is somebody else's, or gone
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && pid != os.Getpid() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
