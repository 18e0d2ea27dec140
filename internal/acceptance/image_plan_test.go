package acceptance_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// hub starts a registry in this process that stands for Docker Hub and has some images, with settings to use it.
func hub(t *testing.T, names ...string) (*imagetest.Server, string) {
	t.Helper()
	s := imagetest.InProcess(t)
	for _, name := range names {
		pushRandom(t, s.Host+"/library/"+name)
	}
	return s, fmt.Sprintf("registries = { \"docker.io\" = { mirror = %q } }\n", s.Host)
}

// pushRandom makes a tag mean another image, and returns its digest.
func pushRandom(t *testing.T, name string) string {
	t.Helper()
	client, err := registry.New(registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	img, err := random.Image(100, 1)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := registry.ParseReference(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Push(t.Context(), ref, img); err != nil {
		t.Fatal(err)
	}
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

// A tag is what the registry says it is at each plan, and a component that takes its digest follows it.
func TestImageDataSource(t *testing.T) {
	t.Parallel()
	s, settings := hub(t)
	config := func(name string) string {
		return "provider \"kfp\" {\n" + settings + "}\n" + fmt.Sprintf(
			"data \"kfp_image\" \"x\" {\n  name = %q\n}\noutput \"reference\" {\n  value = data.kfp_image.x.reference\n}\n", name,
		)
	}
	var digest string
	move := func() { digest = pushRandom(t, s.Host+"/library/python:3.12-slim") }
	is := resource.TestCheckResourceAttrWith("data.kfp_image.x", "reference", func(v string) error {
		if v != "python@"+digest {
			return fmt.Errorf("got %s, want digest %s", v, digest)
		}
		return nil
	})
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{
			{PreConfig: move, Config: config("python:3.12-slim"), Check: is},
			{PreConfig: move, Config: config("python:3.12-slim"), Check: is},
			{Config: config("python:3.99"), ExpectError: regexp.MustCompile(`(?s)No such image.*python:3.99.*404`)},
			{Config: config("Python:3"), ExpectError: regexp.MustCompile(`(?s)Invalid image name.*Write\s+python`)},
		},
	})
}

func TestExampleImageIsPlanned(t *testing.T) {
	t.Parallel()
	s, settings := hub(t, "python:3.12-slim", "r-base:4.4.2")
	dir, err := filepath.Abs("../../examples/resources/kfp_image")
	if err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer(
		"${path.module}", dir, "harbor.example.com", s.Host,
	).Replace(example(t, filepath.Join(dir, "resource.tf")))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{
			{
				Config: "provider \"kfp\" {\n" + settings + "image_builder = { buildkit = { address = " +
					"\"tcp://127.0.0.1:1\" } }\n}\n" + config,
				PlanOnly:           true,
				ExpectNonEmptyPlan: true,
			},
			// Without a builder, what needs one says so, and where.
			{
				Config: "provider \"kfp\" {\n" + settings + "}\n" + config, PlanOnly: true,
				ExpectError: regexp.MustCompile(`(?s)No image builder.*A Dockerfile runs.*No image builder.*Installing\s+requirements|No image builder.*Installing\s+requirements.*No image builder.*A Dockerfile runs`),
			},
		},
	})
}

// What cannot be known at plan is a warning, and what is certainly wrong an error.
func TestImagePlanWithoutRegistry(t *testing.T) {
	t.Parallel()
	s, settings := hub(t, "python:3.12-slim")
	dir := t.TempDir()
	write(t, dir, map[string]string{"main.py": "1"})
	image := func(repository, base string) string {
		return fmt.Sprintf(
			"provider \"kfp\" {\n%s}\nresource \"kfp_image\" \"x\" {\n  repository = %q\n  python = { source_dir = %q, "+
				"base_image = %q }\n}\n",
			settings, repository, dir, base,
		)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{
			{
				PreConfig: func() { s.Break("HEAD /v2/app/", -1, imagetest.Status(403, "")) },
				Config:    image(s.Host+"/app", "python:3.12-slim"), PlanOnly: true, ExpectNonEmptyPlan: true,
			},
			{
				PreConfig: s.Mend,
				Config:    image(s.Host+"/app", "python:3.13-slim"), PlanOnly: true,
				ExpectError: regexp.MustCompile(`(?s)Base image cannot be used.*python.base_image.*python:3.13-slim.*404`),
			},
			{
				Config: image("127.0.0.1:1/app", "python:3.12-slim"), PlanOnly: true, ExpectNonEmptyPlan: true,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PostApplyPreRefresh: []plancheck.PlanCheck{plancheck.ExpectUnknownValue("kfp_image.x", jsonPath("digest"))},
				},
			},
			{
				Config: image(
					"127.0.0.1:1/app", "python:3.12-slim",
				), ExpectError: regexp.MustCompile(`(?s)Cannot make image 127.0.0.1:1/app:kfp1-.*connection refused`),
			},
		},
	})
}

func TestImageRefusesLoginsInURLs(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf(
				"resource \"kfp_image\" \"x\" {\n  repository = \"127.0.0.1:1/app\"\n  python = { source_dir = %q, base_image = "+
					"\"python:3\", requirements = [\"x\"], index_urls = [\"https://me:hunter2@pypi.example.com/simple\"] }\n}\n",
				t.TempDir(),
			),
			PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Login in the configuration.*netrc`),
		}},
	})
}
