// Command bench measures the provider against what it is an alternative to, in one run on one machine: kubernetes_manifest
// of hashicorp/kubernetes with the same objects, and the same workflows written by hand for Argo. It prints Markdown.
//
// The peer is a binary that -peer names; tools/bench/peer.sh builds it. Without it, its columns stay empty.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	provider, peer string
	kubeconfig     string
	terraform      string
	sizes          []int
	peerSizes      []int
	skipRuns       bool
}

func main() {
	var o options
	var sizes, peerSizes string
	flag.StringVar(&o.provider, "provider", "bin/terraform-provider-kfp", "the provider's `binary`")
	flag.StringVar(&o.peer, "peer", "", "`binary` of hashicorp/kubernetes")
	flag.StringVar(&o.kubeconfig, "kubeconfig", os.Getenv("KUBE_CONFIG_PATH"), "of a cluster with Argo Workflows")
	flag.StringVar(&o.terraform, "terraform", "terraform", "the `program` to run")
	flag.StringVar(&sizes, "sizes", "10,100,500", "numbers of `resources`")
	flag.StringVar(&peerSizes, "peer-sizes", "10", "numbers of `resources` for the peer, which takes minutes for 100 with Argo's full CRDs")
	flag.BoolVar(&o.skipRuns, "skip-runs", false, "measure no workflows")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if o.sizes, err = numbers(sizes); err == nil {
		o.peerSizes, err = numbers(peerSizes)
	}
	if err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // the interrupt handler goes with the process
	}
}

func numbers(list string) ([]int, error) {
	var all []int
	for text := range strings.SplitSeq(list, ",") {
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", text)
		}
		all = append(all, n)
	}
	return all, nil
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
	fmt.Printf("Measured on %s, in one run. CRDs: as the cluster has them.\n\n", time.Now().UTC().Format("2006-01-02"))
	fmt.Printf("| | kfp | peer | ratio |\n|---|---|---|---|\n")
	if err := measureBinaries(ctx, o); err != nil {
		return err
	}
	if err := measureCompiling(ctx); err != nil {
		return err
	}
	c, err := newCluster(ctx, o)
	if err != nil {
		return err
	}
	defer c.close(context.WithoutCancel(ctx))
	if err := measureResources(ctx, o, c); err != nil {
		return err
	}
	if o.skipRuns {
		return nil
	}
	return measureRuns(ctx, o, c)
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
