// Package internal_test holds what is true of all packages together.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/"

// rule says which packages, by their path below internal, may not import which. A pattern matches a package exactly or,
// if it ends in a slash or a hyphen, all that start with it.
type rule struct {
	packages []string
	except   []string
	deny     []string
	only     []string // of this module's packages, the only ones that may be imported; nil: any
	why      string
}

// outside is what reaches out of the process, or gives another result each time.
var outside = []string{
	"os", "os/", "net", "net/http", "net/http/", "syscall", "math/rand", "math/rand/", "crypto/rand", "k8s.io/client-go/",
	"google.golang.org/grpc",
}

// argo is where the packages are that know Argo's objects.
const argo = "engine/argo/"

// effects are the packages of the engine that talk to clusters and registries, and run processes.
var effects = []string{
	"engine/cluster", "engine/local", "engine/local/", "engine/operate", "engine/image", "engine/image/",
}

// rooms are the folders of the provider's resources.
var rooms = []string{
	"provider/component", "provider/pipeline", "provider/run", "provider/recurringrun", "provider/backfill", "provider/image", "provider/functions",
}

var rules = []rule{
	{
		packages: []string{"engine/"},
		deny:     []string{"github.com/hashicorp/terraform-", module + "provider"},
		why:      "the engine knows nothing of Terraform",
	},
	{
		packages: []string{"engine/"}, except: append([]string{"engine/python/runtime/pypitest"}, effects...),
		deny: append(inModule(effects), outside...),
		why:  "what is compiled at plan and at apply must be the same, so compiling is pure",
	},
	{
		packages: []string{"engine/", "provider", "provider/"}, except: []string{"engine/argo/", "engine/cluster", "engine/local", "engine/local/"},
		deny: []string{"github.com/argoproj/"},
		why:  "only engine/argo compiles to Argo's types; engine/cluster reads and writes them, engine/local runs them",
	},
	{
		packages: []string{"engine/spec", "engine/problem", "engine/wire", "engine/pages"}, only: []string{},
		why: "everything else is built upon it",
	},
	{
		packages: []string{"engine/expr"}, only: []string{"engine/spec", "engine/wire", "engine/problem"},
		why: "expressions know types, not pipelines",
	},
	{
		packages: []string{"engine/check"}, only: []string{"engine/spec", "engine/problem"},
		why: "a single value knows nothing of what it stands in",
	},
	{
		packages: []string{"engine/settings"}, deny: []string{"github.com/argoproj/"},
		only: []string{
			"engine/spec", "engine/problem", "engine/wire", "engine/expr", "engine/check", "engine/python/runtime",
		},
		why: "settings are of tasks and of Kubernetes' pods, not of graphs or of Argo's objects",
	},
	{
		packages: []string{"engine/diagram"}, only: []string{"engine/spec", "engine/problem", "engine/expr"},
		why: "a picture shows what a pipeline says, not what becomes of it",
	},
	{
		packages: []string{"engine/report"}, only: []string{"engine/spec", "engine/problem", "engine/diagram"},
		why: "a report is made of what is known of a run, and of nothing else",
	},
	{
		packages: []string{"engine/kfpir"}, deny: []string{"k8s.io/"}, only: []string{
			"engine/spec", "engine/problem", "engine/wire", "engine/expr", "engine/graph", "engine/python",
		},
		why: "a package becomes a pipeline like any other, and what that becomes is not its business",
	},
	{packages: []string{"engine/graph"}, deny: []string{module + "engine/argo/"}, why: "checks come before compiling"},
	{
		packages: []string{"engine/cluster"}, deny: []string{module + "engine/argo/", module + "engine/graph"},
		why: "it moves objects and does not judge them",
	},
	{
		packages: []string{"engine/cluster", "engine/image", "engine/image/"}, deny: []string{module + "engine/operate"},
		why: "they do not know what they are used for",
	},
	{
		packages: []string{"engine/local", "engine/local/"}, deny: []string{
			module + "engine/operate", module + "engine/cluster", module + argo + "decompile", module + argo + "handwritten", module + argo + "diff",
		},
		why: "it keeps and runs what is compiled, and does not know what it is used for",
	},
	{
		packages: []string{"engine/local/"}, deny: []string{module + "engine/backend"},
		why: "what runs a workflow does not know where it is kept",
	},
	{packages: []string{"engine/backend"}, only: []string{}, why: "it says what is needed, and not how it is done"},
	{
		packages: []string{
			"engine/operate", "provider/",
		}, except: []string{"provider/image"}, deny: []string{module + "engine/cluster", module + "engine/local"},
		why: "only provider.go knows which backend there is, and images are built in clusters alone",
	},
	{packages: []string{"provider/kit"}, deny: inModule(rooms), why: "it is what the resources share"},
	{
		packages: rooms, except: []string{"provider/backfill"}, deny: append(inModule(rooms), module+"provider"),
		why: "a resource knows no other resource",
	},
	{
		packages: []string{"provider/backfill"}, deny: []string{
			module + "provider", module + "provider/component", module + "provider/pipeline", module + "provider/run", module + "provider/image",
		},
		why: "of the other resources a backfill knows recurring runs alone",
	},
	{
		packages: []string{"provider/"}, deny: []string{"k8s.io/client-go/"},
		why: "nothing above the engine talks to Kubernetes",
	},
	{
		packages: []string{"convert", "convert/"}, deny: append(
			inModule(effects), module+"provider", module+"engine/argo/decompile", "net", "net/http", "k8s.io/client-go/",
		),
		why: "it reads and writes files, and asks nobody",
	},
	{packages: []string{"convert/hclfile"}, only: []string{}, why: "it knows HCL, and not what is written in it"},
	{
		packages: []string{"provider", "provider/", "engine/"}, deny: []string{module + "convert", module + "convert/"},
		why: "what is converted is not what converts",
	},
	{
		packages: []string{argo + "layout"}, deny: []string{module + argo},
		why: "it is what all others agree on",
	},
	{
		packages: []string{argo + "compile"}, deny: []string{
			module + argo + "decompile", module + argo + "handwritten", module + argo + "diff", module + argo + "status",
		},
		why: "compiling does not depend on how objects are read",
	},
	{
		packages: []string{argo + "decompile"}, deny: []string{
			module + argo + "handwritten", module + argo + "diff", module + argo + "status",
		},
		why: "objects of ours are read without those of others",
	},
	{
		packages: []string{argo + "handwritten"}, deny: []string{module + argo + "status"},
		why: "what people wrote has not run",
	},
	{
		packages: []string{
			argo + "status", argo + "diff",
		}, deny: []string{module + argo + "compile", module + argo + "decompile", module + argo + "handwritten"},
		why: "the layout alone says what there is to read",
	},
}

