package acceptance_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime/pypitest"
)

// machine is this machine's address as the pods of the dev cluster see it.
const machine = "10.200.0.1"

// servePackages serves wheels to pods as a package index, and returns its port.
func servePackages(t *testing.T, wheels map[string][]byte) int {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", machine+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: pypitest.Index("", wheels), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	address, _ := listener.Addr().(*net.TCPAddr)
	return address.Port
}

// packaged is a pipeline of one function that needs packages.
func packaged(port int, packages ...string) string {
	list, _ := json.Marshal(packages)
	return fmt.Sprintf(`
resource "kfp_component" "greet" {
  name = "greet"
  python = {
    base_image    = "python:3.11-slim"
    packages      = %s
    index_urls    = ["http://%s:%d/simple"]
    trusted_hosts = ["%[2]s"]
    source        = <<-EOT
      def greet() -> str:
          import greeter
          return greeter.greet()
    EOT
  }
}

resource "kfp_pipeline" "greet" {
  name    = "greet"
  tasks   = { greet = { component = kfp_component.greet.ref, security_context = { read_only_root_filesystem = true } } }
  outputs = { greeting = "{{ tasks.greet.output }}" }
}

resource "kfp_run" "greet" {
  pipeline = kfp_pipeline.greet.ref
  timeouts = { create = "4m" }
}
`, list, machine, port)
}

// Packages come from the index that the component names, pinned by hash, into a pod that is not root and cannot write
// to its root file system. One that is missing, or not what was pinned, is named by the error.
func TestAccPackages(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	wheels := map[string][]byte{
		"greeter-1.0-py3-none-any.whl": pypitest.Wheel(
			t, "greeter", "1.0", map[string]string{"greeter.py": "import politeness\ndef greet(): return politeness.WORD\n"},
			"politeness>=1",
		),
		"politeness-1.0-py3-none-any.whl": pypitest.Wheel(
			t, "politeness", "1.0", map[string]string{"politeness.py": "WORD = 'good day'\n"},
		),
	}
	forged := map[string][]byte{
		"politeness-1.0-py3-none-any.whl": pypitest.Wheel(
			t, "politeness", "1.0", map[string]string{"politeness.py": "WORD = 'forged'\n"},
		),
	}
	port := servePackages(t, wheels)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{
				Config: packaged(port, pypitest.Pin("greeter==1.0", wheels), pypitest.Pin("politeness==1.0", wheels)),
				Check:  resource.TestCheckResourceAttr("kfp_run.greet", "outputs.greeting", "good day"),
			},
			{
				Config:      packaged(port, pypitest.Pin("greeter==1.0", wheels), pypitest.Pin("politeness==1.0", forged)),
				ExpectError: regexp.MustCompile(`(?s)exit\s+code\s+69.*cannot\s+install\s+politeness==1\.0:`),
			},
			{
				Config:      packaged(port, "greeter==1.0", "rudeness==1.0"),
				ExpectError: regexp.MustCompile(`(?s)exit\s+code\s+69.*cannot\s+install\s+rudeness==1\.0:`),
			},
		},
	})
}
