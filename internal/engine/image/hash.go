package image

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

const (
	// scheme is the version of what is hashed and how images are made from it. It changes when the same Spec shall
	// give another image, and then every image is made again.
	scheme = "kfp-image/1"

	tagPrefix  = "kfp1-"
	depsPrefix = "kfp1-deps-"
	tagDigits  = 32 // 128 bits
)

// settings is everything beside file contents that decides about an image. Its JSON form is hashed: fields keep their
// order, and maps are written in the order of their keys.
type settings struct {
	Kind         string            `json:"kind"`
	Base         string            `json:"base,omitempty"` // as written: a plan must be reproducible
	Platforms    []string          `json:"platforms,omitempty"`
	Dependencies string            `json:"dependencies,omitempty"`
	Dockerfile   string            `json:"dockerfile,omitempty"`
	Target       string            `json:"target,omitempty"`
	Args         map[string]string `json:"args,omitempty"`
	Secrets      []string          `json:"secrets,omitempty"` // ids
	Env          map[string]string `json:"env,omitempty"`
	Entrypoint   []string          `json:"entrypoint"` // null and [] differ
	Cmd          []string          `json:"cmd"`
	Workdir      string            `json:"workdir,omitempty"`
	User         string            `json:"user,omitempty"`
}

func (p *Prepared) settings() settings {
	s := settings{Kind: p.spec.kind(), Platforms: sortedSet(p.spec.Platforms), Dependencies: p.depsHash}
	switch {
	case p.spec.Python != nil:
		s.Base = p.spec.Python.BaseImage
	case p.spec.Dockerfile != nil:
		d := p.spec.Dockerfile
		s.Dockerfile, s.Target, s.Args, s.Secrets = string(p.text), d.Target, d.Args, secretIDs(d.Secrets)
	case p.spec.Append != nil:
		a := p.spec.Append
		s.Base, s.Env, s.Entrypoint, s.Cmd, s.Workdir, s.User = a.BaseImage, a.Env, a.Entrypoint, a.Cmd, a.Workdir, a.User
	}
	return s
}

// contentHash is the sha256 of the scheme, the settings and the sums of all trees.
func contentHash(s settings, sums []string) string {
	h := sha256.New()
	_, _ = io.WriteString(h, scheme+"\n")
	if err := json.NewEncoder(h).Encode(s); err != nil {
		panic(err) // strings, lists and maps of strings always have a JSON form
	}
	_, _ = io.WriteString(h, strings.Join(sums, "\n")+"\n")
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}

// dependenciesHash covers the generated Dockerfile, which holds the base, the requirements and where they come from.
func dependenciesHash(dockerfile string, platforms []string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s dependencies\n%q\n%s", scheme, sortedSet(platforms), dockerfile)
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}

// TagOf is the tag of the image with a content hash; empty if it is none.
func TagOf(contentHash string) string {
	if len(contentHash) != len("sha256:")+2*sha256.Size || !strings.HasPrefix(contentHash, "sha256:") {
		return ""
	}
	return tagOf(tagPrefix, contentHash)
}

func tagOf(prefix, hash string) string {
	return prefix + strings.TrimPrefix(hash, "sha256:")[:tagDigits]
}
