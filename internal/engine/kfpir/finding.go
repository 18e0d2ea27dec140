package kfpir

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Place is a line of the package, from 1. Zero: nowhere.
type Place struct{ Line int }

// finding is something to tell about a package.
type finding struct {
	line     int
	severity problem.Severity
	title    string
	detail   string
}

// findings collects them while a package is read.
type findings struct {
	file string
	list []finding
}

func (f *findings) errorf(line int, title, format string, args ...any) {
	f.list = append(f.list, finding{line, problem.Error, title, fmt.Sprintf(format, args...)})
}

func (f *findings) warnf(line int, title, format string, args ...any) {
	f.list = append(f.list, finding{line, problem.Warning, title, fmt.Sprintf(format, args...)})
}

func (f *findings) failed() bool {
	return slices.ContainsFunc(f.list, func(one finding) bool { return one.severity == problem.Error })
}

// problems are the findings in the order of the lines, each told once.
func (f *findings) problems() problem.List {
	list := slices.Clone(f.list)
	slices.SortStableFunc(list, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.title, b.title), cmp.Compare(a.detail, b.detail))
	})
	var all problem.List
	for _, one := range slices.Compact(list) {
		all = append(all, problem.Problem{
			Severity: one.severity, Path: problem.At(attribute), Title: one.title,
			Detail: located(f.file, one.line, one.detail),
		})
	}
	return all
}

// attribute is where a package is given.
const attribute = "package"

// located starts a text with the place that it is about. The attribute is named by the problem's path already.
func located(file string, line int, text string) string {
	switch {
	case line == 0 && file == attribute:
		return text
	case line == 0:
		return file + ": " + text
	case file == attribute:
		return fmt.Sprintf("line %d: %s", line, text)
	}
	return fmt.Sprintf("%s:%d: %s", file, line, text)
}

var lineOfText = regexp.MustCompile(`(?s)^(line \d+): (.*)$`)

// CutLine takes the line off the detail of a problem of a package that was given without a file. Not: it has none.
func CutLine(detail string) (line, rest string, ok bool) {
	m := lineOfText.FindStringSubmatch(detail)
	if m == nil {
		return "", detail, false
	}
	return m[1], m[2], true
}
