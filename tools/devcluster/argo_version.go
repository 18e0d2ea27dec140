package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// argo is a version of Argo Workflows, and where its source is: in its Go module, or in a directory where the module
// proxy does not have it.
type argo struct{ version, source string }

var defaultArgo = argo{version: "v3.7.18"}

var argoVersions = regexp.MustCompile(`^v([3-9])\.\d+\.\d+(-[a-z0-9.]+)?$`)

// parseArgo reads VERSION or VERSION=DIR.
func parseArgo(text string) (argo, error) {
	version, source, local := strings.Cut(text, "=")
	if !argoVersions.MatchString(version) {
		return argo{}, fmt.Errorf("--argo must be a version such as %s, or VERSION=DIR, not %q", defaultArgo.version, text)
	}
	if !local {
		return argo{version: version}, nil
	}
	dir, err := filepath.Abs(source)
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "go.mod"))
	}
	return argo{version, dir}, err
}

// module is the path of the Go module, which names the major version.
func (a argo) module() string {
	return "github.com/argoproj/argo-workflows/v" + argoVersions.FindStringSubmatch(a.version)[1]
}

// subModule is the directory here that pins what is tested; other versions are checked by Go's checksum database alone.
func (a argo) subModule() string {
	if strings.HasSuffix(a.module(), "/v4") {
		return "argo/v4"
	}
	return "argo"
}

func (a argo) executorImage() string   { return "quay.io/argoproj/argoexec:" + a.version }
func (a argo) controllerImage() string { return "quay.io/argoproj/workflow-controller:" + a.version }

func (a argo) target() (target, error) {
	t := target{
		name: "argo", dir: a.subModule(), packages: []string{"./cmd/argoexec", "./cmd/workflow-controller"},
		ldflags: a.ldflags(), module: a.module(), version: a.version, source: a.source, fix: completeArgoSource,
		keep: []string{"manifests"},
	}
	if strings.HasPrefix(a.version, "v3.6.") { // later ones hold the zones' data themselves
		t.tags = "timetzdata"
	}
	if a.source == "" {
		return t, nil
	}
	sum, err := treeHash(a.source)
	t.content = sum
	return t, err
}

func (a argo) ldflags() string {
	var flags []string
	for _, set := range []string{
		"version=" + a.version, "gitTag=" + a.version, "gitTreeState=clean", "gitCommit=gomodproxy",
		"buildDate=1970-01-01T00:00:00Z",
	} {
		flags = append(flags, "-X "+a.module()+"."+set)
	}
	return strings.Join(flags, " ")
}

// treeHash identifies the Go files, module files and manifests of a directory by name and content.
func treeHash(dir string) (string, error) {
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case !d.Type().IsRegular() || !strings.Contains(".go .mod .sum .yaml", filepath.Ext(path)):
			return nil
		}
		sum, err := fileHash(path)
		fmt.Fprintln(h, strings.TrimPrefix(path, dir), sum)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// completeArgoSource restores a file that is a symbolic link upstream: module
// archives leave links out, and the executor does not compile without it.
func completeArgoSource(source string) error {
	dirs, _ := filepath.Glob(filepath.Join(source, "workflow", "executor", "os*specific")) // its name has changed
	for _, dir := range dirs {
		b, err := os.ReadFile(filepath.Join(dir, "signal_darwin.go"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "signal_linux.go"), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// manifestsOf gives upstream's installation without CRDs, which older versions have only together with them.
func (c *cluster) manifestsOf(ctx context.Context, source string) ([]object, error) {
	dir := filepath.Join(source, "manifests", "cluster-install-no-crds")
	if !isDir(dir) {
		dir = filepath.Join(source, "manifests", "cluster-install")
	}
	all, err := c.kustomize(ctx, dir)
	var kept []object
	for _, o := range all {
		if at(o, "kind") != "CustomResourceDefinition" {
			kept = append(kept, o)
		}
	}
	return kept, err
}

// sourceDir is a directory that holds the version's source, which is not to be written to.
func (a argo) sourceDir(ctx context.Context) (string, error) {
	if a.source != "" {
		return a.source, nil
	}
	return moduleSource(ctx, "", a.module(), a.version)
}

// moduleSource downloads a module and gives its directory in Go's cache.
func moduleSource(ctx context.Context, dir, module, version string) (string, error) {
	out, err := goCommand(ctx, dir, "mod", "download", "-json", module+"@"+version)
	if err != nil {
		return "", err
	}
	var found struct{ Dir string }
	err = json.Unmarshal(out, &found)
	return found.Dir, err
}
