// Command bench measures the provider against what it is an alternative to, in one run on one machine:
// kubernetes_manifest of hashicorp/kubernetes with the same objects, and the same workflows written by hand for Argo.
// It prints Markdown.
//
// The peer is a binary that -peer names; tools/bench/peer.sh builds it. Without it, its columns stay empty.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/dynamic"
)

// options are the flags.
type options struct {
	provider, peer string
	kubeconfig     string
	terraform      string
	devcluster     string
	sizes          counts
	full, minimal  counts // of the peer, by flavour of the CRDs
	skipRuns       bool
}

// counts are numbers of resources.
type counts []int

func (c *counts) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(*c)), " ", ","), "[]")
}

// Set reads numbers with commas between them.
func (c *counts) Set(list string) error {
	*c = nil
	for text := range strings.SplitSeq(list, ",") {
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		*c = append(*c, n)
	}
	return nil
}

func main() {
	o := options{sizes: counts{10, 100, 500}, full: counts{10}, minimal: counts{10, 100, 500}}
	flag.StringVar(&o.provider, "provider", "bin/terraform-provider-kfp", "the provider's `binary`")
	flag.StringVar(&o.peer, "peer", "", "`binary` of hashicorp/kubernetes")
	flag.StringVar(
		&o.kubeconfig, "kubeconfig", os.Getenv("KUBE_CONFIG_PATH"), "of a cluster with Argo Workflows, for the runs",
	)
	flag.StringVar(&o.devcluster, "devcluster", os.Getenv("KFP_TEST_DEVCLUSTER"), "the `program` of tools/devcluster")
	flag.StringVar(&o.terraform, "terraform", "terraform", "the `program` to run")
	flag.Var(&o.sizes, "sizes", "numbers of `resources`")
	flag.Var(
		&o.full, "peer-full", "numbers of `resources` for the peer with Argo's full CRDs; 100 take it a quarter of an hour",
	)
	flag.Var(&o.minimal, "peer-minimal", "numbers of `resources` for the peer with the minimal CRDs")
	flag.BoolVar(&o.skipRuns, "skip-runs", false, "measure no workflows")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	for _, path := range []*string{&o.provider, &o.peer} {
		if *path == "" {
			continue
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	fmt.Printf("Measured on %s, in one run.\n\n", time.Now().UTC().Format("2006-01-02"))
	fmt.Printf("| | kfp | peer | ratio |\n|---|---|---|---|\n")
	if err := measureBinaries(ctx, o); err != nil {
		return err
	}
	if err := measureCompiling(ctx); err != nil {
		return err
	}
	if err := measurePlanning(ctx); err != nil {
		return err
	}
	for _, flavour := range []struct {
		crds string
		peer counts
	}{{"minimal", o.minimal}, {"full", o.full}} {
		if err := measureResources(ctx, o, flavour.crds, flavour.peer); err != nil {
			return err
		}
	}
	if o.skipRuns {
		return nil
	}
	c, err := newCluster(ctx, o.kubeconfig, func(ctx context.Context, _ dynamic.Interface, name string) error {
		// The tool also gives the namespace's pods the rights that runs need.
		return o.tool(ctx, "namespace", name)
	})
	if err != nil {
		return err
	}
	defer c.close(context.WithoutCancel(ctx))
	return measureRuns(ctx, o, c)
}

// tool runs tools/devcluster.
func (o options) tool(ctx context.Context, args ...string) error {
	if out, err := exec.CommandContext(ctx, o.devcluster, args...).CombinedOutput(); err != nil { //nolint:gosec // the user's own program
		return fmt.Errorf("devcluster %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// row prints a line of the table. A peer below zero was not measured.
func row(what string, own, peer float64, unit string) {
	line := func(v float64) string {
		if v < 0 {
			return "–"
		}
		return strings.TrimSpace(fmt.Sprintf("%s %s", short(v), unit))
	}
	ratio := "–"
	if peer >= 0 && own > 0 {
		ratio = "1 : " + short(peer/own)
	}
	fmt.Printf("| %s | %s | %s | %s |\n", what, line(own), line(peer), ratio)
}

// short writes a number with three digits that matter.
func short(v float64) string {
	switch {
	case v >= 100 || v == float64(int64(v)):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}
