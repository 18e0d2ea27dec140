package buildkit

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/util/staticfs"
	"github.com/tonistiigi/fsutil"
	"github.com/tonistiigi/fsutil/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
)

const dockerfileName = "Dockerfile"

// dockerfileFS holds the Dockerfile, and beside it an ignore file that ignores nothing. BuildKit looks there first, and
// must not apply the user's ignore file again to the tree that it has formed already.
func dockerfileFS(text []byte) fsutil.FS {
	f := staticfs.NewFS()
	for name, data := range map[string][]byte{dockerfileName: text, dockerfileName + ".dockerignore": []byte("# nothing more\n")} {
		f.Add(name, &types.Stat{Mode: 0o644, ModTime: files.Epoch.UnixNano()}, data)
	}
	return f
}

// treeFS shows a tree to BuildKit's file transfer: what is sent is what was hashed.
type treeFS struct {
	tree   *files.Tree
	broken func(error)
}

// Open implements fsutil.FS. BuildKit takes a file that cannot be opened for an empty one, so the build is ended.
func (t *treeFS) Open(name string) (io.ReadCloser, error) {
	e, ok := t.tree.Lookup(filepath.ToSlash(name))
	if !ok {
		return nil, os.ErrNotExist
	}
	r, err := e.Open()
	if err != nil {
		t.broken(err)
		return nil, err
	}
	return r, nil
}

// Walk implements fsutil.FS, with fs.SkipDir as filepath.WalkDir has it.
func (t *treeFS) Walk(ctx context.Context, target string, fn fs.WalkDirFunc) error {
	target = path.Clean("/" + filepath.ToSlash(target))[1:]
	skip, found := "", target == ""
	for _, e := range t.tree.Entries() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if target != "" && e.Name != target && !strings.HasPrefix(e.Name, target+"/") {
			continue
		}
		found = true
		if skip != "" && strings.HasPrefix(e.Name, skip) {
			continue
		}
		err := fn(filepath.FromSlash(e.Name), &fsutil.DirEntryInfo{Stat: stat(e)}, nil)
		switch {
		case errors.Is(err, fs.SkipAll):
			return nil
		case errors.Is(err, fs.SkipDir) && e.Kind == files.Dir:
			skip = e.Name + "/"
		case errors.Is(err, fs.SkipDir):
			// The rest of the directory that the file is in.
			if skip = e.Name[:strings.LastIndexByte(e.Name, '/')+1]; skip == "" {
				return nil
			}
		case err != nil:
			return err
		}
	}
	if !found {
		err := fn(filepath.FromSlash(target), nil, &fs.PathError{Op: "lstat", Path: target, Err: fs.ErrNotExist})
		if errors.Is(err, fs.SkipDir) || errors.Is(err, fs.SkipAll) {
			return nil
		}
		return err
	}
	return nil
}

func stat(e files.Entry) *types.Stat {
	s := &types.Stat{Path: filepath.FromSlash(e.Name), Mode: uint32(e.Mode), Size: e.Size, ModTime: files.Epoch.UnixNano()}
	switch e.Kind {
	case files.Dir:
		s.Mode |= uint32(fs.ModeDir)
	case files.Link:
		s.Mode |= uint32(fs.ModeSymlink)
		s.Linkname = e.Target
	}
	return s
}
