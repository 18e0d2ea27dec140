package files

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// Epoch is the modification time of every entry: 1980-01-01 UTC. It is not 1970, because the zip format cannot hold
// an earlier time and Python refuses to zip a file that claims one.
var Epoch = time.Unix(315532800, 0).UTC()

// Kind tells what an entry is.
type Kind int

// The kinds of entries.
const (
	File Kind = iota
	Dir
	Link
)

// Entry is one name in a Tree.
type Entry struct {
	Name   string      // relative, slash-separated, NFC
	Kind   Kind        // file, directory or symbolic link
	Mode   fs.FileMode // permission bits alone
	Size   int64       // bytes; 0 unless the entry is a file
	Target string      // of a link, slash-separated, as it is written

	path string // where a file's content lies on disk; empty for an inline one
	data []byte // an inline file's content
}

// Open returns the content of a file. The error is an *Error that names the entry's path on disk.
func (e Entry) Open() (io.ReadCloser, error) {
	if e.path == "" {
		return io.NopCloser(bytes.NewReader(e.data)), nil
	}
	f, err := os.Open(e.path)
	if err != nil {
		return nil, unreadable(e.path, err)
	}
	return f, nil
}

// Tree is a sorted list of entries. Parents come before their children; siblings are ordered by byte value.
type Tree struct {
	entries []Entry
}

// Entries returns the entries in order. The slice belongs to the tree.
func (t *Tree) Entries() []Entry { return t.entries }

// Files counts the entries that are files or links.
func (t *Tree) Files() int {
	n := 0
	for _, e := range t.entries {
		if e.Kind != Dir {
			n++
		}
	}
	return n
}

// Bytes is the sum of the sizes of all files.
func (t *Tree) Bytes() int64 {
	var n int64
	for _, e := range t.entries {
		n += e.Size
	}
	return n
}

// Lookup finds an entry by its name.
func (t *Tree) Lookup(name string) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(t.entries, name, func(e Entry, n string) int { return CompareNames(e.Name, n) })
	if !ok {
		return Entry{}, false
	}
	return t.entries[i], true
}

// Below returns a tree with the same entries under the directory prefix, without entries for the prefix itself: an
// image that already has that directory keeps its owner and mode.
func (t *Tree) Below(prefix string) *Tree {
	prefix = strings.Trim(prefix, "/")
	if prefix == "" {
		return t
	}
	out := make([]Entry, len(t.entries))
	for i, e := range t.entries {
		e.Name = prefix + "/" + e.Name
		out[i] = e
	}
	return &Tree{entries: out}
}

// CompareNames orders slash-separated names component by component, so that a directory stands directly before what
// it holds ("a", "a/b", "a.txt"). BuildKit's transfer demands this order.
func CompareNames(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] == b[i] {
			continue
		}
		switch {
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		case a[i] < b[i]:
			return -1
		default:
			return 1
		}
	}
	return len(a) - len(b)
}

func sortEntries(entries []Entry) {
	slices.SortFunc(entries, func(a, b Entry) int { return CompareNames(a.Name, b.Name) })
}
