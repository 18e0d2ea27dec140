package image

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// check finds what is wrong with it without a look at its files.
func (a Append) check(l *problem.List) {
	at := problem.At("append")
	checkName(l, at.Attr("base_image"), a.BaseImage)
	for _, k := range slices.Sorted(maps.Keys(a.Env)) {
		if !envForm.MatchString(k) {
			l.Errorf(
				at.Attr("env").Key(k), titleSpec,
				"%q is not the name of an environment variable. Use letters, digits and underscores.", k,
			)
		}
	}
	if a.Workdir != "" && !path.IsAbs(a.Workdir) {
		l.Errorf(at.Attr("workdir"), titleSpec, "The working directory %q is not absolute. Begin it with a slash.", a.Workdir)
	}
	for _, dest := range slices.Sorted(maps.Keys(a.Files)) {
		*l = append(*l, a.Files[dest].check(at.Attr("files").Key(dest), dest)...)
	}
}

// check finds what is wrong with a file, or with its place in the image.
func (f FileSource) check(at problem.Path, dest string) (l problem.List) {
	if _, err := f.mode(); err != nil {
		l.Errorf(at.Attr("mode"), titleSpec, "%s", err)
	}
	if err := files.CheckName(dest); err != nil {
		l.Errorf(at, titleFiles, "%s", err)
	} else if !path.IsAbs(dest) {
		l.Errorf(
			at, titleFiles, "%q is not an absolute path. Write where the file shall be in the image: %q.", dest, "/"+dest,
		)
	} else if link := usualLink(dest); link != "" {
		l.Errorf(at, titleFiles, "%s lies below /%s, which is a symbolic link in many images. Container runtimes would "+
			"put a directory in its place, which hides what the image has there. "+
			"Choose another place, such as /usr/local/bin or /opt.", dest, link)
	}
	if (f.Path == "") == (f.Content == nil) {
		l.Errorf(at, titleSpec, "The file %s comes from exactly one of path and content. Give one of them.", dest)
	}
	return l
}

// prepareAppend reads the files; Check has told what is wrong without them.
func (p *Prepared) prepareAppend(ctx context.Context, l *problem.List) {
	a, at := p.spec.Append, problem.At("append")
	p.setBase(at, a.BaseImage)
	// Directories change least often and content given in place most often. Each kind is a layer of its own, so that
	// a change of one file sends one small layer; later layers win where both have a name.
	var dirs, single, inline []*files.Tree
	for _, dest := range slices.Sorted(maps.Keys(a.Files)) {
		where := at.Attr("files").Key(dest)
		tree, kind := sourceTree(ctx, l, where, dest, a.Files[dest])
		switch kind {
		case "directory":
			dirs = append(dirs, tree)
		case "file":
			single = append(single, tree)
		case "content":
			inline = append(inline, tree)
		}
	}
	for _, group := range []struct {
		name  string
		trees []*files.Tree
	}{{"directories", dirs}, {"files", single}, {"content", inline}} {
		if len(group.trees) == 0 {
			continue
		}
		tree, err := files.Join(group.trees...)
		if err != nil {
			addFiles(l, at.Attr("files"), err)
			continue
		}
		p.parts = append(p.parts, part{group.name, tree})
	}
}

func sourceTree(
	ctx context.Context, l *problem.List, at problem.Path, dest string, src FileSource,
) (*files.Tree, string) {
	if src.check(at, dest).HasError() {
		return nil, ""
	}
	mode, _ := src.mode()
	if src.Content != nil {
		return files.Inline(dest, []byte(*src.Content), mode), "content"
	}
	if info, err := os.Stat(src.Path); err == nil && info.IsDir() {
		if src.Mode != "" {
			l.Errorf(
				at.Attr("mode"), titleSpec, "%s is a directory, whose files keep their own modes. Leave mode out.", src.Path,
			)
		}
		if tree := scanDir(ctx, l, at.Attr("path"), src.Path, files.Options{Omit: []string{".dockerignore"}}); tree != nil {
			return tree.Below(dest), "directory"
		}
		return nil, ""
	}
	tree, err := files.OnDisk(dest, src.Path, mode)
	if err != nil {
		addFiles(l, at.Attr("path"), err)
		return nil, ""
	}
	return tree, "file"
}

// usualLinks are directories that are symbolic links in images of most distributions. What a base has is not known
// without pulling all of it, and containerd unpacks a layer without a look at those below.
var usualLinks = []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32", "var/run", "var/lock"}

// usualLink is the one of usualLinks that a file lies below, or empty.
func usualLink(dest string) string {
	dest = strings.TrimPrefix(path.Clean("/"+dest), "/")
	for _, link := range usualLinks {
		if strings.HasPrefix(dest+"/", link+"/") {
			return link
		}
	}
	return ""
}

func (f FileSource) mode() (fs.FileMode, error) {
	if f.Mode == "" {
		return 0, nil
	}
	if !modeForm.MatchString(f.Mode) {
		return 0, fmt.Errorf("%q is not a file mode. Write three octal digits, such as \"0644\" or \"755\".", f.Mode) //nolint:staticcheck // it is shown as a sentence
	}
	n, err := strconv.ParseUint(f.Mode, 8, 32)
	if n == 0 && err == nil {
		return 0, fmt.Errorf("mode %q lets nobody read the file. Give a mode such as \"0644\".", f.Mode) //nolint:staticcheck // it is shown as a sentence
	}
	return fs.FileMode(n), err
}
