package files

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// maxHops is how many links one path may lead through; it is Linux's own limit.
const maxHops = 40

// readLink returns the target of a link that stays inside the root, wherever it leads there. The target of a link
// need not exist: a build may create it, and an ignore file may leave it out.
func (s *scanner) readLink(disk string) (string, error) {
	raw, err := os.Readlink(filepath.Join(s.root, disk))
	if err != nil {
		return "", unreadable(s.show(disk), err)
	}
	target := filepath.ToSlash(raw)
	if filepath.IsAbs(raw) || path.IsAbs(target) {
		return "", s.linkError(disk, raw, "is absolute and means another file on each machine",
			"Make it relative, or list it in the ignore file.")
	}
	hops := []string{filepath.ToSlash(disk)}
	if err := s.follow(disk, raw, parent(filepath.ToSlash(disk)), target, &hops); err != nil {
		return "", err
	}
	return norm.NFC.String(target), nil
}

// follow walks target component by component from the directory dir, through other links too, since a link may
// leave the root by way of one that does not.
func (s *scanner) follow(disk, raw, dir, target string, hops *[]string) error {
	for rest := strings.Split(target, "/"); len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if dir == "" {
				return s.linkError(disk, raw, "leads out of the directory",
					"Copy what it points to into the directory, or list the link in the ignore file.")
			}
			dir = parent(dir)
			continue
		}
		next := path.Join(dir, part)
		again, err := os.Readlink(filepath.Join(s.root, filepath.FromSlash(next)))
		if err != nil {
			dir = next // not a link, or not there
			continue
		}
		*hops = append(*hops, next)
		if len(*hops) > maxHops {
			return s.linkError(disk, raw, "leads in a cycle: "+cycle(*hops), ignoreRemedy)
		}
		if filepath.IsAbs(again) {
			return s.linkError(
				disk, raw, fmt.Sprintf("leads out of the directory through %q, which points to %q", next, again), ignoreRemedy,
			)
		}
		rest = append(strings.Split(filepath.ToSlash(again), "/"), rest...)
	}
	return nil
}

// cycle shortens a list of hops to its first repetition.
func cycle(hops []string) string {
	seen := map[string]int{}
	for i, h := range hops {
		if j, ok := seen[h]; ok {
			return strings.Join(hops[j:i+1], " → ")
		}
		seen[h] = i
	}
	return strings.Join(hops[:5], " → ") + " → …"
}

func (s *scanner) linkError(disk, target, reason, remedy string) error {
	return &Error{Path: s.show(disk), Reason: fmt.Sprintf("the symbolic link to %q %s", target, reason), Remedy: remedy}
}
