package files

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Error is one thing that is wrong with one path.
type Error struct {
	Path   string // as the user knows it: on disk, or inside the image
	Reason string // what is wrong, with the values; a clause without a full stop
	Remedy string // what to do, a sentence
	cause  error
}

// Error is the reason and the remedy in sentences.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s.", e.Path, e.Reason)
	if e.Remedy != "" {
		s += " " + e.Remedy
	}
	return s
}

// Unwrap returns the operating system's error, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// Errors takes apart an error that Scan, Join or WriteTar returned, so that each can be shown on its own.
func Errors(err error) []error {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

const ignoreRemedy = "Remove it, or list it in the ignore file."

func unreadable(path string, err error) *Error {
	var pe *fs.PathError
	reason := err.Error()
	if errors.As(err, &pe) {
		reason = pe.Err.Error()
	}
	remedy := ""
	if errors.Is(err, fs.ErrPermission) {
		remedy = "Make it readable for the user that runs Terraform, or list it in the ignore file."
	}
	return &Error{Path: path, Reason: "cannot be read: " + strings.TrimSuffix(reason, "."), Remedy: remedy, cause: err}
}
