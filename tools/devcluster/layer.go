package main

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// filesLayer makes one layer of files and directories given as SOURCE:DEST:MODE.
// Owners and times are fixed, so that equal files give an equal digest.
func filesLayer(specs []string) (v1.Layer, error) {
	var buf bytes.Buffer
	l := &layerWriter{tar: tar.NewWriter(&buf), made: map[string]bool{}}
	for _, spec := range specs {
		if err := l.add(spec); err != nil {
			return nil, fmt.Errorf("%s: %w", spec, err)
		}
	}
	if err := l.tar.Close(); err != nil {
		return nil, err
	}
	opener := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil }
	return tarball.LayerFromOpener(opener, tarball.WithMediaType(types.OCILayer))
}

type layerWriter struct {
	tar  *tar.Writer
	made map[string]bool // directories written so far
}

func (l *layerWriter) add(spec string) error {
	source, dest, mode, err := splitFileSpec(spec)
	if err != nil {
		return err
	}
	if text, ok := strings.CutPrefix(source, "="); ok {
		return l.file(dest, mode, []byte(text))
	}
	return filepath.WalkDir(source, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(source, p)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return l.file(path.Join(dest, filepath.ToSlash(rel)), mode, content)
	})
}

// splitFileSpec takes destination and mode from the end: a literal text may hold colons.
func splitFileSpec(spec string) (source, dest string, mode int64, err error) {
	rest, modeText, ok1 := cutLast(spec, ":")
	source, dest, ok2 := cutLast(rest, ":")
	if !ok1 || !ok2 || source == "" || dest == "" {
		return "", "", 0, fmt.Errorf("want SOURCE:DEST:MODE")
	}
	mode, err = strconv.ParseInt(modeText, 8, 64)
	return source, dest, mode, err
}

func (l *layerWriter) file(dest string, mode int64, content []byte) error {
	dest = strings.TrimPrefix(path.Clean("/"+dest), "/")
	if err := l.parents(dest); err != nil {
		return err
	}
	header := &tar.Header{
		Name: dest, Typeflag: tar.TypeReg, Mode: mode, Size: int64(len(content)), ModTime: time.Unix(0, 0),
	}
	if err := l.tar.WriteHeader(header); err != nil {
		return err
	}
	_, err := l.tar.Write(content)
	return err
}

func (l *layerWriter) parents(dest string) error {
	dir := path.Dir(dest)
	if dir == "." || l.made[dir] {
		return nil
	}
	if err := l.parents(dir); err != nil {
		return err
	}
	l.made[dir] = true
	mode := int64(0o755)
	if dir == "tmp" {
		mode = 0o1777
	}
	return l.tar.WriteHeader(&tar.Header{Name: dir + "/", Typeflag: tar.TypeDir, Mode: mode, ModTime: time.Unix(0, 0)})
}

// tarTree writes a directory tree as root sees it in the image: files belong to
// root unless stated, have no times, links stay links, devices are left out.
func tarTree(root string, out io.Writer, r rootfs) error {
	w := tar.NewWriter(out)
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == root {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		return tarEntry(w, p, rel, r, d)
	})
	if err != nil {
		return err
	}
	return w.Close()
}

func tarEntry(w *tar.Writer, p, rel string, r rootfs, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	link := ""
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		if link, err = os.Readlink(p); err != nil {
			return err
		}
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	header.Name = rel
	if info.IsDir() {
		header.Name += "/"
	}
	header.Uid, header.Gid, header.Uname, header.Gname = r.Dirs[rel], r.Dirs[rel], "", ""
	header.ModTime, header.AccessTime, header.ChangeTime = time.Unix(0, 0), time.Time{}, time.Time{}
	if bit, ok := r.Capabilities[rel]; ok {
		const setuid = 0o4000
		header.Mode &^= setuid
		header.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": fileCapability(bit)}
	}
	if err := w.WriteHeader(header); err != nil || !info.Mode().IsRegular() {
		return err
	}
	f, err := os.Open(p)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// fileCapability is the extended attribute by which Linux grants a program one
// capability, effective from its start (struct vfs_cap_data, revision 2).
func fileCapability(bit int) string {
	const revision2, effective = 0x02000000, 1
	b := binary.LittleEndian.AppendUint32(nil, revision2|effective)
	b = binary.LittleEndian.AppendUint32(b, 1<<bit) // permitted
	return string(append(b, make([]byte, 12)...))   // none inheritable, none above bit 31
}
