// Package pages says where people see in a browser what is in the cluster.
package pages

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Kind is what a page shows, by the words of Argo's own addresses.
type Kind string

// The kinds.
const (
	Workflows         Kind = "workflows"
	WorkflowTemplates Kind = "workflow-templates"
	CronWorkflows     Kind = "cron-workflows"
)

// Site is a user interface that has a page for each object. The zero Site has none.
type Site struct {
	template string // with placeholders
	isArgo   bool   // it has the pages of Argo's server, lists among them
	unknown  bool
}

// Unknown is a site whose address Terraform does not know yet.
func Unknown() Site { return Site{unknown: true} }

// The placeholders of a template.
const (
	namespacePlace = "{namespace}"
	kindPlace      = "{kind}"
	namePlace      = "{name}"
)

var placeholder = regexp.MustCompile(`\{[^{}]*\}?|\}`)

// Parse reads the address of Argo's server, such as https://argo.example.com, or a template of addresses that holds
// {namespace}, {kind} and {name}. The error says what is wrong with the text and what to write.
func Parse(text string) (Site, error) {
	if text == "" {
		return Site{}, nil
	}
	places := placeholder.FindAllString(text, -1)
	for _, p := range places {
		if p != namespacePlace && p != kindPlace && p != namePlace {
			return Site{}, fmt.Errorf("%q is no placeholder of %q; there is %s, %s and %s", p, text, namespacePlace, kindPlace, namePlace)
		}
	}
	filled := fill(text, map[string]string{namespacePlace: "n", kindPlace: "k", namePlace: "m"})
	if err := checkAddress(text, filled); err != nil {
		return Site{}, err
	}
	if len(places) > 0 {
		if !slices.Contains(places, namePlace) {
			return Site{}, fmt.Errorf("%q has placeholders, but not %s: all pages would have one address", text, namePlace)
		}
		return Site{template: text}, nil
	}
	if strings.ContainsAny(text, "?#") {
		return Site{}, fmt.Errorf("%q holds a query or a fragment, behind which no path can stand; write a template that "+
			"says where {namespace}, {kind} and {name} go", text)
	}
	return Site{template: strings.TrimRight(text, "/") + "/{kind}/{namespace}/{name}", isArgo: true}, nil
}

// checkAddress refuses what a browser should not be sent to, and what would put a password into every state.
func checkAddress(text, filled string) error {
	u, err := url.Parse(filled)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		if err == nil && u.User != nil {
			return fmt.Errorf("it is not an address; write one such as https://argo.example.com")
		}
		return fmt.Errorf("%q is not an address; write one such as https://argo.example.com", text)
	case u.User != nil:
		return fmt.Errorf("it holds a user or a password, which every state and every log would show; leave it out")
	}
	return nil
}

// IsUnknown reports whether the site is not known yet.
func (s Site) IsUnknown() bool { return s.unknown }

// Of is the address of an object's page; empty where there is no site.
func (s Site) Of(kind Kind, namespace, name string) string {
	if s.template == "" || name == "" {
		return ""
	}
	return fill(s.template, map[string]string{
		namespacePlace: escape(namespace), kindPlace: string(kind), namePlace: escape(name),
	})
}

// WorkflowsWith is the address of the list of workflows that have a label; empty where there is no such page: only
// Argo's server is known to have one.
func (s Site) WorkflowsWith(namespace, label, value string) string {
	if !s.isArgo {
		return ""
	}
	list := strings.TrimSuffix(s.Of(Workflows, namespace, "-"), "/-")
	return list + "?label=" + url.QueryEscape(label+"="+value)
}

// escape makes a name a part of an address, wherever in it it stands.
func escape(name string) string { return url.QueryEscape(name) }

func fill(template string, values map[string]string) string {
	for _, place := range slices.Sorted(maps.Keys(values)) {
		template = strings.ReplaceAll(template, place, values[place])
	}
	return template
}
