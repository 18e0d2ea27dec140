package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Inline returns a tree of one file that has its content in memory. A mode of 0 stands for 0644.
func Inline(name string, data []byte, mode fs.FileMode) *Tree {
	if mode == 0 {
		mode = 0o644
	}
	return &Tree{entries: []Entry{{Name: clean(name), Kind: File, Mode: mode.Perm(), Size: int64(len(data)), data: data}}}
}

// OnDisk returns a tree of one file whose content lies at diskPath; a link there is followed. A mode of 0 stands for
// the file's own, normalised. The error is an *Error.
func OnDisk(name, diskPath string, mode fs.FileMode) (*Tree, error) {
	info, err := os.Stat(diskPath)
	if err != nil {
		return nil, unreadable(diskPath, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{Path: diskPath, Reason: "is not a regular file", Remedy: "Name a file."}
	}
	if mode == 0 {
		mode = normalMode(info.Mode())
	}
	return &Tree{
		entries: []Entry{{Name: clean(name), Kind: File, Mode: mode.Perm(), Size: info.Size(), path: diskPath}},
	}, nil
}

// CheckName tells what is wrong with the name of a file inside an image, or returns nil. Names may be absolute.
func CheckName(name string) error {
	reason := ""
	switch trimmed := strings.Trim(name, "/"); {
	case trimmed == "":
		reason = "names no file"
	case !utf8.ValidString(name):
		reason = "is not valid UTF-8"
	case strings.ContainsRune(name, 0):
		reason = "holds a zero byte"
	case path.Clean("/"+trimmed) != "/"+trimmed:
		reason = `holds "." or ".." or an empty component`
	case slices.ContainsFunc(strings.Split(trimmed, "/"), isWhiteout):
		reason = whiteoutReason
	default:
		return nil
	}
	return &Error{
		Path: fmt.Sprintf("%q", name), Reason: reason,
		Remedy: "Write the path as it shall be in the image, such as /etc/app/config.json.",
	}
}

// whiteoutReason explains why a name cannot be in a layer: layers spell deletions as file names.
const whiteoutReason = `has a component that begins with ".wh.", which image layers read as a deletion`

func isWhiteout(component string) bool { return strings.HasPrefix(component, ".wh.") }

func clean(name string) string { return norm.NFC.String(strings.Trim(path.Clean("/"+name), "/")) }

// Join merges trees into one. Directories may occur more than once; the error joins an *Error for each name that two
// trees give to different things, or that is a file in one and a directory in another.
func Join(trees ...*Tree) (*Tree, error) {
	var all []Entry
	for _, t := range trees {
		all = append(all, t.entries...)
	}
	sortEntries(all)
	var errs []error
	out := all[:0]
	for _, e := range all {
		if n := len(out); n > 0 {
			last := out[n-1]
			if last.Name == e.Name {
				if last.Kind != Dir || e.Kind != Dir {
					errs = append(errs, &Error{Path: "/" + e.Name, Reason: "is given twice", Remedy: "Give each file once."})
				}
				continue
			}
			if last.Kind != Dir && strings.HasPrefix(e.Name, last.Name+"/") {
				errs = append(
					errs,
					&Error{
						Path: "/" + e.Name, Reason: fmt.Sprintf("lies below /%s, which is a file", last.Name),
						Remedy: "Change one of the two.",
					},
				)
				continue
			}
		}
		out = append(out, e)
	}
	return &Tree{entries: out}, errors.Join(errs...)
}
