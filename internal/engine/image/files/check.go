package files

import (
	"fmt"
	"slices"
	"strings"
)

// checkDuplicates sorts the entries and reports names that normalisation made equal.
func (s *scanner) checkDuplicates() {
	sortEntries(s.entries)
	for i := 1; i < len(s.entries); i++ {
		a, b := s.entries[i-1], s.entries[i]
		if a.Name != b.Name {
			continue
		}
		s.errs = append(s.errs, &Error{
			Path: b.Name,
			Reason: "two names in the directory differ only in how Unicode composes their letters, " +
				"and are one name in the image",
			Remedy: "Rename one of them.",
		})
	}
}

// checkLimits names the largest top-level entries, because they are what the ignore file should have listed.
func (s *scanner) checkLimits() {
	t := Tree{entries: s.entries}
	files, bytes := t.Files(), t.Bytes()
	if files <= s.limits.Files && bytes <= s.limits.Bytes {
		return
	}
	s.errs = append(s.errs, &Error{
		Path: s.shown,
		Reason: fmt.Sprintf("holds %d files of %s together, more than the limit of %d files or %s; the largest entries "+
			"are %s",
			files, size(bytes), s.limits.Files, size(s.limits.Bytes), s.largest()),
		Remedy: "List what the image does not need in .dockerignore.",
	})
}

func (s *scanner) largest() string {
	sums := map[string]int64{}
	for _, e := range s.entries {
		top, _, _ := strings.Cut(e.Name, "/")
		sums[top] += e.Size
	}
	names := make([]string, 0, len(sums))
	for n := range sums {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if sums[a] != sums[b] {
			return int(sums[b]>>10 - sums[a]>>10)
		}
		return strings.Compare(a, b)
	})
	var out []string
	for _, n := range names[:min(3, len(names))] {
		out = append(out, fmt.Sprintf("%q (%s)", n, size(sums[n])))
	}
	return strings.Join(out, ", ")
}

func (s *scanner) dropEmptyDirs() {
	full := map[string]bool{}
	for _, e := range s.entries {
		if e.Kind == Dir {
			continue
		}
		for d := parent(e.Name); d != "" && !full[d]; d = parent(d) {
			full[d] = true
		}
	}
	s.entries = slices.DeleteFunc(s.entries, func(e Entry) bool { return e.Kind == Dir && !full[e.Name] })
}

func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
