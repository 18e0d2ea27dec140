package executor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// process runs the command, and ends it and all that it has started where ctx ends. It returns the exit code.
func (p *podRun) process(ctx context.Context) (code int, err error) {
	log, err := os.OpenFile(p.file(logFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	// The kernel ends a child with the thread that has started it, so that stays until the child has ended.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command := &exec.Cmd{
		Path: p.container.command[0], Args: p.container.command, Env: p.container.env, Dir: p.container.work,
		Stdout: log, Stderr: log, SysProcAttr: ownGroup(),
	}
	if err := command.Start(); err != nil {
		return 0, fmt.Errorf("the program cannot be started: %w", err)
	}
	group := command.Process.Pid
	p.note.Started, p.note.Process = true, group
	saving := p.save()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-ended:
		case <-ctx.Done():
			endGroup(group, false)
			select {
			case <-ended:
			case <-time.After(grace):
				endGroup(group, true)
			}
		}
	}()
	err = command.Wait()
	endGroup(group, true) // what it has left running
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exitCode(exit), saving
	case err != nil:
		return 0, err
	}
	return 0, saving
}
