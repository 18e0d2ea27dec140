package local

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/executor"
)

var _ image.Keeper = &Backend{}

// imageFolder is where the files of a content are.
func (b *Backend) imageFolder(contentHash string) string {
	return filepath.Join(b.store.root, executor.ImagesFolder, strings.TrimPrefix(contentHash, "sha256:"))
}

// Keep writes the files of an image, once for each content.
func (b *Backend) Keep(p *image.Prepared) error {
	if b.err != nil {
		return b.err
	}
	if b.Keeps(p.ContentHash) {
		return nil
	}
	if err := b.store.prepare(); err != nil {
		return err
	}
	folder := b.imageFolder(p.ContentHash)
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(folder), ".new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	if err := os.Chmod(temporary, 0o755); err != nil {
		return err
	}
	if err := p.Write(temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, folder); err != nil && !b.Keeps(p.ContentHash) {
		return err
	}
	return nil
}

// Keeps reports whether the files of a content are there.
func (b *Backend) Keeps(contentHash string) bool {
	info, err := os.Stat(b.imageFolder(contentHash))
	return err == nil && info.IsDir()
}

// Forget removes the files of a content.
func (b *Backend) Forget(contentHash string) error { return os.RemoveAll(b.imageFolder(contentHash)) }
