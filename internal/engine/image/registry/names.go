package registry

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// dockerHub is how Docker Hub is called here, whichever of its names the user writes.
const dockerHub = "docker.io"

// NameError is a name that cannot be one of an image or repository.
type NameError struct {
	Input  string
	Reason string // a clause without a full stop
	Remedy string // a sentence
}

// Error is the reason and the remedy in sentences.
func (e *NameError) Error() string { return fmt.Sprintf("%q %s. %s", e.Input, e.Reason, e.Remedy) }

// Repository is a place in a registry that holds images, such as harbor.example.com/carousel/quote.
type Repository struct {
	written string
	repo    name.Repository
}

// ParseRepository reads a repository. The error is a *NameError; a tag or a digest is one.
func ParseRepository(s string) (Repository, error) {
	const remedy = `Write it as "registry.example.com/team/image".`
	if err := checkText(s, remedy); err != nil {
		return Repository{}, err
	}
	if strings.Contains(s, "@") {
		return Repository{}, &NameError{s, "holds a digest, and a repository has none", remedy}
	}
	if last := s[strings.LastIndexByte(s, '/')+1:]; strings.Contains(last, ":") {
		return Repository{}, &NameError{
			s, "holds a tag, and the tag is made from the content", "Leave out what follows the last colon.",
		}
	}
	r, err := name.NewRepository(s)
	if err != nil {
		return Repository{}, &NameError{s, "is not the name of a repository: " + reason(err), remedy}
	}
	return Repository{written: s, repo: r}, nil
}

// String is the repository as it was written.
func (r Repository) String() string { return r.written }

// Registry is the host, with its port if it has one; docker.io for Docker Hub.
func (r Repository) Registry() string { return hostName(r.repo.RegistryStr()) }

// Tag returns the reference to a tag. It must be a valid one.
func (r Repository) Tag(tag string) Reference {
	return Reference{written: r.written + ":" + tag, repo: r.repo, tag: tag}
}

// Digest returns the reference to a digest such as "sha256:…". It must be a valid one.
func (r Repository) Digest(digest string) Reference {
	return Reference{written: r.written + "@" + digest, repo: r.repo, digest: digest}
}

// Reference names one image: by tag, by digest, or by both, where the digest decides.
type Reference struct {
	written string
	repo    name.Repository
	tag     string
	digest  string
}

// ParseReference reads a reference as Docker does: without a registry it is Docker Hub's, without tag and digest it is
// "latest". The error is a *NameError.
func ParseReference(s string) (Reference, error) {
	const remedy = `Write it as "registry.example.com/team/image:tag" or "…/image@sha256:<64 hexadecimal digits>".`
	if err := checkText(s, remedy); err != nil {
		return Reference{}, err
	}
	ref, err := name.ParseReference(s)
	if err != nil {
		return Reference{}, &NameError{s, "is not the name of an image: " + reason(err), remedy}
	}
	out := Reference{written: s, repo: ref.Context()}
	if d, ok := ref.(name.Digest); ok {
		out.digest = d.DigestStr()
		before, _, _ := strings.Cut(s, "@")
		if t, err := name.NewTag(before, name.StrictValidation); err == nil && hasTag(before) {
			out.tag = t.TagStr()
		}
		return out, nil
	}
	out.tag = ref.Identifier()
	return out, nil
}

// String is the reference as it was written.
func (r Reference) String() string { return r.written }

// Registry is the host, with its port if it has one; docker.io for Docker Hub.
func (r Reference) Registry() string { return hostName(r.repo.RegistryStr()) }

// Repository is the reference without tag and digest.
func (r Reference) Repository() Repository {
	s, _, _ := strings.Cut(r.written, "@")
	if hasTag(s) {
		s = s[:strings.LastIndexByte(s, ':')]
	}
	return Repository{written: s, repo: r.repo}
}

// Tag is the tag, "latest" where the reference has neither tag nor digest, and empty where it has a digest alone.
func (r Reference) Tag() string { return r.tag }

// Digest is the digest such as "sha256:…", or empty.
func (r Reference) Digest() string { return r.digest }

// Pinned tells whether the reference has a digest and so always means the same image.
func (r Reference) Pinned() bool { return r.digest != "" }

// Canonical is the repository fully spelled, as BuildKit knows it: docker.io/library/python.
func (r Repository) Canonical() string { return r.Registry() + "/" + r.repo.RepositoryStr() }

// Canonical is the reference fully spelled, as BuildKit knows it: docker.io/library/python:3.12.
func (r Reference) Canonical() string {
	s := r.Registry() + "/" + r.repo.RepositoryStr()
	if r.tag != "" {
		s += ":" + r.tag
	}
	if r.digest != "" {
		s += "@" + r.digest
	}
	return s
}

func (r Reference) in(repo name.Repository) name.Reference {
	if r.digest != "" {
		return repo.Digest(r.digest)
	}
	return repo.Tag(r.tag)
}

func hasTag(s string) bool { return strings.Contains(s[strings.LastIndexByte(s, '/')+1:], ":") }

var upper = regexp.MustCompile(`[A-Z]`)

func checkText(s, remedy string) error {
	switch {
	case s == "":
		return &NameError{s, "is empty", remedy}
	case strings.Contains(s, "://"):
		return &NameError{s, "is a URL, and image names have no scheme", remedy}
	case strings.ContainsAny(s, " \t\r\n"):
		return &NameError{s, "holds white space", remedy}
	}
	_, path, ok := strings.Cut(s, "/")
	if !ok {
		path = s
	}
	path, _, _ = strings.Cut(path, "@")
	if hasTag(path) {
		path = path[:strings.LastIndexByte(path, ':')]
	}
	if upper.MatchString(path) {
		return &NameError{
			s, "holds a capital letter, and repositories have small ones only", "Write " + strings.ToLower(path) + ".",
		}
	}
	return nil
}

// reason is what go-containerregistry says, without the name that it repeats.
func reason(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, ": "); i > 0 {
		s = s[:i]
	}
	return s
}

// hostName brings the names of Docker Hub, and hosts that are written as URLs, to one form.
func hostName(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	s, _, _ = strings.Cut(s, "/")
	switch s {
	case "", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		return dockerHub
	}
	return strings.ToLower(s)
}
