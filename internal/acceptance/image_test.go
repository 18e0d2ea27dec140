package acceptance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// imageEnv is the dev cluster's registry behind a proxy that counts and breaks requests, and its BuildKit.
type imageEnv struct {
	*testEnv
	*imagetest.Server
	client   *registry.Client
	repo     string // a repository that nobody else uses, reached through the proxy
	buildkit string
}

func newImageEnv(t *testing.T) *imageEnv {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run only where TF_ACC is set: make testacc")
	}
	s := imagetest.Real(t)
	client, err := registry.New(registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &imageEnv{
		testEnv: &testEnv{Namespace: "default"}, Server: s, client: client, buildkit: os.Getenv("KFP_TEST_BUILDKIT"),
		repo: fmt.Sprintf(
			"%s/kfp-test/%s-%d", s.Host, strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")), time.Now().UnixNano(),
		),
	}
}

// config is a provider that reads Docker Hub's images through the proxy, and what comes after it.
func (e *imageEnv) config(rest string) string {
	return fmt.Sprintf(`
provider "kfp" {
  registries    = { "docker.io" = { mirror = %q } }
  image_builder = { buildkit = { address = %q } }
}
`, e.Host, e.buildkit) + rest
}

// python is an image of a directory.
func (e *imageEnv) python(dir string) string {
	return e.config(fmt.Sprintf(`
resource "kfp_image" "x" {
  repository        = %q
  delete_on_destroy = true
  python = {
    source_dir = %q
    base_image = "python:3.11-slim"
  }
}
`, e.repo, dir))
}

func (e *imageEnv) dockerfile(dir, more string) string {
	return e.config(fmt.Sprintf(`
resource "kfp_image" "x" {
  repository        = %q
  delete_on_destroy = true
  dockerfile = {
    context = %q
    %s
  }
}
`, e.repo, dir, more))
}

func (e *imageEnv) parse(t *testing.T, name string) registry.Reference {
	t.Helper()
	ref, err := registry.ParseReference(name)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// attribute reads what the state has of kfp_image.x.
func attribute(name string, into *string) resource.TestCheckFunc {
	return resource.TestCheckResourceAttrWith("kfp_image.x", name, func(v string) error {
		*into = v
		return nil
	})
}

// manifests are the requests about tags and manifests since the last call, and blobs what was sent.
func (e *imageEnv) manifests() (requests []string) {
	for _, r := range e.Requests() {
		if r != "GET /v2/" {
			requests = append(requests, r)
		}
	}
	return requests
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// An image comes into being, a plan without changes costs one HEAD, a changed line one layer, and what vanished from
// the registry comes back with the same digest.
func TestAccImagePython(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	dir := t.TempDir()
	write(t, dir, map[string]string{"main.py": "print('one')\n", "lib/größe.py": "x = 1\n", "__pycache__/main.pyc": "x"})
	var first, second, digest string
	var sent int
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		Steps: []resource.TestStep{
			{
				Config: e.python(dir),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectUnknownValue("kfp_image.x", jsonPath("reference")),
					plancheck.ExpectKnownValue("kfp_image.x", jsonPath("method"), exactly("layers")),
				}},
				Check: resource.ComposeTestCheckFunc(attribute("tag", &first), attribute("digest", &digest), func(*terraform.State) error {
					got, err := e.client.Digest(t.Context(), e.parse(t, e.repo+":"+first))
					if err == nil && got != digest {
						err = fmt.Errorf("the registry has %s, the state %s", got, digest)
					}
					return err
				}),
			},
			{
				PreConfig: func() { e.Requests() },
				Config:    e.python(dir), PlanOnly: true,
				// Nothing but HEADs of the one tag, however often the test harness plans.
				Check: nil,
			},
			{
				PreConfig: func() {
					for _, r := range e.manifests() {
						if !strings.HasPrefix(r, "HEAD ") || !strings.HasSuffix(r, first) {
							t.Errorf("a plan without changes asked for %s", r)
						}
					}
					write(t, dir, map[string]string{"main.py": "print('two')\n"})
				},
				Config: e.python(dir),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("kfp_image.x", plancheck.ResourceActionUpdate),
				}},
				Check: resource.ComposeTestCheckFunc(attribute("tag", &second), attribute("digest", &digest), func(*terraform.State) error {
					sent = e.Count("PATCH /blobs/")
					return nil
				}),
			},
			{
				PreConfig: func() {
					if second == first || sent != 2 {
						t.Errorf("tags %s and %s; %d blobs were sent, want the source and the configuration", first, second, sent)
					}
					if err := e.client.Delete(t.Context(), e.parse(t, e.repo+"@"+digest)); err != nil {
						t.Fatal(err)
					}
				},
				Config: e.python(dir),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("kfp_image.x", plancheck.ResourceActionCreate),
				}},
				Check: resource.TestCheckResourceAttrPtr("kfp_image.x", "digest", &digest),
			},
		},
		CheckDestroy: func(*terraform.State) error {
			if ok, err := e.client.Exists(t.Context(), e.parse(t, e.repo+":"+second)); ok || err != nil {
				return fmt.Errorf("the image is still there: %w", err)
			}
			return nil
		},
	})
}

