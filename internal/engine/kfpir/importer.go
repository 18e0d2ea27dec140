package kfpir

import (
	"maps"
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
		s.warnf(i.Line, "Import into a workspace", "Importer %q downloads its artifact into the workspace. Here each "+
			"task that takes it gets the files themselves, at the artifact's path.", n.name)
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

// A store is a kind of place of which an importer takes its artifact. Argo has to know it before the run, so an importer
// whose address only the run knows becomes an import for each, of which all but one are skipped.
type store struct {
	suffix string // of the task's name
	prefix string // of its addresses
}

// stores are those of which each other address is none; what is none of theirs is taken for one of the first.
var stores = []store{{"s3", "s3://"}, {"gs", "gs://"}, {"https", "https://"}, {"http", "http://"}}

// split finds the importers whose addresses only the run knows.
func (s *scope) split() {
	for _, name := range spec.Names(s.tasks) {
		n := s.tasks[name]
		if !n.importer() {
			continue
		}
		uri := n.to.executor.Importer.URI
		v, ok := s.addressOf(n, uri, s.given(n))
		if !ok || v.code == "" || v.text != "" || s.schemeOf(v) != "" {
			continue
		}
		n.from = v
		for _, one := range stores {
			n.imports = append(n.imports, s.names.identifier(name+"-"+one.suffix))
		}
		s.warnf(uri.Line, "Address from a value", "Importer %q takes it from %s, which may be of s3://, gs://, https:// "+
			"or http://. Its store is asked as the pod that takes the artifact; a default of the parameter says which store "+
			"it is.", n.name, v.code)
	}
}

// imports are the tasks of an importer whose address only the run knows: one for each kind of store.
func (s *scope) imports(n *node, t spec.Task) map[string]spec.Task {
	tasks := map[string]spec.Task{}
	address := operand(n.from.as(spec.String).expression())
	var others []string
	for i, one := range stores[1:] {
		is := address + " startsWith " + quote(one.prefix)
		others = append(others, "not ("+is+")")
		tasks[n.imports[i+1]] = importFrom(t, one, address, is)
	}
	tasks[n.imports[0]] = importFrom(t, stores[0], address, strings.Join(others, " and "))
	return tasks
}

// importFrom is the import of an address that is of one kind of store.
func importFrom(t spec.Task, from store, address, condition string) spec.Task {
	t.Inputs = maps.Clone(t.Inputs)
	t.Inputs[spec.ImportURI] = from.prefix + tag("trimPrefix("+address+", "+quote(from.prefix)+")")
	t.When = and(t.When, condition)
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

// addressOf is the address of an importer: a constant, or what its task is given. Not: it is given nothing.
func (s *scope) addressOf(n *node, uri irRuntime, given map[string]value) (value, bool) {
	v, ok := given[uri.RuntimeParameter]
	if uri.RuntimeParameter == "" {
		v, ok = s.constantOrInput(uri), true
		if text, isText := v.constant.(string); isText {
			v = fill(text, uri.Line, s.ofTask(n, given, uri.Line))
		}
	}
	return v, ok
}

// address is that address as the text of an import. Of one that only the run knows it is none.
func (s *scope) address(n *node, uri irRuntime, given map[string]value) string {
	v, ok := s.addressOf(n, uri, given)
	switch {
	case n.imports != nil:
		return ""
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
	switch _, err := spec.ParseImport(text); {
	case strings.HasPrefix(text, "oci://"):
		s.gap(uri.Line, gapImage, "Importer %q takes %s.", n.name, abbreviate(text))
	case err != nil:
		s.gap(uri.Line, gapScheme, "Importer %q takes %s.", n.name, abbreviate(text))
	}
	return text
}
