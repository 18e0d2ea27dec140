package executor

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Python finds out which program a Python is, once: behind a name there may be a script that looks it up each time.
type Python struct {
	Name string // a path, or a program in PATH

	once sync.Once
	path string
	err  error
}

// oldest is the first version of Python that the runtime knows.
const oldest = `import sys; sys.exit(9) if sys.version_info < (3, 8) else print(sys.executable)`

// startTime bounds how long it may take to start Python.
const startTime = 30 * time.Second

// Path is the interpreter itself.
func (p *Python) Path() (string, error) {
	p.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startTime)
		defer cancel()
		out, err := exec.CommandContext(ctx, p.Name, "-c", oldest).Output()
		p.path = strings.TrimSpace(string(out))
		if err != nil || p.path == "" {
			p.err = fmt.Errorf("%s, which runs Python components, is no Python 3.8 or later (%w). Install one, or name it in the "+
				"provider's local.python", p.Name, err)
		}
	})
	return p.path, p.err
}
