package python

import (
	"regexp"
	"strings"
)

// describe takes the descriptions from the function's docstring, in Google's style.
func (a *analysis) describe() {
	text := a.docstring()
	if text == "" {
		return
	}
	d := readDocstring(text)
	f := a.function
	f.Description = d.description
	for name, in := range f.Interface.Inputs {
		in.Description = d.arguments[name]
		f.Interface.Inputs[name] = in
	}
	for name, out := range f.Interface.Outputs {
		out.Description = d.arguments[name]
		if described, ok := d.returned[name]; ok && out.Description == "" {
			out.Description = described
		}
		if f.ReturnsValue && name == "Output" {
			out.Description = d.result(a.code(a.def.returns))
		}
		f.Interface.Outputs[name] = out
	}
}

// docstring returns the string that the function's body begins with, without the indentation of the code.
func (a *analysis) docstring() string {
	e, ok := a.def.body[0].(*exprStmt)
	if !ok {
		return ""
	}
	s, ok := e.x.(*stringExpr)
	if !ok || s.bytes {
		return ""
	}
	value, _ := stringValue(a.Text, s)
	return cleanDoc(value)
}

// cleanDoc does what Python's inspect.cleandoc does.
func cleanDoc(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\t", "        "), "\n")
	margin := -1
	for _, line := range lines[1:] {
		if trimmed := strings.TrimLeft(line, " "); trimmed != "" && (margin < 0 || len(line)-len(trimmed) < margin) {
			margin = len(line) - len(trimmed)
		}
	}
	lines[0] = strings.TrimLeft(lines[0], " ")
	for i := range lines {
		if i > 0 && margin > 0 {
			lines[i] = lines[i][min(margin, len(lines[i])):]
		}
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// documentation is what a docstring says.
type documentation struct {
	description string
	arguments   map[string]string
	returned    map[string]string // by the name of a field
	returns     string            // all that is said of the result
}

var (
	sectionHead = regexp.MustCompile(`^(Args|Arguments|Parameters|Params|Attributes|Returns?|Outputs?|Yields?|Raises|Except|Exceptions|` +
		`Examples?|Notes?|Todo|See Also|References|Warnings?|Keyword Args|Keyword Arguments|Other Parameters):\s*$`)
	entryHead = regexp.MustCompile(`^\s*\*{0,2}([A-Za-z_]\w*)\s*(\([^)]*\))?\s*:\s?(.*)$`)
	typeHead  = regexp.MustCompile(`^([A-Za-z_][\w.]*(\[[^:]*\])?)\s*:\s+(.*)$`)
)

// readDocstring takes a docstring apart.
func readDocstring(text string) documentation {
	d := documentation{arguments: map[string]string{}, returned: map[string]string{}}
	var description []string
	sections := map[string][]string{}
	section := ""
	for line := range strings.SplitSeq(text, "\n") {
		if m := sectionHead.FindStringSubmatch(line); m != nil {
			section = m[1]
			continue
		}
		if section == "" {
			description = append(description, line)
		} else {
			sections[section] = append(sections[section], line)
		}
	}
	d.description = strings.TrimSpace(strings.Join(description, "\n"))
	for _, name := range []string{"Args", "Arguments", "Parameters", "Params", "Keyword Args", "Keyword Arguments", "Other Parameters"} {
		readEntries(sections[name], d.arguments)
	}
	for _, name := range []string{"Return", "Returns", "Output", "Outputs"} {
		readEntries(sections[name], d.returned)
		d.returns = strings.TrimSpace(d.returns + " " + strings.Join(strings.Fields(strings.Join(sections[name], " ")), " "))
	}
	return d
}

// readEntries reads "name (type): text" and the lines below it that are indented more.
func readEntries(lines []string, into map[string]string) {
	current, indentation := "", -1
	for _, line := range lines {
		trimmed := strings.TrimSpace(line)
		depth := len(line) - len(strings.TrimLeft(line, " "))
		if trimmed == "" {
			continue
		}
		if m := entryHead.FindStringSubmatch(line); m != nil && (indentation < 0 || depth <= indentation) {
			current, indentation = m[1], depth
			into[current] = strings.TrimSpace(m[3])
			continue
		}
		if current != "" {
			into[current] = strings.TrimSpace(into[current] + " " + trimmed)
		}
	}
}

// result returns what is said of a single result, without the type that Google's style puts before it.
func (d documentation) result(annotation string) string {
	if m := typeHead.FindStringSubmatch(d.returns); m != nil {
		if _, named := d.returned[m[1]]; m[1] == annotation || isTypeName(m[1]) || !named {
			return m[3]
		}
	}
	return d.returns
}

func isTypeName(word string) bool {
	base, _, _ := strings.Cut(word, "[")
	_, plain := plainTypes["builtins."+base]
	_, typing := plainTypes[typingPrefix+base]
	return plain || typing || kfpNames[base] || word == "string" || word == "integer" || word == "boolean" || word == "Optional"
}
