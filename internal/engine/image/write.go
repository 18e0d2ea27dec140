package image

import (
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/dockerfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
)

// Keeper keeps what is in images as files, where there is no registry.
type Keeper interface {
	// Keep writes the files of an image, once for each content.
	Keep(p *Prepared) error
	// Keeps reports whether the files of a content are there.
	Keeps(contentHash string) bool
	// Forget removes them.
	Forget(contentHash string) error
}

// Write puts the files of the image below a directory, in place of building it: those of python and append, and what a
// Dockerfile copies out of its context. Nothing of the base is there, and no command is run.
func (p *Prepared) Write(root string) error {
	for _, part := range p.parts {
		for _, entry := range part.tree.Entries() {
			if err := writeEntry(entry, filepath.Join(root, filepath.FromSlash(entry.Name))); err != nil {
				return err
			}
		}
	}
	if p.spec.Dockerfile == nil {
		return nil
	}
	copies, _, err := dockerfile.Copies(p.text)
	if err != nil {
		return err
	}
	for _, c := range copies {
		if err := p.writeCopy(root, c); err != nil {
			return err
		}
	}
	return nil
}

// Commands counts what building the image would run: programs and packages that Write leaves out.
func (p *Prepared) Commands() int {
	if p.spec.Dockerfile == nil {
		if p.depsHash != "" {
			return 1 // pip
		}
		return 0
	}
	_, commands, err := dockerfile.Copies(p.text)
	if err != nil {
		return 0
	}
	return commands
}

func (p *Prepared) writeCopy(root string, c dockerfile.Copy) error {
	for _, entry := range p.tree.Entries() {
		if entry.Kind == files.Dir {
			continue
		}
		for _, source := range c.Sources {
			below, isIn := within(path.Clean(strings.TrimPrefix(source, "/")), entry.Name)
			if !isIn {
				continue
			}
			to := path.Join(c.To, below)
			if below == "" && c.IsDir {
				to = path.Join(c.To, path.Base(entry.Name))
			}
			if err := writeEntry(entry, filepath.Join(root, filepath.FromSlash(to))); err != nil {
				return err
			}
		}
	}
	return nil
}

// within reports whether a pattern names a file, or a directory around it, and what the file's name adds to that.
func within(pattern, name string) (below string, isIn bool) {
	if pattern == "." {
		return name, true
	}
	parts := strings.Split(name, "/")
	depth := strings.Count(pattern, "/") + 1
	if len(parts) < depth {
		return "", false
	}
	matched, err := path.Match(pattern, strings.Join(parts[:depth], "/"))
	return strings.Join(slices.Clone(parts[depth:]), "/"), err == nil && matched
}

func writeEntry(entry files.Entry, to string) error {
	if entry.Kind == files.Dir {
		return os.MkdirAll(to, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if entry.Kind == files.Link {
		_ = os.Remove(to)
		return os.Symlink(filepath.FromSlash(entry.Target), to)
	}
	content, err := entry.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, entry.Mode.Perm()|0o200)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, content); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
