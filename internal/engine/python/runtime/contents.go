package runtime

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxSize is how much the files of a component may weigh together: what Kubernetes accepts in one config map.
const MaxSize = 1 << 20

// Contents returns all files of a component's directory in its pod: what a config map holds. files are those that the
// Config names, with their texts.
func Contents(c Config, files map[string]string) (map[string]string, error) {
	config, err := c.Encode()
	if err != nil {
		return nil, err
	}
	var errs []error
	contents := map[string]string{FileName: c.Runtime(), ConfigName: config}
	for _, name := range slices.Concat([]string{c.Source}, c.Additional, c.Files) {
		text, ok := files[name]
		if !ok {
			errs = append(errs, fmt.Errorf("there is no text of the file %q", name))
		} else if !utf8.ValidString(text) {
			errs = append(errs, fmt.Errorf("the file %q is not UTF-8 text", name))
		}
		contents[name] = text
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if _, ok := contents[name]; !ok {
			errs = append(errs, fmt.Errorf("the file %q is not named by the component", name))
		}
	}
	errs = append(errs, CheckSize(contents))
	return contents, errors.Join(errs...)
}

// CheckSize says which files weigh most where all of them, by name with their texts, are too big for a config map.
func CheckSize(contents map[string]string) error {
	total := 0
	for name, text := range contents {
		total += len(name) + len(text)
	}
	if total <= MaxSize {
		return nil
	}
	names := slices.SortedFunc(maps.Keys(contents), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(contents[b]), len(contents[a])), cmp.Compare(a, b))
	})
	var largest []string
	for _, name := range names[:min(3, len(names))] {
		largest = append(largest, fmt.Sprintf("%s (%d)", name, len(contents[name])))
	}
	return fmt.Errorf("the files have %d bytes together, more than the %d of a config map; the largest are %s. "+
		"Put data into an image or an artifact", total, MaxSize, strings.Join(largest, ", "))
}
