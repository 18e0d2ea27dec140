package runtime_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func full() runtime.Config {
	return runtime.Config{
		Function: "train", Source: "source.py", SourceName: "src/train.py", LineOffset: 7, Lightweight: true,
		Arguments: []runtime.Argument{
			{Name: "rate", Passing: runtime.Parameter, Type: spec.Float, Optional: true},
			{Name: "data", Passing: runtime.InputArtifact, Type: "list(Dataset)"},
			{Name: "model", Keyword: "model_path", Passing: runtime.OutputPath, Type: spec.Model},
		},
		Outputs:  map[string]spec.Type{"model": spec.Model, "loss": spec.Float, "a": spec.String},
		Returns:  runtime.ReturnsNamed,
		Packages: []string{"numpy>=2 <&>"}, IndexURLs: []string{
			"https://${USER}@host/simple",
		}, TrustedHosts: []string{"host"},
		Additional: []string{"helper.py"}, Files: []string{"table.csv"},
	}
}

// TestEncoding holds the bytes of component.json still: a component's version is a hash over them.
func TestEncoding(t *testing.T) {
	t.Parallel()
	got, err := full().Encode()
	must(t, err)
	want := `{"function":"train","source":"source.py","source_name":"src/train.py","line_offset":7,"lightweight":true,"arguments":[` +
		`{"name":"rate","passing":"parameter","type":"float","optional":true},{"name":"data","passing":"input_artifact","type":"list(Dataset)"},` +
		`{"name":"model","keyword":"model_path","passing":"output_path","type":"Model"}],"outputs":{"a":"string","loss":"float","model":"Model"},` +
		`"returns":"named","packages":["numpy>=2 <&>"],"index_urls":["https://${USER}@host/simple"],"trusted_hosts":["host"],` +
		`"additional_sources":["helper.py"],"files":["table.csv"]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	back, err := runtime.Decode(got)
	must(t, err)
	if diff := cmp.Diff(full(), back); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{"", "{}", got + "1", strings.Replace(got, `"function"`, `"fonction"`, 1)} {
		if _, err := runtime.Decode(text); err == nil {
			t.Errorf("%.40q was decoded", text)
		}
	}
}

func TestValidation(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*runtime.Config){
		"no function is named":                                                 func(c *runtime.Config) { c.Function = "" },
		"line offset -1 is negative":                                           func(c *runtime.Config) { c.LineOffset = -1 },
		`"" cannot name a file`:                                                func(c *runtime.Config) { c.Source = "" },
		`"a/b.py" cannot name a file`:                                          func(c *runtime.Config) { c.Source = "a/b.py" },
		`"..data" cannot name a file`:                                          func(c *runtime.Config) { c.Files = []string{"..data"} },
		`more than one file "source.py"`:                                       func(c *runtime.Config) { c.Files = []string{"source.py"} },
		`more than one file "component.json"`:                                  func(c *runtime.Config) { c.Files = []string{runtime.ConfigName} },
		`more than one file "kfp_runtime.py"`:                                  func(c *runtime.Config) { c.Additional = []string{runtime.FileName} },
		`more than one argument "data"`:                                        func(c *runtime.Config) { c.Arguments[0].Keyword = "data" },
		`"a-b" cannot name an input`:                                           func(c *runtime.Config) { c.Arguments[0].Name = "a-b" },
		`a Dataset cannot be passed as "parameter"`:                            func(c *runtime.Config) { c.Arguments[0].Type = spec.Dataset },
		`a float cannot be passed as "by hand"`:                                func(c *runtime.Config) { c.Arguments[0].Passing = "by hand" },
		`a float cannot be passed as "final_status"`:                           func(c *runtime.Config) { c.Arguments[0].Passing = runtime.FinalStatus },
		`"int" is not a type`:                                                  func(c *runtime.Config) { c.Arguments[0].Type = "int" },
		`type "list( float)" is not spelled "list(float)"`:                     func(c *runtime.Config) { c.Arguments[0].Type = "list( float)" },
		`output "loss" of type "double"`:                                       func(c *runtime.Config) { c.Outputs["loss"] = "double" },
		`argument "model" does not stand for exactly one output of type Model`: func(c *runtime.Config) { c.Outputs["model"] = spec.Dataset },
		`1 outputs are returned, which "none" does not fit`:                    func(c *runtime.Config) { c.Returns = runtime.ReturnsNone; delete(c.Outputs, "a") },
		`2 outputs are returned, which "value" does not fit`:                   func(c *runtime.Config) { c.Returns = runtime.ReturnsValue },
		`0 outputs are returned, which "named" does not fit`:                   func(c *runtime.Config) { c.Outputs = map[string]spec.Type{"model": spec.Model} },
		`"-r /etc/passwd" is not a pip requirement`:                            func(c *runtime.Config) { c.Packages[0] = "-r /etc/passwd" },
		`"a\n--pre" is not a pip requirement`:                                  func(c *runtime.Config) { c.Packages[0] = "a\n--pre" },
		`"http://a b" is not an index`:                                         func(c *runtime.Config) { c.IndexURLs[0] = "http://a b" },
	} {
		c := full()
		change(&c)
		if _, err := c.Encode(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestContents(t *testing.T) {
	t.Parallel()
	files := map[string]string{"source.py": "def train(): pass", "helper.py": "", "table.csv": "a,b"}
	contents, err := runtime.Contents(full(), files)
	must(t, err)
	if len(contents) != 5 || contents[runtime.FileName] != full().Runtime() || contents["table.csv"] != "a,b" {
		t.Errorf("contents %v", contents)
	}
	for want, change := range map[string]func(files map[string]string){
		`no text of the file "helper.py"`:          func(f map[string]string) { delete(f, "helper.py") },
		`"other" is not named by the component`:    func(f map[string]string) { f["other"] = "" },
		`the file "table.csv" is not UTF-8 text`:   func(f map[string]string) { f["table.csv"] = "\xff" },
		"the largest are table.csv (1048576), kfp": func(f map[string]string) { f["table.csv"] = strings.Repeat("x", runtime.MaxSize) },
	} {
		changed := maps.Clone(files)
		change(changed)
		if _, err := runtime.Contents(full(), changed); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
