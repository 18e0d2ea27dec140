// Command licences checks the licences of all modules that are compiled into the provider, and lists them.
// It runs in the provider's module: go -C tools/licences run . ../..
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed licences can be part of an MPL-2.0 program. Others need a person's decision.
var allowed = map[string]bool{
	"Apache-2.0": true, "MIT": true, "BSD-2-Clause": true, "BSD-3-Clause": true, "ISC": true, "MPL-2.0": true,
	"Unicode-DFS-2016": true, // tables of characters
}

// documents are licences of texts, which may stand beside the licence of the code.
var documents = map[string]bool{"CC-BY-4.0": true, "CC-BY-SA-4.0": true, "CC-BY-SA-3.0": true}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: licences DIRECTORY")
	}
	directories, err := modules(args[0])
	if err != nil {
		return err
	}
	var wrong []string
	counts := map[string]int{}
	for _, module := range slices.Sorted(maps.Keys(directories)) {
		found, err := licences(directories[module])
		if err != nil {
			return fmt.Errorf("%s: %w", module, err)
		}
		good := len(found) > 0
		for _, id := range found {
			good = good && (allowed[id] || documents[id] && len(found) > 1)
		}
		fmt.Printf("%-60s %s\n", module, strings.Join(found, ", "))
		for _, id := range found {
			counts[id]++
		}
		if !good {
			wrong = append(wrong, fmt.Sprintf("%s: %q", module, found))
		}
	}
	fmt.Printf("\n%d modules:", len(directories))
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf(" %s %d", id, counts[id])
	}
	fmt.Println()
	if len(wrong) > 0 {
		return fmt.Errorf("\nnot known to be allowed:\n%s", strings.Join(wrong, "\n"))
	}
	return nil
}

// modules returns the directories of the modules of which the program in directory consists, on any platform that is
// released.
func modules(directory string) (map[string]string, error) {
	found := map[string]string{}
	for _, platform := range []string{"linux", "darwin", "windows"} {
		list := exec.Command(
			"go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", ".",
		)
		list.Dir, list.Stderr = directory, os.Stderr
		list.Env = append(os.Environ(), "GOOS="+platform, "CGO_ENABLED=0")
		out, err := list.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		lines := bufio.NewScanner(bytes.NewReader(out))
		for lines.Scan() {
			if fields := strings.Fields(lines.Text()); len(fields) == 3 {
				found[fields[0]+" "+fields[1]] = fields[2]
			}
		}
	}
	return found, nil
}

// licences names the licences in the files at the top of a module, or of the directory that holds it.
func licences(directory string) ([]string, error) {
	ids := map[string]bool{}
	for _, pattern := range []string{"LICEN[SC]E*", "COPYING*", "licen[sc]e*", "License*", "UNLICENSE*"} {
		files, err := filepath.Glob(filepath.Join(directory, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				continue // a directory
			}
			for _, match := range licensecheck.Scan(text).Match {
				if !match.IsURL {
					ids[match.ID] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(ids)), nil
}
