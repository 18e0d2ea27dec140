package files

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// asNobody runs f on a thread whose file system user is nobody: root can read everything, and Linux takes that right
// from a single thread when its fsuid changes.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0)
	defer syscall.RawSyscall(syscall.SYS_SETFSUID, 0, 0, 0) //nolint:errcheck // it reports the previous user
	f()
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		must(t, os.Chmod(d, 0o755))
	}
	lay(t, dir, map[string]string{"a": "1", "b": "2", "c/d": "3", "locked/x": "4"})
	must(t, os.Chmod(filepath.Join(dir, "a"), 0o000))
	must(t, os.Chmod(filepath.Join(dir, "c/d"), 0o000))
	asNobody(t, func() {
		tree := scan(t, dir, Options{})
		err := tree.WriteTar(t.Context(), io.Discard)
		if n := len(Errors(err)); n != 2 {
			t.Errorf("%d errors, want one for each unreadable file: %v", n, err)
		}
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "c/d")+": cannot be read: permission denied. "+
			"Make it readable") {
			t.Error(err)
		}
	})
	must(t, os.Chmod(filepath.Join(dir, "locked"), 0o000))
	defer os.Chmod(filepath.Join(dir, "locked"), 0o755) //nolint:errcheck // the cleanup of the directory would tell
	asNobody(t, func() {
		if _, err := Scan(t.Context(), dir, Options{}); err == nil || !strings.Contains(err.Error(), "locked: cannot be "+
			"read") {
			t.Error(err)
		}
		scan(t, dir, Options{Ignore: []string{"locked", "!*.txt"}})
	})
}
