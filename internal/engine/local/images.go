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
	if err := b.store.prepare(); err != nil {
		return err
	}
	return executor.WriteOnce(b.imageFolder(p.ContentHash), p.Write)
}

// Keeps reports whether the files of a content are there.
func (b *Backend) Keeps(contentHash string) bool {
	return executor.IsDir(b.imageFolder(contentHash))
}

// Forget removes the files of a content.
func (b *Backend) Forget(contentHash string) error { return os.RemoveAll(b.imageFolder(contentHash)) }
