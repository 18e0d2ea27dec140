package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// measureBinaries tells the sizes, and how long each provider takes from its start until Terraform can talk to it.
func measureBinaries(ctx context.Context, o options) error {
	sizes, starts, memory := []float64{-1, -1}, []float64{-1, -1}, []float64{-1, -1}
	for i, binary := range []string{o.provider, o.peer} {
		if binary == "" {
			continue
		}
		info, err := os.Stat(binary)
		if err != nil {
			return err
		}
		sizes[i] = float64(info.Size()) / 1e6
		for attempt := range 5 {
			took, rss, err := start(ctx, binary)
			if err != nil {
				return fmt.Errorf("%s: %w", binary, err)
			}
			if ms := float64(took.Microseconds()) / 1000; attempt == 0 || ms < starts[i] {
				starts[i], memory[i] = ms, rss
			}
		}
	}
	row("binary", sizes[0], sizes[1], "MB")
	row("start until the handshake, best of 5", starts[0], starts[1], "ms")
	row("memory after the start", memory[0], memory[1], "MB")
	return nil
}

// start runs a provider as Terraform does until it says where it listens, and reads its memory.
func start(ctx context.Context, binary string) (took time.Duration, rss float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, binary)
	command.Env = append(
		os.Environ(), "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=5,6",
	)
	out, err := command.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	if err := command.Start(); err != nil {
		return 0, 0, err
	}
	defer func() { _ = command.Process.Kill(); _ = command.Wait() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	took = time.Since(begun)
	if err != nil || !strings.Contains(line, "|unix|") && !strings.Contains(line, "|tcp|") {
		return 0, 0, fmt.Errorf("no handshake but %q: %w", line, err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", command.Process.Pid))
	if err != nil {
		return took, -1, nil //nolint:nilerr // only Linux has it
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return took, -1, nil
	}
	kb, err := strconv.ParseFloat(string(found[1]), 64)
	return took, kb / 1000, err
}

// measureCompiling runs the benchmark of checking and compiling pipelines.
func measureCompiling(ctx context.Context) error {
	out, err := exec.CommandContext(
		ctx, "go", "test", "./internal/engine/argo", "-run", "^$", "-bench", "^BenchmarkPipeline$", "-benchtime", "3x",
	).CombinedOutput()
	if err != nil {
		return fmt.Errorf("compiling: %w\n%s", err, out)
	}
	lines := regexp.MustCompile(`BenchmarkPipeline/(\d+)\S*\s+\d+\s+(\d+) ns/op`).FindAllStringSubmatch(
		string(bytes.TrimSpace(out)), -1,
	)
	if len(lines) == 0 {
		return fmt.Errorf("compiling: no figures in\n%s", out)
	}
	for _, l := range lines {
		ns, err := strconv.ParseFloat(l[2], 64)
		if err != nil {
			return err
		}
		row(fmt.Sprintf("check and compile a pipeline of %s tasks", l[1]), ns/1e6, -1, "ms")
	}
	return nil
}

// measurePlanning runs the benchmark of what Terraform asks the provider about one pipeline in a plan.
func measurePlanning(ctx context.Context) error {
	out, err := exec.CommandContext(
		ctx, "go", "test", "./internal/acceptance", "-run", "^$", "-bench", "^BenchmarkPlan$", "-benchtime", "3x",
	).CombinedOutput()
	if err != nil {
		return fmt.Errorf("planning: %w\n%s", err, out)
	}
	lines := regexp.MustCompile(`BenchmarkPlan/(\d+)/(\w+)\S*\s+\d+\s+(\d+) ns/op`).FindAllStringSubmatch(
		string(bytes.TrimSpace(out)), -1,
	)
	if len(lines) == 0 {
		return fmt.Errorf("planning: no figures in\n%s", out)
	}
	for _, l := range lines {
		ns, err := strconv.ParseFloat(l[3], 64)
		if err != nil {
			return err
		}
		row(fmt.Sprintf("provider's share of a plan of %s tasks: %s", l[1], l[2]), ns/1e6, -1, "ms")
	}
	return nil
}
