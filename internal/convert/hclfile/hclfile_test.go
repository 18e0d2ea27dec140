package hclfile_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert/hclfile"
)

// evaluated are the attributes of the only block of a file.
func evaluated(t interface{ Fatalf(string, ...any) }, file []byte) map[string]cty.Value {
	parsed, diags := hclsyntax.ParseConfig(file, "x.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, file)
	}
	scope := &hcl.EvalContext{Functions: map[string]function.Function{
		"chomp": stdlib.ChompFunc, "jsonencode": stdlib.JSONEncodeFunc,
	}}
	all := map[string]cty.Value{}
	for name, a := range parsed.Body.(*hclsyntax.Body).Blocks[0].Body.Attributes {
		v, diags := a.Expr.Value(scope)
		if diags.HasErrors() {
			t.Fatalf("%v\n%s", diags, file)
		}
		all[name] = v
	}
	return all
}

// Whatever a text holds, Terraform reads it as it was.
func TestTextsAreReadBack(t *testing.T) {
	t.Parallel()
	pieces := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"${x}", "%{if}", "$${", "\n", "\n\n", "  indented\n", "EOT", "EOT_", "\"", "\\", "\t", "{\"a\":1}", "[1,2]", "{{ x }}", "<<-EOT\n",
		strings.Repeat("a long line of words ", 8),
	}))
	rapid.Check(t, func(t *rapid.T) {
		text := cty.StringVal(strings.Join(rapid.SliceOfN(pieces, 0, 6).Draw(t, "text"), "")) // Terraform normalises all texts
		inner := &hclfile.Object{Open: rapid.Bool().Draw(t, "open")}
		key := rapid.OneOf(rapid.SampledFrom([]string{"for", "null", "true", "a-b", "a b", "a.b", "1"}), rapid.StringMatching(`[a-z]{1,5}`)).Draw(t, "key")
		inner.Add(key, hclfile.Text(text.AsString()), rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "comments")...)
		body := &hclfile.Object{}
		body.Add("plain", hclfile.Text(text.AsString()), text.AsString())
		body.Add("list", hclfile.List{hclfile.Text(text.AsString()), hclfile.List{}})
		body.Add("object", inner)
		file := hclfile.File([]string{text.AsString()}, hclfile.Block{Type: "x", Labels: []string{"y"}, Body: body})
		if string(hclwrite.Format(file)) != string(file) {
			t.Errorf("it is not formatted:\n%s", file)
		}
		got := evaluated(t, file)
		for _, v := range []cty.Value{got["plain"], got["list"].AsValueSlice()[0], got["object"].AsValueMap()[key]} {
			if v.Type() != cty.String || v.AsString() != text.AsString() {
				t.Errorf("%q is read as %#v:\n%s", text.AsString(), v, file)
			}
		}
	})
}

func TestFile(t *testing.T) {
	t.Parallel()
	short, long := &hclfile.Object{}, &hclfile.Object{}
	short.Add("a", hclfile.Text("b"))
	short.Add("list", hclfile.List{hclfile.Expression("1"), hclfile.Expression("x.y")})
	long.Add("text", hclfile.Text(strings.Repeat("word ", 25)))
	long.Add("script", hclfile.Text("echo ${HOME}\n\n  exit 0 # and some more words, so that it is long"), "Two\nlines.")
	long.Add("json", hclfile.Text(`{"a":[1,true,null]}`))
	long.Add("short", short)
	long.Add("none", &hclfile.Object{Open: true})
	const want = `# Head.

block "a" "b" {
  text = "word word word word word word word word word word word word word word word word word word word word word word word word word "
  # Two
  # lines.
  script = chomp(<<-EOT
    echo $${HOME}

      exit 0 # and some more words, so that it is long
  EOT
  )
  json  = jsonencode({ a = [1, true, null] })
  short = { a = "b", list = [1, x.y] }
  none  = {}
}

# Above.
empty {}
`
	got := string(hclfile.File([]string{"Head."}, hclfile.Block{Type: "block", Labels: []string{"a", "b"}, Body: long},
		hclfile.Block{Type: "empty", Comments: []string{"Above."}}))
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
