// Command terraform-provider-kfp serves the provider to Terraform.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "convert" {
		os.Exit(convert.Main(context.Background(), os.Args[2:], os.Stdout, os.Stderr))
	}
	debug := flag.Bool("debug", false, "run with support for debuggers such as delve")
	flag.Parse()
	quiet()
	tradeMemoryForTime()
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	serve := func() tfprotov6.ProviderServer { return provider.NewServer(provider.New(version)()) }
	if err := tf6server.Serve("registry.terraform.io/terraform-provider-kfp/kfp", serve, options...); err != nil {
		log.Fatal(err)
	}
}

// quiet keeps the framework from tracing each attribute, and the protocol each call, unless somebody wants to see logs.
// The traces cost more than all the rest of a plan, and since the framework (1.19) adds to its logging context with
// each attribute, they cost quadratically more in a pipeline of many tasks.
func quiet() {
	levels := []string{"TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"}
	for _, name := range append([]string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK"}, levels...) {
		if os.Getenv(name) != "" {
			return
		}
	}
	for _, name := range levels {
		if err := os.Setenv(name, "WARN"); err != nil {
			log.Print(err)
		}
	}
}

// tradeMemoryForTime lets garbage grow to several times what is in use, up to a limit. The process lives for one plan
// or apply, in which the collector would take a third of its time. GOGC and GOMEMLIMIT say otherwise.
func tradeMemoryForTime() {
	const percent, limit = 400, 512 << 20
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}
