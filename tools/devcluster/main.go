// devcluster runs a real single-node Kubernetes with a real Argo Workflows on
// this machine, made from Go modules and Debian packages only.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

const usage = `usage: devcluster COMMAND

  up [--crds full|minimal] [--argo VERSION] [--buildkit=false] [--beside]
                                                build what is missing and start the cluster; --beside: one more, in
                                                namespaces, with a DEVCLUSTER_HOME of its own
  exec COMMAND...                               run a command where the cluster's addresses are
  down [--wipe]                                 stop it; --wipe also deletes its state
  status                                        each component's pid and health; fails unless all are well
  image --ref R [--from BASE] [--file S:D:MODE] build an image from local files and push it
  namespace NAME...                             prepare namespaces so that workflows can run in them
  kubectl ARGS...                               kubectl with the cluster's kubeconfig
  apiserver [start|stop] --home DIR [--crds full|minimal] [--argo VERSION]
                                                an API server with Argo's CRDs and nothing else, in seconds
`

func main() {
	// Debian keeps iptables, runc and ldconfig in sbin, which is not on every PATH.
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		if !errors.Is(err, errQuiet) {
			fmt.Fprintln(os.Stderr, "devcluster:", err)
		}
		os.Exit(1)
	}
}

// errQuiet ends the program with an error that was printed already.
var errQuiet = errors.New("failed")

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, usage)
		return errQuiet
	}
	c := newCluster()
	if c.isBeside() && !c.inside() {
		switch args[0] {
		case "status":
			return c.become(true, c.path("bin", "devcluster"), "status")
		case "image", "namespace", "kubectl", "exec":
			self, err := os.Executable()
			if err != nil {
				return err
			}
			return c.become(false, append([]string{self}, args...)...)
		}
	}
	name, args := args[0], args[1:]
	switch name {
	case "up":
		return upCommand(ctx, c, args)
	case "exec":
		return execCommand(args)
	case "down":
		return downCommand(ctx, c, args)
	case "status":
		return c.status(ctx)
	case "image":
		return imageCommand(ctx, c, args)
	case "namespace":
		return c.prepareNamespaces(ctx, args)
	case "kubectl":
		return c.execKubectl(args)
	case "apiserver":
		return apiserverCommand(ctx, c, args)
	case "__run":
		return runRecorded(args)
	case "__anchor":
		return c.holdNamespaces(ctx)
	case "__up":
		return upInsideCommand(ctx, c, args)
	case "__forward":
		return forward(args)
	}
	fmt.Fprintf(os.Stderr, "unknown command %q\n%s", name, usage)
	return errQuiet
}

// upFlags are the flags of up, outside and inside of namespaces.
func upFlags(name string, opts *upOptions) (flags *flag.FlagSet, argo *string) {
	flags = flag.NewFlagSet(name, flag.ExitOnError)
	flags.StringVar(&opts.crds, "crds", "full", "flavour of Argo's CRDs: full (checked by the server) or minimal")
	flags.BoolVar(&opts.buildkit, "buildkit", true, "also build and start BuildKit")
	return flags, flags.String("argo", defaultArgo.version, "version of Argo, or VERSION=DIR with its source")
}

func upCommand(ctx context.Context, c *cluster, args []string) error {
	opts := upOptions{}
	flags, version := upFlags("up", &opts)
	beside := flags.Bool("beside", false, "in network, mount and process namespaces, beside the machine's own cluster")
	flags.Parse(args)
	if opts.crds != "full" && opts.crds != "minimal" {
		return fmt.Errorf("--crds must be full or minimal, not %q", opts.crds)
	}
	var err error
	if c.argo, err = parseArgo(*version); err != nil {
		return err
	}
	if err := requireRoot(); err != nil {
		return err
	}
	unlock, err := c.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.mustNotBeLight(); err != nil {
		return err
	}
	if *beside || c.isBeside() {
		return c.upBeside(ctx, opts)
	}
	return c.up(ctx, opts)
}

// upInsideCommand is the second half of up, in namespaces: all programs are built.
func upInsideCommand(ctx context.Context, c *cluster, args []string) error {
	opts := upOptions{}
	flags, version := upFlags("__up", &opts)
	built := flags.String("programs", "", "directories of the built targets, as JSON")
	flags.Parse(args)
	p := programs{}
	err := json.Unmarshal([]byte(*built), &p)
	if err != nil {
		return err
	}
	if c.argo, err = parseArgo(*version); err != nil {
		return err
	}
	if err := c.prepareHome(); err != nil {
		return err
	}
	return c.start(ctx, finished(p), opts)
}

// execCommand becomes the command.
func execCommand(args []string) error {
	if len(args) == 0 {
		return errors.New("exec needs a command")
	}
	program, err := exec.LookPath(args[0])
	if err != nil {
		return err
	}
	return syscall.Exec(program, args, os.Environ())
}

func downCommand(ctx context.Context, c *cluster, args []string) error {
	flags := flag.NewFlagSet("down", flag.ExitOnError)
	wipe := flags.Bool("wipe", false, "also delete the cluster's state (built binaries stay in the cache)")
	flags.Parse(args)
	if err := requireRoot(); err != nil {
		return err
	}
	unlock, err := c.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.mustNotBeLight(); err != nil {
		return err
	}
	return c.down(ctx, *wipe)
}

func requireRoot() error {
	if os.Geteuid() != 0 {
		return errors.New("must run as root: it starts containerd and changes network settings")
	}
	return nil
}

func (c *cluster) execKubectl(args []string) error {
	kubectl := c.path("bin", "kubectl")
	if _, err := os.Stat(kubectl); err != nil {
		return fmt.Errorf("no kubectl yet, run 'up' first: %w", err)
	}
	env := append(os.Environ(), "KUBECONFIG="+c.kubeconfig())
	return syscall.Exec(kubectl, append([]string{"kubectl"}, args...), env)
}

// kubectl runs the cluster's kubectl with stdin and returns what it printed.
func (c *cluster) kubectl(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, c.path("bin", "kubectl"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig())
	return output(cmd, stdin)
}
