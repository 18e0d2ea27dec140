package executor

import (
	"os"
	"path/filepath"
)

// WriteOnce writes a directory whole: write fills one beside it, which comes into its place. Nothing is written where it
// is there already, and of two who write it at a time both find that of one.
func WriteOnce(directory string, write func(temporary string) error) error {
	if IsDir(directory) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(directory), 0o755); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(directory), ".new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	if err := os.Chmod(temporary, 0o755); err != nil {
		return err
	}
	if err := write(temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, directory); err != nil && !IsDir(directory) {
		return err
	}
	return nil
}

// IsDir reports whether a directory is there.
func IsDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
