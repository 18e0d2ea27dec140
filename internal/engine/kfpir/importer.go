package kfpir

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// imported is the artifact that an importer names: an address, which each task that takes it gets.
func (s *scope) imported(n *node) value {
	i := n.to.executor.Importer
	v := value{typ: spec.Artifact, line: i.Line}
	for _, out := range n.to.outputs {
		v.typ = out.in.Type
	}
	if i.Download {
		s.gap(i.Line, gapDownload, "Importer %q does.", n.name)
	}
	for _, node := range []*yaml.Node{i.Metadata, i.Properties, i.CustomProperties} {
		if !isNull(node) && len(node.Content) > 0 {
			s.gap(node.Line, gapImportInfo, "Importer %q gives it some.", n.name)
		}
	}
	uri := s.address(n, i.URI)
	switch {
	case uri.code == "":
		v.imported = s.scheme(n, uri)
	case uri.text != "" && spec.IsImport(uri.text):
		v.imported = uri.text
	default:
		s.gap(i.URI.Line, gapURI, "Importer %q takes it from %s.", n.name, uri.code)
		v.imported = "repository://unknown"
	}
	return v
}

// address is the address of an importer: a constant, or what its task is given.
func (s *scope) address(n *node, uri irRuntime) value {
	given := s.given(n)
	if uri.RuntimeParameter != "" {
		v, ok := given[uri.RuntimeParameter]
		if !ok {
			s.errorf(uri.Line, "Unknown input", "Importer %q takes the address from its input %q, which it is not "+
				"given.", n.name,
				uri.RuntimeParameter)
		}
		return v
	}
	v := s.constantOrInput(uri)
	text, isText := v.constant.(string)
	if !isText {
		return v
	}
	return fill(text, uri.Line, func(p placeholder) value {
		if other, ok := given[p.name]; ok && p.side == "inputs" {
			return other
		}
		return s.runValue(p, n.name, uri.Line)
	})
}

// scheme checks an address that is known.
func (s *scope) scheme(n *node, uri value) string {
	address, _ := uri.constant.(string)
	if _, err := spec.ParseImport(address); err != nil {
		s.gap(n.to.executor.Importer.URI.Line, gapScheme, "Importer %q takes %s.", n.name, abbreviate(address))
		return "repository://unknown"
	}
	scheme, rest, _ := strings.Cut(address, "://")
	return strings.ToLower(scheme) + "://" + rest
}
