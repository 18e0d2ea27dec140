package buildkit

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
)

// watcher turns the daemon's status into progress, line by line, and remembers what failed.
type watcher struct {
	progress func(image.Progress)
	redact   func(string) string
	steps    map[digest.Digest]*progressOf
	failed   *progressOf
}

type progressOf struct {
	name    string
	started bool
	ended   bool
	partial string // of a line
	lines   []string
	message string
}

func newWatcher(progress func(image.Progress), redact func(string) string) *watcher {
	if progress == nil {
		progress = func(image.Progress) {}
	}
	return &watcher{progress: progress, redact: redact, steps: map[digest.Digest]*progressOf{}}
}

func (w *watcher) watch(status <-chan *client.SolveStatus) {
	for s := range status {
		for _, v := range s.Vertexes {
			w.step(v.Digest).name = w.redact(v.Name)
		}
		// Output first: what a step wrote comes before its end.
		for _, l := range s.Logs {
			w.output(w.step(l.Vertex), string(l.Data))
		}
		for _, v := range s.Vertexes {
			w.vertex(w.step(v.Digest), v)
		}
	}
}

func (w *watcher) step(d digest.Digest) *progressOf {
	s := w.steps[d]
	if s == nil {
		s = &progressOf{}
		w.steps[d] = s
	}
	return s
}

func (w *watcher) vertex(s *progressOf, v *client.Vertex) {
	if v.Started != nil && !s.started {
		s.started = true
		if !v.Cached {
			w.progress(image.Progress{Step: s.name, State: image.Started})
		}
	}
	if v.Completed == nil || s.ended {
		return
	}
	s.ended = true
	w.line(s)
	p := image.Progress{Step: s.name, State: image.Done}
	if v.Started != nil {
		p.Duration = v.Completed.Sub(*v.Started).Round(time.Millisecond)
	}
	switch {
	case v.Error != "":
		p.State, p.Line = image.Failed, w.redact(v.Error)
		s.message = p.Line
		// Steps that were broken off because of another one's failure are not the cause.
		if w.failed == nil && !strings.Contains(v.Error, context.Canceled.Error()) {
			w.failed = s
		}
	case v.Cached:
		p.State = image.Cached
	}
	w.progress(p)
}

// longestLine bounds what is kept of a step that writes no line ends.
const longestLine = 64 << 10

// output collects whole lines, since a secret may be cut in two by the pieces that come.
func (w *watcher) output(s *progressOf, data string) {
	s.partial += data
	for {
		i := strings.IndexByte(s.partial, '\n')
		if i < 0 && len(s.partial) > longestLine {
			i = len(s.partial) - 1
		}
		if i < 0 {
			return
		}
		rest := s.partial[i+1:]
		s.partial = s.partial[:i]
		w.line(s)
		s.partial = rest
	}
}

// escapes are the colours and cursor movements of terminals.
var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

func (w *watcher) line(s *progressOf) {
	text := strings.TrimRight(s.partial, "\r")
	s.partial = ""
	// Of a line that overwrites itself, the last state counts.
	text = escapes.ReplaceAllString(text[strings.LastIndexByte(text, '\r')+1:], "")
	if strings.TrimSpace(text) == "" {
		return
	}
	text = w.redact(text)
	if s.lines = append(s.lines, text); len(s.lines) > 4*lastLines {
		s.lines = tail(s.lines)
	}
	w.progress(image.Progress{Step: s.name, State: image.Output, Line: text})
}

// failure makes the error of a build.
func (w *watcher) failure(ctx context.Context, reference string, err error) error {
	e := image.BuildError{Reference: reference, Message: w.redact(innermost(err))}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.Message, e.Remedy = "the time limit was reached", "Allow more time; steps that are done are not done again."
	case ctx.Err() != nil:
		e.Message, e.Remedy = "the build was cancelled", "Run again; steps that are done are not done again."
	case w.failed != nil:
		e.Step, e.Message, e.Lines = w.failed.name, w.failed.message, tail(w.failed.lines)
	}
	e.Message = strings.TrimRight(e.Message, ". \n")
	return image.NewBuildError(ctx, e)
}

// innermost leaves out the names of the calls that the message went through.
func innermost(err error) string {
	s := err.Error()
	for _, p := range []string{"failed to solve: ", "rpc error: code = Unknown desc = "} {
		s = strings.TrimPrefix(s, p)
	}
	return s
}
