package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// ProcessRunner runs the commands of tasks as processes of this machine.
const ProcessRunner = "process"

// Config says where runs are kept and how they run. The zero value of each field is the default.
type Config struct {
	Directory   string // default: .kfp in the working directory
	Runner      string // default: ProcessRunner
	Python      string // of Python components; default: python3
	Parallelism int    // tasks at once, of all runs together; default: as many as there are processors
	// Approve lets approvals through at once, in place of waiting for somebody.
	Approve    bool
	Env        map[string]string            // of every task, beside what it declares
	Secrets    map[string]map[string]string // name → key → value
	ConfigMaps map[string]map[string]string
}

// withDefaults fills in what is not said.
func (c Config) withDefaults() Config {
	if c.Directory == "" {
		c.Directory = ".kfp"
	}
	if c.Runner == "" {
		c.Runner = ProcessRunner
	}
	if c.Python == "" {
		c.Python = "python3"
	}
	if c.Parallelism == 0 {
		c.Parallelism = runtime.NumCPU()
	}
	return c
}

// engines run containers; nothing here does it yet.
var engines = []string{"docker", "podman", "nerdctl"}

// check says what is wrong, and what to do.
func (c Config) check() error {
	switch {
	case slices.Contains(engines, c.Runner):
		return fmt.Errorf("runner is %q: container engines cannot run tasks yet. Use %q, or a cluster", c.Runner, ProcessRunner)
	case c.Runner != ProcessRunner:
		return fmt.Errorf("runner is %q; use %q", c.Runner, ProcessRunner)
	case c.Parallelism < 0:
		return fmt.Errorf("parallelism is %d; use 1 or more", c.Parallelism)
	}
	return nil
}

// root is the directory as an absolute path.
func (c Config) root() (string, error) {
	root, err := filepath.Abs(c.Directory)
	if err != nil {
		return "", fmt.Errorf("directory %q: %w", c.Directory, err)
	}
	switch info, err := os.Stat(root); {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return "", fmt.Errorf("directory %q cannot be read: %w", c.Directory, err)
	case !info.IsDir():
		return "", fmt.Errorf("directory %q is a file", c.Directory)
	}
	return root, nil
}

// nameError refuses a name that could lead out of the directory.
func nameError(kind backend.Kind, namespace, name string) error {
	for _, part := range []string{namespace, name} {
		if part == "" || strings.ContainsAny(part, "/\\\x00") || strings.HasPrefix(part, ".") || len(part) > 253 {
			return &backend.Error{
				Reason: backend.Invalid, Resource: kind.Resource, Namespace: namespace, Name: name,
				Err: fmt.Errorf("%q cannot name a file", part),
			}
		}
	}
	return nil
}
