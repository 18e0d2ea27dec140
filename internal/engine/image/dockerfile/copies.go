package dockerfile

import (
	"bytes"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Copy is what a Dockerfile puts into its image out of its context.
type Copy struct {
	Sources []string // patterns, relative to the context
	To      string   // absolute
	IsDir   bool     // To is a directory, into which the sources go
}

// Copies lists what the last stage of a Dockerfile copies out of its context, and counts the commands that it runs, for
// who takes the files and builds nothing. What is copied out of other images or stages is left out, and so is what only
// a build knows: names with variables.
func Copies(text []byte) (copies []Copy, commands int, err error) {
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, 0, located(err)
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, 0, located(err)
	}
	if len(stages) == 0 {
		return nil, 0, &Error{Message: "the Dockerfile has no FROM"}
	}
	work := "/"
	add := func(of instructions.SourcesAndDest) {
		if strings.ContainsRune(strings.Join(of.SourcePaths, "")+of.DestPath, '$') {
			return
		}
		to := of.DestPath
		if !path.IsAbs(to) {
			to = path.Join(work, to)
		}
		isDir := strings.HasSuffix(of.DestPath, "/") || of.DestPath == "." || len(of.SourcePaths) > 1
		copies = append(copies, Copy{Sources: of.SourcePaths, To: path.Clean(to), IsDir: isDir})
	}
	for _, command := range stages[len(stages)-1].Commands {
		switch c := command.(type) {
		case *instructions.WorkdirCommand:
			work = path.Join(work, c.Path)
			if path.IsAbs(c.Path) {
				work = path.Clean(c.Path)
			}
		case *instructions.CopyCommand:
			if c.From == "" {
				add(c.SourcesAndDest)
			}
		case *instructions.AddCommand:
			add(c.SourcesAndDest)
		case *instructions.RunCommand:
			commands++
		}
	}
	return copies, commands, nil
}