// The same content in another directory, in another order, with other times, is found at plan.
func TestAccImageFoundAtPlan(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	one, two := t.TempDir(), t.TempDir()
	write(t, one, map[string]string{"a.py": "1", "b/c.py": "2"})
	write(t, two, map[string]string{"b/c.py": "2"})
	write(t, two, map[string]string{"a.py": "1"})
	if err := os.Chtimes(filepath.Join(two, "a.py"), time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	var digest string
	other := strings.ReplaceAll(strings.TrimPrefix(e.python(two), e.config("")), `"x"`, `"y"`)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		Steps: []resource.TestStep{
			{Config: e.python(one), Check: attribute("digest", &digest)},
			{
				Config: e.python(one) + other,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue("kfp_image.y", jsonPath("method"), exactly("layers")),
					plancheck.ExpectKnownValue(
						"kfp_image.y", jsonPath("reference"), pointed(func() string { return e.repo + "@" + digest }),
					),
				}},
				Check: resource.TestCheckResourceAttrPtr("kfp_image.y", "digest", &digest),
			},
		},
	})
}

// A Dockerfile is built by BuildKit; a step that fails shows its last lines; a changed file builds again.
func TestAccImageDockerfile(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	dir := t.TempDir()
	write(
		t, dir,
		map[string]string{
			"Dockerfile": "FROM busybox:1.36\nARG WORD\nCOPY x /x\nRUN echo $WORD; test $WORD = fine\n", "x": "one",
		},
	)
	args := func(word string) string { return fmt.Sprintf("args = { WORD = %q }", word) }
	var digest, changed string
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		Steps: []resource.TestStep{
			{
				Config:      e.dockerfile(dir, args("bad")),
				ExpectError: regexp.MustCompile(`(?s)Image cannot be built.*RUN echo.*The last lines of the step:\s+bad`),
			},
			{
				Config: e.dockerfile(dir, args("fine")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue("kfp_image.x", jsonPath("method"), exactly("build")),
				}},
				Check: attribute("digest", &digest),
			},
			{PreConfig: func() {
				write(
					t, dir, map[string]string{"x": "two"},
				)
			}, Config: e.dockerfile(dir, args("fine")), Check: attribute("digest", &changed)},
			{PreConfig: func() {
				if digest == changed {
					t.Error("another file, the same digest")
				}
				write(t, dir, map[string]string{"Dockerfile": "FROM library/nothing-of-this-name:1\nFROM alpine!\n"})
			}, Config: e.dockerfile(dir, ""), PlanOnly: true, ExpectError: regexp.MustCompile(`In line 2 of the Dockerfile`)},
			{PreConfig: func() {
				write(t, dir, map[string]string{"Dockerfile": "FROM nothing-of-this-name:1\n"})
			}, Config: e.dockerfile(dir, ""), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)Base image cannot be used.*line 1 of the Dockerfile`)},
		},
	})
}

// Files and settings put onto a base need no builder.
func TestAccImageAppend(t *testing.T) {
	t.Parallel()
	e := newImageEnv(t)
	var reference string
	good := fmt.Sprintf(`
provider "kfp" {
  registries = { "docker.io" = { mirror = %q } }
}
resource "kfp_image" "x" {
  repository        = %q
  delete_on_destroy = true
  append = {
    base_image = "busybox:1.36"
    files      = { "/etc/hello" = { content = "hello" }, "/opt/run" = { content = "#!/bin/sh\n", mode = "0755" } }
    env        = { GREETING = "hello" }
    entrypoint = ["/opt/run"]
    workdir    = "/etc"
    user       = "1000"
  }
}
`, e.Host, e.repo)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		Steps: []resource.TestStep{{
			Config: good,
			Check:  attribute("reference", &reference),
		}, {
			PreConfig: func() {
				cfg, err := e.client.Config(t.Context(), e.parse(t, reference), registry.Direct)
				if err != nil {
					t.Fatal(err)
				}
				if got := fmt.Sprintf("%v %v %s %s", cfg.Entrypoint, cfg.Cmd, cfg.Workdir, cfg.User); got != "[/opt/run] [] "+
					"/etc 1000" {
					t.Error(got)
				}
			},
			Config: fmt.Sprintf(
				"resource \"kfp_image\" \"x\" {\n  repository = %q\n  append = { base_image = \"\", workdir = \"etc\", files = "+
					"{ \"/lib/x\" = { content = \"\" } } }\n}",
				e.repo+":tag",
			),
			ExpectError: regexp.MustCompile(`(?s)holds a\s+tag.*append.base_image.*append.workdir.*lies below /lib`),
		}, {
			Config: good, PlanOnly: true, // what is destroyed in the end is configured well
		}},
	})
}
