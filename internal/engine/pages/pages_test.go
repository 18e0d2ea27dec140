package pages

import (
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                        "",
		"https://argo.example.com":                "https://argo.example.com/workflows/etl/load-1",
		"https://argo.example.com/":               "https://argo.example.com/workflows/etl/load-1",
		"http://localhost:2746/argo//":            "http://localhost:2746/argo/workflows/etl/load-1",
		"https://x.org/{name}":                    "https://x.org/load-1",
		"https://x.org/#/{kind}?n={name}":         "https://x.org/#/workflows?n=load-1",
		"https://{namespace}.x.org/{kind}/{name}": "https://etl.x.org/workflows/load-1",
	} {
		site, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got := site.Of(Workflows, "etl", "load-1"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	site, err := Parse("https://argo.example.com/base")
	if err != nil {
		t.Fatal(err)
	}
	want := "https://argo.example.com/base/workflows/etl?label=terraform-provider-kfp%2Fbackfill%3Djanuary"
	if got := site.WorkflowsWith("etl", "terraform-provider-kfp/backfill", "january"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if site, _ = Parse("https://x.org/{name}"); site.WorkflowsWith("etl", "a", "b") != "" {
		t.Error("a site that is none of Argo's has lists")
	}
}

// A name can neither leave its place in an address nor put another placeholder into it.
func TestNamesStayNames(t *testing.T) {
	t.Parallel()
	site, err := Parse("https://x.org/{namespace}/{name}")
	if err != nil {
		t.Fatal(err)
	}
	got := site.Of(Workflows, `a/../"><script>`, "{kind}?#&")
	if strings.ContainsAny(strings.TrimPrefix(got, "https://"), `"<>?#&{}`) || strings.Count(got, "/") != 4 {
		t.Errorf("%q", got)
	}
}

func TestWrongAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"argo.example.com":            "such as https://argo.example.com",
		"javascript:alert(1)//{name}": "such as https://argo.example.com",
		"https://":                    "such as https://argo.example.com",
		"https://me:secret@argo.org":  "leave it out",
		"ftp://me:secret@argo.org":    "such as https://argo.example.com",
		"https://x.org/{namespace}":   "but not {name}",
		"https://x.org/{run}/{name}":  `"{run}" is no placeholder`,
		"https://x.org/{name":         `"{name" is no placeholder`,
		"https://x.org/?project=1":    "write a template",
		"https://x.org/%zz":           "such as https://argo.example.com",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the password is shown: %v", text, err)
		}
	}
}
