package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Error is something wrong in a Dockerfile.
type Error struct {
	Line    int // 1 for the first, 0 if it is not known
	Message string
}

// Error is the message with its line.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}

// Image is an image that a Dockerfile starts from or copies from.
type Image struct {
	Name string // with build arguments filled in
	Line int
}

// File is what a plan needs to know of a Dockerfile.
type File struct {
	Images  []Image  // each name once, in order of appearance
	Stages  []string // names, "" for a stage without one
	Args    []string // declared by ARG anywhere, sorted
	Secrets []string // ids that RUN --mount=type=secret asks for, sorted
	Syntax  string   // the frontend image that a "# syntax=" line names, which BuildKit will pull
}

// predefined are the build arguments that BuildKit knows without an ARG.
var predefined = []string{
	"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy",
	"ALL_PROXY", "all_proxy", "SOURCE_DATE_EPOCH",
}

// Parse reads a Dockerfile. The args are the build arguments that it will be given. The error is an *Error.
func Parse(text []byte, args map[string]string) (*File, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, &Error{Message: "the Dockerfile is empty"}
	}
	res, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, located(err)
	}
	stages, meta, err := instructions.Parse(res.AST, nil)
	if err != nil {
		return nil, located(err)
	}
	if len(stages) == 0 {
		return nil, &Error{Message: "the Dockerfile has no FROM"}
	}
	f := &File{}
	f.Syntax, _, _, _ = parser.DetectSyntax(text)
	r := reader{
		file: f, lex: shell.NewLex(res.EscapeToken), names: map[string]bool{}, args: map[string]bool{},
		secrets: map[string]bool{},
	}
	r.env = r.globals(meta, args)
	for i := range stages {
		r.stage(&stages[i])
	}
	f.Args, f.Secrets = slices.Sorted(maps.Keys(r.args)), slices.Sorted(maps.Keys(r.secrets))
	return f, nil
}

// HasStage tells whether a target names a stage, by name in any case or by number.
func (f *File) HasStage(target string) bool {
	if n, err := strconv.Atoi(target); err == nil {
		return n >= 0 && n < len(f.Stages)
	}
	return slices.ContainsFunc(f.Stages, func(s string) bool { return strings.EqualFold(s, target) })
}

// Takes tells whether a build argument has an effect.
func (f *File) Takes(arg string) bool {
	return slices.Contains(f.Args, arg) || slices.Contains(predefined, arg) || strings.HasPrefix(arg, "BUILDKIT_")
}

type reader struct {
	file                 *File
	lex                  *shell.Lex
	env                  environment
	names, args, secrets map[string]bool
}

// environment implements shell.EnvGetter.
type environment map[string]string

func (e environment) Get(k string) (string, bool) { v, ok := e[k]; return v, ok }

func (e environment) Keys() []string { return slices.Collect(maps.Keys(e)) }

// globals are the arguments before the first FROM, which are the only ones that a FROM may use.
func (r *reader) globals(meta []instructions.ArgCommand, given map[string]string) environment {
	env := environment{}
	for _, cmd := range meta {
		for _, a := range cmd.Args {
			r.args[a.Key] = true
			if v, ok := given[a.Key]; ok {
				env[a.Key] = v
			} else if a.Value != nil {
				if v, _, err := r.lex.ProcessWord(*a.Value, env); err == nil {
					env[a.Key] = v
				}
			}
		}
	}
	return env
}

func (r *reader) stage(s *instructions.Stage) {
	r.image(s.BaseName, line(s.Location))
	for _, c := range s.Commands {
		switch c := c.(type) {
		case *instructions.ArgCommand:
			for _, a := range c.Args {
				r.args[a.Key] = true
			}
		case *instructions.CopyCommand:
			if c.From != "" {
				r.image(c.From, line(c.Location()))
			}
		case *instructions.RunCommand:
			if slices.Contains(c.FlagsUsed, "mount") {
				r.mounts(c)
			}
		}
	}
	r.names[strings.ToLower(s.Name)] = true
	r.file.Stages = append(r.file.Stages, s.Name)
}

func (r *reader) mounts(c *instructions.RunCommand) {
	// Mounts are parsed when variables are filled in; the ids of secrets are hardly ever variables.
	_ = c.Expand(func(word string) (string, error) { return word, nil })
	for _, m := range instructions.GetMounts(c) {
		switch {
		case m.Type == instructions.MountTypeSecret:
			id := m.CacheID
			if id == "" {
				id = m.Source
			}
			if id == "" {
				id = m.Target[strings.LastIndexByte(m.Target, '/')+1:]
			}
			if id != "" {
				r.secrets[id] = true
			}
		case m.From != "":
			r.image(m.From, line(c.Location()))
		}
	}
}

// image notes an image, unless the name is a stage's, nothing, or depends on what only BuildKit knows.
func (r *reader) image(name string, line int) {
	name, unmatched, err := r.lex.ProcessWord(name, r.env)
	if err != nil || len(unmatched) > 0 || name == "" || name == "scratch" || r.names[strings.ToLower(name)] {
		return
	}
	if n, err := strconv.Atoi(name); err == nil && n < len(r.file.Stages)+1 {
		return
	}
	if !slices.ContainsFunc(r.file.Images, func(i Image) bool { return i.Name == name }) {
		r.file.Images = append(r.file.Images, Image{name, line})
	}
}

func line(l []parser.Range) int {
	if len(l) == 0 {
		return 0
	}
	return l[0].Start.Line
}

func located(err error) *Error {
	out := &Error{}
	var le *parser.LocationError
	if errors.As(err, &le) && len(le.Locations) > 0 {
		out.Line = line(le.Locations[0])
	}
	out.Message = strings.TrimPrefix(err.Error(), "dockerfile parse error: ")
	// The parser puts the line in front of some messages itself.
	if prefix := fmt.Sprintf("dockerfile parse error on line %d: ", out.Line); out.Line > 0 {
		out.Message = strings.TrimPrefix(out.Message, prefix)
	}
	return out
}
