package provider

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/signature"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// analysed fills in what follows from a component's source, and finds what is wrong with the component.
func analysed(c spec.Component) (spec.Component, diag.Diagnostics) {
	var diags diag.Diagnostics
	var problems problem.List
	if c.Python != nil {
		c = analysePython(c, &problems)
	}
	problems = append(problems, graph.CheckComponent(c)...)
	problems.Sort()
	addProblems(&diags, problems)
	return c, diags
}

func analysePython(c spec.Component, problems *problem.List) spec.Component {
	p := *c.Python
	at := problem.At("python")
	f, errs := signature.Read(p.Source, p.Function)
	for _, err := range errs {
		var located signature.Error
		if errors.As(err, &located) {
			problems.Errorf(at.Attr("source"), "Python function cannot be used", "%s:%d:%d: %s.", p.SourceFile, located.Line, located.Column, located.Message)
		} else {
			problems.Errorf(at.Attr("source"), "Python function cannot be used", "%s: %v.", p.SourceFile, err)
		}
	}
	if f == nil {
		return c
	}
	p.Function, p.Arguments, p.NamedOutputs, p.ReturnsValue = f.Name, f.Arguments, f.Named, f.Value
	p.Definition, p.FirstLine = p.Source, 1
	if p.Lightweight {
		p.Definition, p.FirstLine = f.Definition, f.Line
	}
	if c.Description == "" {
		c.Description = f.Description
	}
	c.Interface = f.Interface
	fromDecorator(&p, f.Decorator, problems)
	if p.Image == "" {
		problems.Errorf(at.Attr("base_image"), "No image", "Give base_image, the image that runs the function, such as \"python:3.12-slim\"; or image, if the function needs modules of its own.")
	}
	for _, name := range p.Packages {
		problems.Warnf(at.Attr("packages"), "Package installed at each start", "%q is installed by pip each time the task starts, which is slow and fails without a package index. Bake it into an image with kfp_image.", name)
	}
	c.Python = &p
	return c
}

// fromDecorator takes what @dsl.component says where the configuration says nothing, and refuses a contradiction.
func fromDecorator(p *spec.Python, settings map[string]any, problems *problem.List) {
	at := problem.At("python")
	if image, ok := settings["base_image"].(string); ok && p.Lightweight {
		if p.Image != "" && p.Image != spec.Unknown && p.Image != image {
			problems.Errorf(at.Attr("base_image"), "Two base images", "The configuration says %q, the decorator of the function %q. Remove one.", p.Image, image)
		}
		p.Image = image
	}
	for _, list := range []struct {
		key, attribute string
		to             *[]string
	}{{"packages_to_install", "packages", &p.Packages}, {"pip_index_urls", "index_urls", &p.IndexURLs}, {"pip_trusted_hosts", "trusted_hosts", &p.TrustedHosts}} {
		items, ok := settings[list.key].([]any)
		if !ok {
			continue
		}
		if len(*list.to) > 0 && fmt.Sprint(*list.to) != fmt.Sprint(items) {
			problems.Errorf(at.Attr(list.attribute), "Two lists of packages", "The configuration says %v, the decorator of the function %v. Remove one.", *list.to, items)
			continue
		}
		*list.to = nil
		for _, item := range items {
			if text, ok := item.(string); ok {
				*list.to = append(*list.to, text)
			}
		}
	}
}
