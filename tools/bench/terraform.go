package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// workspace is a directory in which the real terraform runs.
type workspace struct {
	dir     string
	program string
	peak    float64 // MB of the largest process of the last command
	stdout  bytes.Buffer
}

func newWorkspace(o options, configuration string, files map[string]string) (*workspace, error) {
	dir, err := os.MkdirTemp("", "kfp-bench-")
	if err != nil {
		return nil, err
	}
	w := &workspace{dir: dir, program: o.terraform}
	rc, err := programs(dir, o)
	if err != nil {
		return nil, err
	}
	all := map[string]string{"main.tf": configuration, "terraform.rc": rc}
	maps.Copy(all, files)
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *workspace) remove() { _ = os.RemoveAll(w.dir) }

// terraform runs a command and returns the seconds that it took.
func (w *workspace) terraform(ctx context.Context, args ...string) (float64, error) {
	command := exec.CommandContext(ctx, w.program, append(args, "-no-color")...) //nolint:gosec // the user's own program
	command.Dir = w.dir
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "KUBE") && !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "KFP_") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, "TF_CLI_CONFIG_FILE="+filepath.Join(w.dir, "terraform.rc"), "CHECKPOINT_DISABLE=1")
	var stderr bytes.Buffer
	w.stdout.Reset()
	command.Stdout, command.Stderr = &w.stdout, &stderr
	begun := time.Now()
	err := command.Run()
	took := time.Since(begun).Seconds()
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		w.peak = float64(usage.Maxrss) / 1000
	}
	if err != nil {
		return took, fmt.Errorf("terraform %s: %w\n%s\n%s", args[0], err, tail(w.stdout.String()), tail(stderr.String()))
	}
	return took, nil
}

func tail(text string) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}
