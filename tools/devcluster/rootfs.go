package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
)

// rootfs describes a file tree made from unpacked Debian packages. Their
// install scripts do not run; what those would have set up and is needed is
// said here instead.
type rootfs struct {
	Packages     []string
	Links        map[string]string // link to target
	Files        map[string]string // path to content; executable when it begins with #!
	Dirs         map[string]int    // directories to make, with their owner
	Users        []string          // further lines of /etc/passwd
	Capabilities map[string]int    `json:",omitempty"` // programs that get one Linux capability instead of being setuid
	Remove       []string          // patterns below the root
	Verify       [][]string        // commands that must succeed in the tree
}

const rootfsRecipe = "2" // raise when makeRootfs changes what it produces

func (r rootfs) key() string {
	b, _ := json.Marshal(r)
	sum := sha256.Sum256(append(b, rootfsRecipe...))
	return hex.EncodeToString(sum[:])[:16]
}

// ensureRootfs returns the layer with the tree, and makes it unless the cache has it.
func (c *cluster) ensureRootfs(ctx context.Context, name string, r rootfs) (string, error) {
	layer := filepath.Join(c.cache, "rootfs-"+name+"-"+r.key()+".tar.gz")
	if _, err := os.Stat(layer); err == nil {
		return layer, nil
	}
	if err := os.MkdirAll(c.cache, 0o755); err != nil {
		return "", err
	}
	unlock, err := c.lockFile(ctx, filepath.Join(c.cache, "lock-rootfs"), "another image build")
	if err != nil {
		return "", err
	}
	defer unlock()
	stale, _ := filepath.Glob(filepath.Join(c.cache, ".rootfs-*"))
	for _, dir := range stale { // we hold the lock, so nobody works in there
		os.RemoveAll(dir)
	}
	tree, err := os.MkdirTemp(c.cache, ".rootfs-"+name+"-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tree)
	if err := c.makeRootfs(ctx, tree, r); err != nil {
		return "", fmt.Errorf("file tree of %s: %w", name, err)
	}
	partial := tree + ".tar.gz"
	defer os.Remove(partial)
	if err := compressTree(tree, partial, r); err != nil {
		return "", err
	}
	return layer, os.Rename(partial, layer)
}

func compressTree(tree, dest string, r rootfs) error {
	f, err := os.Create(dest)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if err := tarTree(tree, z, r); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

func (c *cluster) makeRootfs(ctx context.Context, tree string, r rootfs) error {
	packages, err := c.downloadDebs(ctx, r.Packages)
	if err != nil {
		return err
	}
	if err := os.Chmod(tree, 0o755); err != nil {
		return err
	}
	if err := makeSkeleton(tree); err != nil {
		return err
	}
	for _, deb := range packages {
		if err := unpackDeb(ctx, deb, tree); err != nil {
			return err
		}
	}
	if err := r.complete(tree); err != nil {
		return err
	}
	if _, err := command(ctx, "ldconfig", "-r", tree); err != nil {
		return err
	}
	return verifyTree(ctx, tree, r.Verify)
}

// makeSkeleton lays out the merged /usr that Debian has; packages unpack through its links.
func makeSkeleton(tree string) error {
	for _, dir := range []string{"usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "root", "etc", "dev", "proc", "sys", "run", "tmp", "var/tmp"} {
		if err := os.MkdirAll(filepath.Join(tree, dir), 0o755); err != nil {
			return err
		}
	}
	for _, dir := range []string{"tmp", "var/tmp"} {
		if err := os.Chmod(filepath.Join(tree, dir), 0o777|os.ModeSticky); err != nil {
			return err
		}
	}
	for _, dir := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.Symlink("usr/"+dir, filepath.Join(tree, dir)); err != nil {
			return err
		}
	}
	return nil
}

// downloadDebs fetches the packages that the cache lacks in their current version.
func (c *cluster) downloadDebs(ctx context.Context, packages []string) ([]string, error) {
	dir := filepath.Join(c.cache, "debs")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	names, err := debFiles(ctx, packages)
	if err != nil || slices.ContainsFunc(names, func(n string) bool { return !isFile(filepath.Join(dir, n)) }) {
		if err := c.aptGet(ctx, dir, append([]string{"download"}, packages...)...); err != nil {
			return nil, err
		}
		if names, err = debFiles(ctx, packages); err != nil {
			return nil, err
		}
	}
	for i, n := range names {
		names[i] = filepath.Join(dir, n)
	}
	return names, nil
}

// debFiles asks which files apt would download; that needs no network.
func debFiles(ctx context.Context, packages []string) ([]string, error) {
	out, err := command(ctx, "apt-get", append([]string{"download", "--print-uris"}, packages...)...)
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(out)) { // 'URI' FILE SIZE HASH
		if fields := strings.Fields(line); len(fields) >= 3 && strings.HasSuffix(fields[1], ".deb") {
			names = append(names, fields[1])
		}
	}
	if len(names) != len(packages) {
		return nil, fmt.Errorf("apt knows %d of the %d packages %s", len(names), len(packages), strings.Join(packages, " "))
	}
	sort.Strings(names)
	return names, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func unpackDeb(ctx context.Context, deb, tree string) error {
	dpkg := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb)
	tar := exec.CommandContext(ctx, "tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", tree)
	pipe, err := dpkg.StdoutPipe()
	if err != nil {
		return err
	}
	var problems bytes.Buffer
	tar.Stdin, tar.Stderr = pipe, &problems
	if err := dpkg.Start(); err != nil {
		return err
	}
	tarErr := tar.Run()
	if err := dpkg.Wait(); err != nil && tarErr == nil {
		tarErr = err
	}
	if tarErr != nil {
		return fmt.Errorf("unpack %s: %w\n%s", filepath.Base(deb), tarErr, lastLines(problems.String(), 5))
	}
	return nil
}

