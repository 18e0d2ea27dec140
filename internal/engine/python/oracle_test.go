package python

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sort"
	"strings"
	"testing"
)

// The oracle is the machine's own python3: its symtable for scopes, its compile for what is valid.

// oracle runs a script of testdata and calls read for each line that it prints.
func oracle(t *testing.T, read func(line []byte), script string, arguments ...string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 to compare with")
	}
	if testing.Short() {
		t.Skip("the comparison with CPython is left out")
	}
	command := exec.Command(python, append([]string{"-B", "testdata/" + script}, arguments...)...)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		read(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
	if err := command.Wait(); err != nil {
		t.Error(err)
	}
}

// amount returns how much is compared: with PYTHON_ORACLE=all, everything that there is.
func amount(usual, all string) string {
	if os.Getenv("PYTHON_ORACLE") == "all" {
		return all
	}
	return usual
}

// check reads a file as far as finding its errors.
func check(text string) (*scope, []*syntaxError) {
	body, err := parse(text)
	if err != nil {
		return nil, []*syntaxError{err}
	}
	return bind(text, body)
}

// TestScopesAreCPythons compares the scopes of standard-library modules with symtable's, name by name.
func TestScopesAreCPythons(t *testing.T) {
	modules, functions, scopes, names, different := 0, 0, 0, 0, 0
	oracle(t, func(line []byte) {
		var module struct {
			Name, Text, Error string
			Scopes            [][]any
		}
		if err := json.Unmarshal(line, &module); err != nil {
			t.Fatal(err)
		}
		top, errs := check(module.Text)
		if module.Error != "" {
			return // a file that is broken on purpose
		}
		modules++
		for _, err := range errs {
			l, c := newLines(module.Text).place(err.at.from)
			t.Errorf("%s:%d:%d: a valid file is refused: %s", module.Name, l, c, err.message)
			return
		}
		want, got := map[string]int{}, map[string]int{}
		for _, s := range module.Scopes {
			encoded, _ := json.Marshal(s)
			want[string(encoded)]++
			scopes++
			if s[0] == "function" && !slices.Contains([]any{"lambda", "listcomp", "setcomp", "dictcomp", "genexpr"}, s[1]) {
				functions++
			}
			for _, list := range s[3:] {
				names += len(list.([]any))
			}
		}
		propagate(top)
		describeScopes(module.Text, top, got)
		for s, n := range want {
			// symtable takes every function called top for the module and calls its names global.
			if got[s] != n && !strings.HasPrefix(s, `["function","top"`) {
				different++
				t.Errorf("%s: CPython has %d of %s, not %d%s", module.Name, n, s, got[s], nearest(s, got))
			}
		}
	}, "symbols.py", amount("600", "5000"))
	t.Logf(
		"%d modules, %d functions, %d scopes, %d names in them: %d scopes differ", modules, functions, scopes, names,
		different,
	)
	if modules < 300 {
		t.Errorf("only %d modules were compared", modules)
	}
}

// nearest finds the scope of the same name and line, for the message.
func nearest(s string, got map[string]int) string {
	head := strings.Join(strings.SplitN(s, ",", 4)[:3], ",")
	for g := range got {
		if strings.HasPrefix(g, head) {
			return ", but " + g
		}
	}
	return ""
}

// propagate gives a function the free names of the functions in it, as symtable does.
func propagate(s *scope) map[string]bool {
	names := map[string]bool{}
	for _, child := range s.children {
		for name := range propagate(child) {
			names[name] = true
		}
	}
	for name := range names {
		if s.kind == classScope && name == "__class__" {
			delete(names, name) // this is where it comes from
			continue
		}
		sym := s.symbols[name]
		switch {
		case sym == nil && s.kind != moduleScope:
			s.symbol(name).found = free
		case sym != nil && sym.found == local && s.kind != classScope:
			delete(names, name)
		}
	}
	for name, sym := range s.symbols {
		if sym.found == free {
			names[name] = true
		}
	}
	return names
}

