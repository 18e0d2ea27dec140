package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits bound what a tree may hold. A zero field takes its default.
type Limits struct {
	Files int   // default 100,000
	Bytes int64 // default 4 GiB
}

func (l Limits) orDefault() Limits {
	if l.Files == 0 {
		l.Files = 100_000
	}
	if l.Bytes == 0 {
		l.Bytes = 4 << 30
	}
	return l
}

// Options say which files of a directory belong to a tree. The zero value takes them all.
type Options struct {
	Ignore  []string // patterns in .dockerignore syntax that leave names out; a later "!" pattern takes a match back
	Include []string // patterns in the same syntax; if there are any, a file must match one of them
	Omit    []string // exact names that are left out whatever the patterns say

	// EmptyDirs keeps directories that hold no file. Git does not know them, so that two checkouts may differ in them.
	EmptyDirs bool
	Limits    Limits
}

// Scan lists the directory dir without reading any file's content. The error joins an *Error for every name that
// cannot be taken (see Errors): links that leave the directory or lead in a cycle, sockets, pipes and devices, names
// that are not UTF-8 or become equal by normalisation, directories that cannot be read, and more than the limits allow.
func Scan(ctx context.Context, dir string, opts Options) (*Tree, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, unreadable(dir, err)
	}
	if info, err := os.Stat(root); err != nil {
		return nil, unreadable(dir, err)
	} else if !info.IsDir() {
		return nil, &Error{Path: dir, Reason: "is not a directory", Remedy: "Name the directory that holds the files."}
	}
	s := &scanner{ctx: ctx, root: root, shown: dir, limits: opts.Limits.orDefault(), omit: opts.Omit}
	if s.ignore, err = newMatcher("ignore patterns", opts.Ignore); err != nil {
		return nil, err
	}
	if s.include, err = newMatcher("files patterns", opts.Include); err != nil {
		return nil, err
	}
	if err := s.walk("", "", verdict{}, verdict{}, false); err != nil {
		return nil, err
	}
	s.checkLimits()
	s.checkDuplicates()
	if !opts.EmptyDirs {
		s.dropEmptyDirs()
	}
	if len(s.errs) > 0 {
		return nil, errors.Join(s.errs...)
	}
	return &Tree{entries: s.entries}, nil
}

type scanner struct {
	ctx             context.Context
	root, shown     string
	ignore, include matcher
	omit            []string
	limits          Limits
	entries         []Entry
	kept            map[string]bool // directories that are in entries
	errs            []error
}

// walk lists the directory that is called disk on disk and name in the tree. Only a cancelled context ends it early.
func (s *scanner) walk(disk, name string, ign, inc verdict, ignored bool) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	list, err := os.ReadDir(filepath.Join(s.root, disk))
	if err != nil {
		// What is ignored need not be readable; it was entered only because a "!" pattern might reach into it.
		if !ignored {
			s.errs = append(s.errs, unreadable(s.show(disk), err))
		}
		return nil
	}
	for _, d := range list {
		child := filepath.Join(disk, d.Name())
		childName := d.Name()
		if utf8.ValidString(childName) {
			childName = norm.NFC.String(childName)
		}
		if name != "" {
			childName = name + "/" + childName
		}
		if err := s.visit(child, childName, d, ign, inc); err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) visit(disk, name string, d fs.DirEntry, ign, inc verdict) error {
	if slices.Contains(s.omit, name) {
		return nil
	}
	ignored, ign, err := s.ignore.match(name, ign)
	if err != nil {
		return err
	}
	included, inc, err := s.include.match(name, inc)
	if err != nil {
		return err
	}
	wanted := !ignored && (included || s.include.empty())
	if wanted && !utf8.ValidString(d.Name()) {
		s.fail(disk, "the name is not valid UTF-8", "Rename it, or list it in the ignore file.")
		return nil
	}
	if wanted {
		s.keep(disk, name, d)
	}
	if !d.IsDir() || ignored && !s.ignore.reaches(name) {
		return nil
	}
	return s.walk(disk, name, ign, inc, ignored)
}

// keep adds an entry, with the directories above it that no pattern asked for.
func (s *scanner) keep(disk, name string, d fs.DirEntry) {
	info, err := d.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return // removed since the directory was listed
	}
	if err != nil {
		s.errs = append(s.errs, unreadable(s.show(disk), err))
		return
	}
	if isWhiteout(d.Name()) {
		s.fail(disk, whiteoutReason, ignoreRemedy)
		return
	}
	e := Entry{Name: name, path: filepath.Join(s.root, disk)}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		e.Kind, e.Mode, e.Size = File, normalMode(mode), info.Size()
	case mode.IsDir():
		s.keepDir(name)
		return
	case mode&fs.ModeSymlink != 0:
		e.Kind, e.Mode = Link, 0o777
		if e.Target, err = s.readLink(disk); err != nil {
			s.errs = append(s.errs, err)
			return
		}
	default:
		s.fail(disk, "is "+kindName(mode)+", which an image cannot hold", ignoreRemedy)
		return
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		s.keepDir(name[:i])
	}
	s.entries = append(s.entries, e)
}

func (s *scanner) keepDir(name string) {
	if s.kept == nil {
		s.kept = map[string]bool{}
	}
	for ; name != "" && !s.kept[name]; name = parent(name) {
		s.kept[name] = true
		s.entries = append(s.entries, Entry{Name: name, Kind: Dir, Mode: 0o755})
	}
}

func (s *scanner) fail(disk, reason, remedy string) {
	s.errs = append(s.errs, &Error{Path: s.show(disk), Reason: reason, Remedy: remedy})
}

// show is a path as the user wrote it, not with the links of the root resolved.
func (s *scanner) show(disk string) string {
	p := filepath.Join(s.shown, disk)
	if !utf8.ValidString(p) {
		return strconv.Quote(p)
	}
	return p
}

func normalMode(m fs.FileMode) fs.FileMode {
	if m&0o111 != 0 {
		return 0o755
	}
	return 0o644
}

func kindName(m fs.FileMode) string {
	switch {
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		return "a device"
	}
	return "a special file"
}

func parent(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i]
	}
	return ""
}