// complete does what the packages' install scripts would have done, and removes
// documentation.
func (r rootfs) complete(tree string) error {
	files := map[string]string{
		"etc/passwd": strings.Join(
			append(
				[]string{"root:x:0:0:root:/root:/bin/sh", "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin"}, r.Users...,
			),
			"\n",
		) + "\n",
		"etc/group": groupsFor(r.Users),
	}
	maps.Copy(files, r.Files)
	for path, content := range files {
		mode := os.FileMode(0o644)
		if strings.HasPrefix(content, "#!") {
			mode = 0o755
		}
		if err := writeFile(filepath.Join(tree, path), []byte(content), mode); err != nil {
			return err
		}
	}
	for dir := range r.Dirs {
		if err := os.MkdirAll(filepath.Join(tree, dir), 0o755); err != nil {
			return err
		}
	}
	for link, target := range r.Links {
		os.Remove(filepath.Join(tree, link))
		if err := os.MkdirAll(filepath.Dir(filepath.Join(tree, link)), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(target, filepath.Join(tree, link)); err != nil {
			return err
		}
	}
	if err := linkBusybox(tree); err != nil {
		return err
	}
	if err := bundleCertificates(tree); err != nil {
		return err
	}
	remove := append(
		[]string{
			"usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/bug", "usr/share/info",
			"usr/lib/udev",
		},
		r.Remove...,
	)
	for _, pattern := range remove {
		found, err := filepath.Glob(filepath.Join(tree, pattern))
		if err != nil {
			return err
		}
		for _, path := range found {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}

func groupsFor(users []string) string {
	var groups strings.Builder
	groups.WriteString("root:x:0:\nnogroup:x:65534:\n")
	for _, u := range users { // NAME:x:UID:GID:…
		fields := strings.Split(u, ":")
		groups.WriteString(fields[0] + ":x:" + fields[3] + ":\n")
	}
	return groups.String()
}

// linkBusybox lets busybox serve every command that no package brings.
func linkBusybox(tree string) error {
	binary := filepath.Join(tree, "usr/bin/busybox")
	if !isFile(binary) {
		return nil
	}
	out, err := exec.Command(binary, "--list").Output()
	if err != nil {
		return err
	}
	for applet := range strings.FieldsSeq(string(out)) {
		taken := slices.ContainsFunc([]string{"usr/bin", "usr/sbin"}, func(dir string) bool {
			_, err := os.Lstat(filepath.Join(tree, dir, applet))
			return err == nil
		})
		if taken {
			continue
		}
		if err := os.Symlink("busybox", filepath.Join(tree, "usr/bin", applet)); err != nil {
			return err
		}
	}
	return nil
}

func bundleCertificates(tree string) error {
	certs, _ := filepath.Glob(filepath.Join(tree, "usr/share/ca-certificates/*/*.crt"))
	if len(certs) == 0 {
		return nil
	}
	var bundle bytes.Buffer
	for _, cert := range certs {
		b, err := os.ReadFile(cert)
		if err != nil {
			return err
		}
		bundle.Write(b)
	}
	return writeFile(filepath.Join(tree, "etc/ssl/certs/ca-certificates.crt"), bundle.Bytes(), 0o644)
}

// verifyTree runs commands inside the tree, so that a broken image is never pushed.
func verifyTree(ctx context.Context, tree string, commands [][]string) error {
	null := filepath.Join(tree, "dev/null")
	if err := syscall.Mknod(null, syscall.S_IFCHR|0o666, 1<<8|3); err != nil {
		return err
	}
	defer os.Remove(null)
	for _, argv := range commands {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Path, cmd.Err = argv[0], nil // looked up inside the tree, not here
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: tree}
		cmd.Dir = "/"
		cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"}
		if _, err := output(cmd, nil); err != nil {
			return err
		}
	}
	return nil
}