func describeScopes(text string, s *scope, into map[string]int) {
	kind, line := "function", newLines(text).line(s.at.from)
	switch s.kind {
	case moduleScope:
		kind, line = "module", 0
	case classScope:
		kind = "class"
	}
	if node, ok := s.node.(*functionDef); ok {
		line = newLines(text).line(node.nameAt.from)
	}
	if node, ok := s.node.(*classDef); ok {
		line = newLines(text).line(node.nameAt.from)
	}
	lists := map[found][]string{local: {}, free: {}, globalImplicit: {}}
	for name, sym := range s.symbols {
		where := sym.found
		if where == globalExplicit || s.kind == moduleScope && sym.flags&bound != 0 {
			where = globalImplicit
		}
		lists[where] = append(lists[where], name)
	}
	for _, list := range lists {
		sort.Strings(list)
	}
	encoded, _ := json.Marshal([]any{kind, s.name, line, lists[local], lists[free], lists[globalImplicit]})
	into[string(encoded)]++
	for _, child := range s.children {
		describeScopes(text, child, into)
	}
}

// TestMutatedFilesAreRefused reads files that CPython refuses.
func TestMutatedFilesAreRefused(t *testing.T) {
	total, accepted, sameLine, sameMessage := 0, 0, 0, 0
	kinds := map[string][2]int{}
	var examples []string
	oracle(t, func(line []byte) {
		var file struct {
			Name, Mutation, Text string
			Error                [3]any
		}
		if err := json.Unmarshal(line, &file); err != nil {
			t.Fatal(err)
		}
		total++
		count := kinds[file.Mutation]
		count[0]++
		_, errs := check(file.Text)
		if len(errs) == 0 {
			accepted++
			count[1]++
			examples = append(examples, fmt.Sprintf("%s (%s): %v", file.Name, file.Mutation, file.Error))
		} else {
			l, _ := newLines(file.Text).place(errs[0].at.from)
			if float64(l) == file.Error[2] {
				sameLine++
			}
			if errs[0].message == file.Error[1] {
				sameMessage++
			} else if os.Getenv("PYTHON_ORACLE") == "messages" {
				t.Logf("%s: want %v, got %d %s", file.Name, file.Error, l, errs[0].message)
			}
		}
		kinds[file.Mutation] = count
	}, "mutate.py", amount("400", "5000"), amount("2", "4"))
	percent := func(n int) string { return fmt.Sprintf("%d (%.2f %%)", n, 100*float64(n)/float64(max(total, 1))) }
	t.Logf("%d mutated files that CPython refuses: %s accepted, %s refused on the same line, %s with the same message",
		total, percent(accepted), percent(sameLine), percent(sameMessage))
	for _, name := range slices.Sorted(mapKeys(kinds)) {
		t.Logf("  %-12s %5d, %d accepted", name, kinds[name][0], kinds[name][1])
	}
	for _, example := range examples {
		t.Log("accepted: ", example)
	}
	if total > 0 && accepted*100 > 2*total {
		t.Errorf("%s of %d invalid files are accepted, more than 2 %%", percent(accepted), total)
	}
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// TestExtractedFunctionsAreTheSame cuts functions out of standard-library modules and lets CPython compare them.
func TestExtractedFunctionsAreTheSame(t *testing.T) {
	var input bytes.Buffer
	encoder := json.NewEncoder(&input)
	oracle(t, func(line []byte) {
		var module struct{ Name, Text, Error string }
		if err := json.Unmarshal(line, &module); err != nil || module.Error != "" {
			return
		}
		f := open(Source{module.Name, module.Text})
		for _, def := range f.functions() {
			definition, first := f.extract([]*functionDef{def}, nil)
			function := map[string]any{
				"name": module.Name, "text": module.Text, "def": f.line(def.nameAt.from), "definition": definition, "line": first,
			}
			if err := encoder.Encode(function); err != nil {
				t.Fatal(err)
			}
		}
	}, "symbols.py", "150")
	command := exec.Command("python3", "-B", "testdata/extracted.py")
	command.Stdin, command.Stderr = &input, os.Stderr
	output, err := command.Output()
	if lines := strings.Split(strings.TrimSpace(string(output)), "\n"); err != nil || len(lines) != 1 || strings.HasPrefix(lines[0], "0 ") {
		t.Errorf("%v: %s", err, output)
	}
	t.Logf("%s", output)
}
