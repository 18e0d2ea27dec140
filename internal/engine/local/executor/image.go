package executor

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
)

// ImagesFolder is where the files of images are, in the repository, each under the digest that stands for its content.
const ImagesFolder = "images"

// imageFiles is the directory with the files of an image, if it is one that the provider has made; else empty.
func (p *podRun) imageFiles(name string) string {
	_, digest, ok := strings.Cut(name, "@sha256:")
	if !ok || digest == "" || digest != filepath.Base(digest) {
		return ""
	}
	folder := filepath.Join(p.Repository, ImagesFolder, digest)
	if !IsDir(folder) {
		return ""
	}
	return folder
}

// unpack gives the process the modules of its image, copies of its own, in its working directory, as the image has them.
func (p *podRun) unpack(files string) error {
	if files == "" {
		return nil
	}
	app := filepath.Join(files, filepath.FromSlash(image.AppDir))
	if !IsDir(app) {
		return nil
	}
	return copyTree(app, p.file(workFolder))
}

// ofImage is where a file of the image is on this machine; the word itself, if it names none.
func ofImage(files, word string) string {
	if files == "" || !strings.HasPrefix(word, "/") {
		return word
	}
	local := filepath.Join(files, filepath.FromSlash(word))
	if info, err := os.Stat(local); err != nil || info.IsDir() {
		return word
	}
	return local
}
