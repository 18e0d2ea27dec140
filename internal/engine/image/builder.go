package image

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// Builder runs a Dockerfile and pushes what it makes. The package buildkit has one for a BuildKit daemon; another may
// start a daemon first and remove it after.
type Builder interface {
	// Build pushes by digest alone into the repository of req.Reference and returns the digest; the caller sets the tag
	// when it knows that the files did not change meanwhile. Steps go to progress as they come, never concurrently;
	// progress may be nil. A failed step is a *BuildError.
	Build(ctx context.Context, req BuildRequest, progress func(Progress)) (digest string, err error)
}

// BuildRequest is a Dockerfile with all that it needs.
type BuildRequest struct {
	Reference  registry.Reference // what the image will be called
	Dockerfile []byte
	Context    *files.Tree // nil for none
	Target     string
	Args       map[string]string
	Platforms  []string
	Labels     map[string]string
	Secrets    map[string][]byte // by id; they never show in progress or errors
	Hide       []string          // more texts that never show
	Pins       []Pin             // images whose tags shall mean a certain digest
	Key        string            // names the content: builds with the same key may share what was sent before
}

// Pin says which digest a reference shall have within a build.
type Pin struct {
	Reference registry.Reference
	Digest    string
}

// State is what happened to a step.
type State string

// The states of steps. Output is one line that a running step wrote.
const (
	Started State = "started"
	Output  State = "output"
	Done    State = "done"
	Cached  State = "cached"
	Failed  State = "failed"
)

// Progress is one event of a build or push. It holds no secret.
type Progress struct {
	Step     string // such as "[2/3] RUN make"
	State    State
	Line     string        // of output, or the message of a failure
	Duration time.Duration // of a step that is done or failed
}

// BuildError is a step of a Dockerfile that failed, or a builder that could not be used.
type BuildError struct {
	Reference string
	Step      string   // empty if no step failed
	Message   string   // what the builder said, redacted; a clause without a full stop
	Lines     []string // the last that the step wrote, redacted
	Remedy    string   // a sentence
	cause     error
}

// NewBuildError keeps cause only if it is the context's, since the text of others may hold secrets.
func NewBuildError(ctx context.Context, e BuildError) *BuildError {
	e.cause = ctx.Err()
	return &e
}

// Error tells the step, the message and the last lines.
func (e *BuildError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Cannot build %s: ", e.Reference)
	if e.Step != "" {
		fmt.Fprintf(&b, "step %s failed: ", e.Step)
	}
	b.WriteString(e.Message + ".")
	if e.Remedy != "" {
		b.WriteString(" " + e.Remedy)
	}
	if len(e.Lines) > 0 {
		fmt.Fprintf(&b, "\n\nThe last lines of the step:\n  %s", strings.Join(e.Lines, "\n  "))
	}
	return b.String()
}

// Unwrap returns the context's error, if that ended the build.
func (e *BuildError) Unwrap() error { return e.cause }
