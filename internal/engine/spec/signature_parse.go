package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SignatureError says where and why a text is no signature, and what to write in its place.
type SignatureError struct {
	Column int // in characters, from 1
	Reason string
	Remedy string
}

func (e *SignatureError) Error() string {
	return fmt.Sprintf("column %d: %s. %s", e.Column, e.Reason, e.Remedy)
}

// ParseSignature reads what Ref.Signature has written. The version is empty, and there are no descriptions.
func ParseSignature(text string) (Ref, error) {
	p := signatureParser{text: text}
	r := Ref{Kind: ComponentKind, Interface: Interface{Inputs: map[string]Input{}, Outputs: map[string]Output{}}}
	if p.eat(pipelineWord) {
		r.Kind = PipelineKind
	}
	r.Namespace = p.object("a namespace", MaxNamespaceLength)
	p.expect("/", "Write namespace/name.")
	r.Name = p.object("the name of a component or a pipeline", MaxNameLength)
	p.expect("(", "Write the inputs in parentheses behind the name.")
	p.list(")", func() { p.input(r.Inputs) })
	p.expect("->", "Write -> and the outputs in parentheses behind the inputs; -> () is none.")
	p.expect("(", "Write the outputs in parentheses behind ->.")
	p.list(")", func() { p.output(r.Outputs) })
	if p.spaces(); p.rest() != "" {
		p.failf("Remove it.", "there is more behind the outputs: %q", p.near())
	}
	if p.err != nil {
		return Ref{}, p.err
	}
	return r, nil
}

// signatureParser goes through a text from its start to its end. Behind the first error it stands still.
type signatureParser struct {
	text string
	at   int // in bytes
	err  error
}

func (p *signatureParser) rest() string {
	if p.err != nil {
		return ""
	}
	return p.text[p.at:]
}

func (p *signatureParser) failf(remedy, format string, args ...any) {
	if p.err == nil {
		column := utf8.RuneCountInString(p.text[:p.at]) + 1
		p.err = &SignatureError{Column: column, Reason: fmt.Sprintf(format, args...), Remedy: remedy}
	}
}

// near is what stands here, shortened for a message.
func (p *signatureParser) near() string {
	const most = 20
	if rest := []rune(p.rest()); len(rest) > most {
		return string(rest[:most]) + "…"
	}
	return p.rest()
}

func (p *signatureParser) spaces() {
	p.at += len(p.rest()) - len(strings.TrimLeft(p.rest(), " \t\r\n"))
}

// eat goes over a token if it is the next one.
func (p *signatureParser) eat(token string) bool {
	p.spaces()
	if !strings.HasPrefix(p.rest(), token) {
		return false
	}
	p.at += len(token)
	return true
}

func (p *signatureParser) expect(token, remedy string) {
	if !p.eat(token) {
		p.miss(strconv.Quote(token), remedy)
	}
}

// miss says what has to stand here.
func (p *signatureParser) miss(wanted, remedy string) {
	if p.rest() == "" {
		p.failf(remedy, "it ends where %s has to follow", wanted)
		return
	}
	p.failf(remedy, "%s has to stand where %q is", wanted, p.near())
}

// word takes as many letters as it may.
func (p *signatureParser) word(isPart func(rune) bool) string {
	rest := p.rest()
	end := strings.IndexFunc(rest, func(c rune) bool { return !isPart(c) })
	if end < 0 {
		end = len(rest)
	}
	p.at += end
	return rest[:end]
}

func isLetterOrDigit(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// object reads the name of an object of Kubernetes; in quotes it may be any.
func (p *signatureParser) object(what string, most int) string {
	if p.spaces(); strings.HasPrefix(p.rest(), `"`) {
		return p.value(String)
	}
	start := p.at
	name := p.word(func(c rune) bool { return isLetterOrDigit(c) || c == '-' || c == '_' || c == '.' })
	if !objectName.MatchString(name) || len(name) > most {
		p.at = start
		p.failf(fmt.Sprintf("Use at most %d lower-case letters, digits and hyphens.", most), "%q cannot be %s", name, what)
	}
	return name
}

// identifier reads the name of an input or an output that is not there yet.
func (p *signatureParser) identifier(what string, taken func(string) bool) string {
	p.spaces()
	start := p.at
	name := p.word(func(c rune) bool { return isLetterOrDigit(c) || c == '_' })
	switch {
	case !IsIdentifier(name):
		p.at = start
		p.failf("Use at most 63 letters, digits and underscores, with a letter first.", "%q cannot name %s", p.near(), what)
	case taken(name):
		p.at = start
		p.failf("Remove one of the two.", "%q names %s a second time", name, what)
	}
	return name
}

// list reads elements between commas up to its end.
func (p *signatureParser) list(end string, element func()) {
	for i := 0; p.err == nil && !p.eat(end); i++ {
		if i > 0 && !p.eat(",") {
			p.miss(`"," or "`+end+`"`, "Write a comma between two elements, and "+end+" behind the last.")
		}
		element()
	}
}

func (p *signatureParser) input(inputs map[string]Input) {
	name := p.identifier("an input", func(name string) bool { _, taken := inputs[name]; return taken })
	in := Input{Optional: p.eat("?")}
	p.expect(":", "Write a colon and a type behind the name of an input.")
	in.Type = p.typ()
	if p.eat("=") {
		in.Default = new(p.value(in.Type))
	}
	if p.eat(allowedWord) {
		p.expect("[", "Write the allowed values in brackets behind "+allowedWord+".")
		p.list("]", func() { in.AllowedValues = append(in.AllowedValues, p.value(in.Type)) })
	}
	inputs[name] = in
}

func (p *signatureParser) output(outputs map[string]Output) {
	name := p.identifier("an output", func(name string) bool { _, taken := outputs[name]; return taken })
	o := Output{Optional: p.eat("?")}
	p.expect(":", "Write a colon and a type behind the name of an output.")
	o.Type = p.typ()
	outputs[name] = o
}

// typ reads a type up to what cannot be a part of one.
func (p *signatureParser) typ() Type {
	p.spaces()
	start, depth := p.at, 0
	text := p.word(func(c rune) bool {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		return depth >= 0 && (isLetterOrDigit(c) || strings.ContainsRune("._()", c))
	})
	if text == string(Any) {
		return Any
	}
	t, err := ParseType(text)
	if err != nil {
		p.at = start
		p.failf("Write the type that the component or the pipeline has.", "%s", err)
	}
	return t
}

// value reads one JSON value. Its text is kept as it is written, but for strings.
func (p *signatureParser) value(t Type) string {
	p.spaces()
	rest := p.rest()
	dec := json.NewDecoder(strings.NewReader(rest))
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		remedy := "Write JSON of type " + string(t) + `, such as "text", 10, true or [1, 2].`
		p.failf(remedy, "no value can be read from %q: %s", p.near(), err)
		return ""
	}
	isText := bytes.HasPrefix(raw, []byte(`"`))
	if t == String && !isText {
		p.failf("Write it in quotes.", "%s is no string", raw)
		return ""
	}
	p.at += int(dec.InputOffset())
	var text string
	if !isText || json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	return text
}
