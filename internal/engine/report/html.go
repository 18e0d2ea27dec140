package report

import (
	"bytes"
	_ "embed"
	"html/template"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/diagram"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// HTML makes a page that stands alone: one file, without scripts and without requests.
func HTML(r Run) (string, error) {
	view := struct {
		page
		Picture template.HTML
	}{page: newPage(r)}
	if r.Pipeline != nil {
		// The picture is a document of ours, in which every text is escaped.
		view.Picture = template.HTML(diagram.SVG(*r.Pipeline, diagram.Options{Run: &r.Run, Resolve: r.Resolve})) // #nosec G203
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, view); err != nil {
		return "", err
	}
	return b.String(), nil
}
