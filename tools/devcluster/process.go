package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// record says which process a component runs as. A pid alone may have been
// given to another program since, so its start time and boot belong to it.
type record struct {
	Name      string `json:"name"`
	PID       int    `json:"pid"`
	StartTime uint64 `json:"startTime"` // clock ticks since boot, from /proc/PID/stat
	BootID    string `json:"bootID"`
	Spec      string `json:"spec"` // hash of the command line, environment and files it was started with
}

func (r record) alive() bool {
	if r.PID <= 0 || r.BootID != bootID() {
		return false
	}
	start, state, err := processStart(r.PID)
	return err == nil && start == r.StartTime && state != "Z"
}

func bootID() string {
	b, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(b))
}

// processStart reads a process's start time and state from /proc/PID/stat.
func processStart(pid int) (start uint64, state string, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, "", err
	}
	return parseStat(string(b))
}

// parseStat skips the command name, which may itself hold spaces and brackets.
func parseStat(stat string) (start uint64, state string, err error) {
	_, rest, ok := cutLast(stat, ") ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 {
		return 0, "", fmt.Errorf("unexpected stat line %q", stat)
	}
	start, err = strconv.ParseUint(fields[19], 10, 64)
	return start, fields[0], err
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func (c *cluster) recordPath(name string) string { return c.path("run", "processes", name+".json") }

func (c *cluster) readRecord(name string) record {
	var r record
	b, err := os.ReadFile(c.recordPath(name))
	if err == nil {
		json.Unmarshal(b, &r)
	}
	return r
}

func (c *cluster) allRecords() []record {
	var all []record
	files, _ := filepath.Glob(c.recordPath("*"))
	for _, f := range files {
		all = append(all, c.readRecord(strings.TrimSuffix(filepath.Base(f), ".json")))
	}
	return all
}

// runRecorded is the child's side of launch: it records itself, then becomes
// the component. So there is no moment at which a component runs unrecorded,
// even if 'up' is killed while it starts one.
func runRecorded(args []string) error {
	if len(args) < 4 {
		return errors.New("usage: __run RECORD NAME SPEC COMMAND [ARGUMENT…]")
	}
	path, name, spec, argv := args[0], args[1], args[2], args[3:]
	start, _, err := processStart(os.Getpid())
	if err != nil {
		return err
	}
	b, _ := json.Marshal(record{Name: name, PID: os.Getpid(), StartTime: start, BootID: bootID(), Spec: spec})
	binary, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	if err := writeFile(path, b, 0o644); err != nil {
		return err
	}
	return syscall.Exec(binary, argv, os.Environ())
}

// running is a component that was started or found running.
type running struct {
	component
	exited <-chan error // sent to when a process started by us ends
	exits  int          // how often it ended while it was awaited
}

// launch starts a component unless it runs already as specified.
func (c *cluster) launch(ctx context.Context, p component) (*running, error) {
	if rec := c.readRecord(p.name); rec.alive() {
		if rec.Spec == p.spec() {
			return &running{component: p}, nil
		}
		c.say("%s: changed, restarting", p.name)
		if err := stopProcess(ctx, rec, patience); err != nil {
			return nil, err
		}
	}
	if err := c.checkPorts(p); err != nil {
		return nil, err
	}
	if p.prepare != nil {
		if err := p.prepare(); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	log, err := c.openLog(p.name)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	os.Remove(c.recordPath(p.name))
	cmd := exec.Command(self, append([]string{"__run", c.recordPath(p.name), p.name, p.spec()}, p.argv...)...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Dir = c.home
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	return &running{component: p, exited: exited}, nil
}

// openLog appends to the component's log, and starts a new one when it has grown large.
func (c *cluster) openLog(name string) (*os.File, error) {
	path := c.path("log", name+".log")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && info.Size() > 32<<20 {
		os.Rename(path, path+".1")
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
}

// await waits until a component is healthy. One that exits meanwhile is
// started again: kubelet, for one, gives up when containerd is not ready yet.
func (c *cluster) await(ctx context.Context, r *running, limit time.Duration) error {
	began := time.Now()
	err := waitFor(ctx, r.name, limit, func(ctx context.Context) error {
		select {
		case err := <-r.exited:
			if err := sleep(ctx, 500*time.Millisecond); err != nil {
				return err
			}
			again, startErr := c.launch(ctx, r.component)
			if startErr != nil {
				return startErr
			}
			again.exits = r.exits + 1
			*r = *again
			return fmt.Errorf("exited: %w", err)
		default:
		}
		return r.health(ctx)
	})
	if err != nil {
		text, _ := os.ReadFile(c.path("log", r.name+".log"))
		return fmt.Errorf("%w\nlast lines of %s:\n%s", err, c.path("log", r.name+".log"), lastLines(string(text), 8))
	}
	if d := time.Since(began); d > time.Second {
		c.say("%s is healthy", r.name)
	}
	return nil
}

// stopProcess ends exactly the recorded process: politely, then by force.
func stopProcess(ctx context.Context, rec record, limit time.Duration) error {
	if !rec.alive() {
		return nil
	}
	// FindProcess holds the process by a pidfd, so that checking it once more
	// afterwards rules out that the pid has changed hands.
	p, err := os.FindProcess(rec.PID)
	if err != nil {
		return nil
	}
	defer p.Release()
	if !rec.alive() {
		return nil
	}
	p.Signal(syscall.SIGTERM)
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		if !rec.alive() {
			return nil
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	p.Signal(syscall.SIGKILL)
	return waitFor(ctx, "end of "+rec.Name, 10*time.Second, func(context.Context) error {
		if rec.alive() {
			return fmt.Errorf("pid %d still runs", rec.PID)
		}
		return nil
	})
}
