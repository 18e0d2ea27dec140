package kfpir

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// importTask is an importer: a task that runs nothing and gives an artifact that exists already.
func (s *scope) importTask(n *node) spec.Task {
	i := n.to.executor.Importer
	of := spec.Artifact
	for _, out := range n.to.outputs {
		of, out.name = out.in.Type, spec.ImportOutput
	}
	given := s.given(n)
	t := spec.Task{Component: spec.ImportRef(of), Inputs: map[string]string{}, DisplayName: s.displayName(n)}
	t.Inputs[spec.ImportURI] = s.address(n, i.URI, given)
	if i.Download {
		s.gap(i.Line, gapDownload, "Importer %q does.", n.name)
	}
	for _, metadata := range []*yaml.Node{i.Metadata, i.Properties, i.CustomProperties} {
		if isNull(metadata) || len(metadata.Content) == 0 {
			continue
		}
		v := fillAll(s.constant(metadata), metadata.Line, s.ofTask(n, given, metadata.Line))
		if v.code != "" {
			s.warnf(metadata.Line, "More than KFP does", "Open-source KFP leaves the placeholders in the metadata "+
				"of importer "+
				"%q as they are. Here they are the values.", n.name)
		}
		t.Inputs[spec.ImportMetadata], _ = s.handed(v, spec.Input{Type: spec.Struct}, spec.ImportMetadata)
	}
	s.condition(n, &t, given)
	s.order(n, &t)
	return t
}

// ofTask gives what stands for a placeholder in the texts of a task.
func (s *scope) ofTask(n *node, given map[string]value, line int) func(placeholder) value {
	return func(p placeholder) value {
		if v, ok := given[p.name]; ok && p.isInput() {
			return v.word()
		}
		return s.runValue(p, n.name, line)
	}
}

// address is the address of an importer: a constant, or what its task is given.
func (s *scope) address(n *node, uri irRuntime, given map[string]value) string {
	v, ok := given[uri.RuntimeParameter]
	if uri.RuntimeParameter == "" {
		v, ok = s.constantOrInput(uri), true
		if text, isText := v.constant.(string); isText {
			v = fill(text, uri.Line, s.ofTask(n, given, uri.Line))
		}
	}
	switch {
	case !ok:
		s.errorf(uri.Line, "Unknown input", "Importer %q takes the address from its input %q, which it is not "+
			"given.", n.name,
			uri.RuntimeParameter)
		return ""
	case v.code == "":
		text, _ := v.constant.(string)
		return s.known(n, uri, expr.Data(text, false))
	case v.text != "":
		return s.known(n, uri, v.text)
	}
	scheme := s.schemeOf(v)
	if scheme == "" {
		s.gap(uri.Line, gapURI, "Importer %q takes it from %s.", n.name, v.code)
		return ""
	}
	s.warnf(uri.Line, "Address from a value", "Importer %q takes it from %s, which has to start with %s://, as its "+
		"default does.",
		n.name, v.code, scheme)
	return s.known(n, uri, scheme+"://"+v.hole())
}

// schemeOf is the scheme of an address: of a constant, of a parameter's default, or of what the group's tasks hand it.
func (s *scope) schemeOf(v value) string {
	text, _ := v.constant.(string)
	for name, in := range s.of.inputs {
		if v.code != "parameters."+in.name {
			continue
		}
		if in.in.Default != nil {
			text = *in.in.Default
		} else if scheme := s.learned.schemes[s.of.label+"\x00"+name]; scheme != "" {
			return scheme
		}
	}
	if !spec.IsImport(text) {
		return ""
	}
	scheme, _, _ := strings.Cut(text, "://")
	return strings.ToLower(scheme)
}

// learnScheme notes, for the next pass, of which kind the addresses are that a group gets.
func (s *scope) learnScheme(n *node, name string, v value) {
	key := n.to.label + "\x00" + name
	if scheme := s.schemeOf(v); scheme != "" && n.to.group != nil && s.learned.schemes[key] == "" {
		s.learned.schemes[key], s.again = scheme, true
	}
}

// known checks an address of which the kind is known.
func (s *scope) known(n *node, uri irRuntime, text string) string {
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		text = strings.ToLower(scheme) + "://" + rest
	}
	if _, err := spec.ParseImport(text); err != nil {
		s.gap(uri.Line, gapScheme, "Importer %q takes %s.", n.name, abbreviate(text))
	}
	return text
}
