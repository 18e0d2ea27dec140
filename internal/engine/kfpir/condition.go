package kfpir

import (
	"fmt"
	"regexp"
	"strings"
)

// Conditions of a package are CEL over the inputs of the task. What KFP's compiler writes of that language means the
// same in ours, but for the names.

var (
	celInput  = regexp.MustCompile(`^inputs\.parameter_values\[(?:'([^']*)'|"([^"]*)")\]`)
	celWord   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*`)
	celNumber = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?`)
	celString = regexp.MustCompile(`^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)
	celSigns  = []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "+", "-", "*", "/", "%", "[", "]",
		","}
	celWords = map[string]string{"true": "true", "false": "false", "null": "nil", "int": "int", "double": "float",
		"string": "string"}
)

// condition translates a condition over what a task is given.
func condition(text string, given map[string]value) (string, error) {
	var b strings.Builder
	for rest := text; rest != ""; {
		if trimmed := strings.TrimLeft(rest, " \t\r\n"); trimmed != rest {
			b.WriteByte(' ')
			rest = trimmed
			continue
		}
		code, length, err := celToken(rest, given)
		if err != nil {
			return "", err
		}
		b.WriteString(code)
		rest = rest[length:]
	}
	return strings.TrimSpace(b.String()), nil
}

// celToken translates what a condition starts with, and returns how long that is.
func celToken(rest string, given map[string]value) (string, int, error) {
	if m := celInput.FindStringSubmatch(rest); m != nil {
		v, ok := given[m[1]+m[2]]
		if !ok {
			return "", 0, fmt.Errorf("the task is not given %q", m[1]+m[2])
		}
		return operand(v.expression()), len(m[0]), nil
	}
	if m := celString.FindStringSubmatch(rest); m != nil {
		return quote(unescape(m[1] + m[2])), len(m[0]), nil
	}
	if m := celNumber.FindString(rest); m != "" {
		return m, len(m), nil
	}
	if m := celWord.FindString(rest); m != "" {
		ours, ok := celWords[m]
		if !ok {
			return "", 0, fmt.Errorf("%q is not known", m)
		}
		return ours, len(m), nil
	}
	for _, sign := range celSigns {
		if strings.HasPrefix(rest, sign) {
			return sign, len(sign), nil
		}
	}
	return "", 0, fmt.Errorf("%s cannot be read", abbreviate(rest))
}

var escapes = strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`, `\n`, "\n", `\t`, "\t", `\r`, "\r")

func unescape(text string) string { return escapes.Replace(text) }
