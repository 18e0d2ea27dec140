// Command terraform-provider-kfp serves the provider to Terraform.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run with support for debuggers such as delve")
	flag.Parse()
	quietFramework()
	tradeMemoryForTime()
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/terraform-provider-kfp/kfp",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// quietFramework keeps the framework from tracing each attribute unless somebody wants to see logs. The traces cost more
// than all the rest of a plan, and since the framework (1.19) adds to its logging context with each attribute, they cost
// quadratically more in a pipeline of many tasks.
func quietFramework() {
	const level = "TF_LOG_SDK_FRAMEWORK"
	for _, name := range []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK", level} {
		if os.Getenv(name) != "" {
			return
		}
	}
	if err := os.Setenv(level, "WARN"); err != nil {
		log.Print(err)
	}
}

// tradeMemoryForTime lets garbage grow to several times what is in use, up to a limit. The process lives for one plan or
// apply, in which the collector would take a third of its time. GOGC and GOMEMLIMIT say otherwise.
func tradeMemoryForTime() {
	const percent, limit = 400, 512 << 20
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}
