package kfpir

import (
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// KFP's compiler makes a shell script of a Python function, which installs kfp, writes the source to a file and calls
// KFP's executor. Each version has its own, and they are told by what they do, not by their spaces.

// lightweight is what such a script runs.
type lightweight struct {
	source, function  string
	packages, indexes []string
	hosts             []string
}

const (
	runScript = `program_path=$(mktemp -d) printf "%s" "$0" > "$program_path/ephemeral_component.py" `
	runModule = ` --component_module_path "$program_path/ephemeral_component.py" "$@"`
)

// runScripts write the source to a file and run it.
var runScripts = []string{
	runScript + `_KFP_RUNTIME=true python3 -m kfp.dsl.executor_main` + runModule,
	runScript + `_KFP_RUNTIME=true python3 -m kfp.components.executor_main` + runModule,
	runScript + `python3 -m kfp.components.executor_main` + runModule,
}

// What may stand before and between the installations.
var (
	ensurePip = regexp.MustCompile(`^if ! \[ -x "\$\(command -v pip\)" \]; then ` +
		`(?:python3 -m ensurepip \|\| python3 -m ensurepip --user(?: \|\| apt-get install python3-pip)?) fi `)
	virtualEnv = `export PIP_DISABLE_PIP_VERSION_CHECK=1 tmp=$(mktemp -d) ` +
		`python3 -m venv "$tmp/venv" --system-site-packages . "$tmp/venv/bin/activate" `
)

// readLightweight recognises the container of a Python function. Not: it is any other container.
func readLightweight(c *irContainer) (lightweight, bool) {
	args := c.Args
	if len(args) != 4 || args[0] != "--executor_input" || args[1] != "{{$}}" || args[2] != "--function_to_execute" {
		return lightweight{}, false
	}
	l := lightweight{function: args[3]}
	command := c.Command
	if len(command) == 7 && command[0] == "sh" && command[1] == "-c" {
		if !l.install(oneLine(command[2])) {
			return lightweight{}, false
		}
		command = command[3:]
	}
	if len(command) != 4 || command[0] != "sh" || command[1] != "-ec" || !slices.Contains(runScripts,
		oneLine(command[2])) {
		return lightweight{}, false
	}
	l.source = command[3]
	return l, true
}

func oneLine(script string) string { return strings.Join(strings.Fields(script), " ") }

// install reads the script that installs packages.
func (l *lightweight) install(script string) bool {
	script = ensurePip.ReplaceAllString(script, "")
	script = strings.Replace(script, virtualEnv, "", 1)
	steps := strings.Split(script, " && ")
	if steps[len(steps)-1] != `"$0" "$@"` {
		return false
	}
	for _, step := range steps[:len(steps)-1] {
		words, ok := shellWords(strings.TrimPrefix(step, "PIP_DISABLE_PIP_VERSION_CHECK=1 "))
		if !ok || !l.pip(words) {
			return false
		}
	}
	if len(l.packages) == 0 {
		l.indexes, l.hosts = nil, nil
	}
	return true
}

// pip reads one installation.
func (l *lightweight) pip(words []string) bool {
	install := []string{"python3", "-m", "pip", "install"}
	if len(words) < len(install) || !slices.Equal(words[:len(install)], install) {
		return false
	}
	var packages, indexes, hosts []string
	noDeps := false
	for rest := words[len(install):]; len(rest) > 0; rest = rest[1:] {
		var to *[]string
		switch word := rest[0]; {
		case word == "--quiet", word == "--no-warn-script-location":
			continue
		case word == "--no-deps":
			noDeps = true
			continue
		case word == "--index-url", word == "--extra-index-url":
			to = &indexes
		case word == "--trusted-host":
			to = &hosts
		case strings.HasPrefix(word, "-"):
			return false
		default:
			packages = append(packages, word)
			continue
		}
		if len(rest) < 2 {
			return false
		}
		*to, rest = append(*to, rest[1]), rest[1:]
	}
	l.indexes, l.hosts = indexes, hosts // the same in all of them
	if !ofKFP(packages, noDeps) {
		l.packages = append(l.packages, packages...)
	}
	return true
}

// ofKFP reports whether an installation is that of KFP itself, which nothing needs here.
func ofKFP(packages []string, noDeps bool) bool {
	if noDeps {
		return true
	}
	return len(packages) == 1 && (strings.HasPrefix(packages[0], "kfp==") || strings.Contains(packages[0], "#egg=kfp&"))
}

// shellWords takes a command apart whose words are plain or in single quotes.
func shellWords(command string) ([]string, bool) {
	var words []string
	for command = strings.TrimSpace(command); command != ""; command = strings.TrimLeft(command, " ") {
		if command[0] == '\'' {
			word, rest, closed := strings.Cut(command[1:], "'")
			if !closed || rest != "" && rest[0] != ' ' {
				return nil, false
			}
			words, command = append(words, word), rest
			continue
		}
		word, rest, _ := strings.Cut(command, " ")
		if strings.ContainsAny(word, `'"$|;<>()\`+"`") {
			return nil, false
		}
		words, command = append(words, word), rest
	}
	return words, true
}

// python is a component that runs the function.
func (l lightweight) python(image string) *spec.Python {
	return &spec.Python{
		Source: l.source, SourceFile: l.function + ".py", Function: l.function, Image: image, Packages: l.packages,
		IndexURLs: l.indexes, TrustedHosts: l.hosts, KFP: true,
	}
}