func inModule(packages []string) []string {
	var paths []string
	for _, p := range packages {
		paths = append(paths, module+p)
	}
	return paths
}

// Packages import each other in one direction only.
func TestImports(t *testing.T) {
	t.Parallel()
	checked := 0
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			checked++
			for _, r := range rules {
				if r.forbids(path.Dir(filepath.ToSlash(file)), imported) {
					t.Errorf("%s imports %s: %s", file, imported, r.why)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 100 {
		t.Errorf("only %d imports were seen", checked)
	}
}

func (r rule) forbids(importer, imported string) bool {
	if !matches(r.packages, importer) || matches(r.except, importer) {
		return false
	}
	own, isOwn := strings.CutPrefix(imported, module)
	return matches(r.deny, imported) || r.only != nil && isOwn && !matches(r.only, own)
}

func matches(patterns []string, name string) bool {
	for _, p := range patterns {
		if name == p || (strings.HasSuffix(p, "/") || strings.HasSuffix(p, "-")) && strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// A test that finds nothing wrong has to be seen finding something.
func TestImportRulesForbid(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"engine/spec", module + "engine/expr"}, {argo + "compile", "net/http"}, {"engine/graph", module + argo + "compile"},
		{
			"engine/settings", module + "engine/graph",
		}, {
			"engine/settings", "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1",
		}, {"engine/check", module + "engine/expr"},
		{
			"engine/graph", "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1",
		}, {
			argo + "status", module + "engine/cluster",
		}, {argo + "compile", module + argo + "decompile"}, {argo + "diff", module + argo + "compile"},
		{
			"engine/operate", "github.com/hashicorp/terraform-plugin-framework/diag",
		}, {
			"engine/operate", module + "engine/cluster",
		}, {"provider/kit", module + "provider/run"}, {"provider/run", module + "provider/pipeline"},
		{
			"engine/image/registry", "github.com/hashicorp/terraform-plugin-framework/diag",
		}, {"engine/cluster", module + "provider"},
		{"convert", "net/http"}, {"provider/pipeline", module + "convert"}, {"convert/hclfile", module + "engine/spec"},
	} {
		found := false
		for _, r := range rules {
			found = found || r.forbids(pair[0], pair[1])
		}
		if !found {
			t.Errorf("nothing forbids %s to import %s", pair[0], pair[1])
		}
	}
}
