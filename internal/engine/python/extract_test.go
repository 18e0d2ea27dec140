package python

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// TestExtract checks what the pod runs.
func TestExtract(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		source, want string
		line         int
	}{
		"plain":      {"x = 1\n\ndef f():\n    return 1\n\n\ny = 2\n", "def f():\n    return 1\n", 3},
		"at the end": {"def f(): pass", "def f(): pass\n", 1},
		"trailing comments": {
			"def f():\n    pass  # here\n    # and there\n# not here\ny = 1", "def f():\n    pass  # here\n", 1,
		},
		"async":           {"async def f():\n  await x\n", "async def f():\n  await x\n", 1},
		"KFP's decorator": {"@dsl.component(\n  base_image='x',\n)\n# c\n\ndef f():\n  pass\n", "def f():\n  pass\n", 6},
		"other decorators": {
			"@a\n@dsl.component(\n  base_image='x',\n)  # c\n@b\ndef f(): pass\n", "@a\n\n\n\n@b\ndef f(): pass\n", 1,
		},
		"KFP's comes first": {"@component\n@a\ndef f(): pass\n", "@a\ndef f(): pass\n", 2},
		"helpers": {
			"@component(additional_funcs=[g, h])\ndef f():\n  g()\nx = 1\n\ndef g(): h()\ny = 1\ndef h(): pass\n",
			"def f():\n  g()\n", 2,
		},
		"last definition": {"def f(): pass\ndef f(): return 1\n", "def f(): return 1\n", 2},
		"strings": {
			"def f():\n    '''\nx\n'''\n    return '''\n}'''\nz = 1\n", "def f():\n    '''\nx\n'''\n    return '''\n}'''\n", 1,
		},
		"carriage returns": {"x = 1\r\ndef f():\r\n    pass\r\ny = 1\r\n", "def f():\r\n    pass\n", 2},
		"byte order mark":  {"\ufeffdef f(): pass\n", "def f(): pass\n", 1},
		"none":             {"x = 1\n", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, line := Extract(Source{"f.py", tc.source}, "f")
			if text != tc.want || line != tc.line {
				t.Errorf("got line %d %q, want %d %q", line, text, tc.line, tc.want)
			}
			if _, err := parse(text); err != nil {
				t.Errorf("what was extracted is not valid: %v", err)
			}
		})
	}
}

// TestImports checks which imports are warned of.
func TestImports(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body     string
		packages []string
		want     string
	}{
		"standard library": {
			"import os.path, tomllib, distutils, zoneinfo\nfrom concurrent.futures import wait", nil, "",
		},
		"missing":    {"import pandas as pd", nil, "pandas: pandas"},
		"given":      {"import pandas as pd, numpy", []string{"pandas==2.2.2"}, ""},
		"other name": {"from sklearn.svm import SVC\nimport yaml", nil, "sklearn: scikit-learn, yaml: pyyaml"},
		"other name given": {
			"import sklearn, cv2, yaml", []string{
				"scikit_learn>=1", "opencv-python-headless", "PyYAML ; python_version<'4'",
			}, "",
		},
		"once": {"import a.b\nimport a.c\nfrom a import d", nil, "a: a"},
		"namespace": {
			"from google.cloud import storage\nimport google.protobuf", nil, "google: google-cloud-storage",
		},
		"namespace given":   {"from google.cloud import storage", []string{"google-cloud-storage[x]~=2.0"}, ""},
		"tried":             {"try:\n    import ujson as json\nexcept ImportError:\n    import json", nil, ""},
		"tried for another": {"try:\n    import ujson\nexcept ValueError: pass", nil, "ujson: ujson"},
		"for type checkers": {"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas", nil, ""},
		"nested": {
			"def g():\n    if a:\n        import pandas\nclass C:\n    import numpy\nwhile a:\n    import polars", nil,
			"pandas: pandas, numpy: numpy, polars: polars",
		},
		"kfp": {
			"from kfp import dsl\nimport kfp.dsl as d\nfrom kfp.dsl import Output\nfrom kfp import compiler\nimport kfp", nil, "",
		},
		"kfp beyond":            {"from kfp.client import Client", nil, "kfp: kfp"},
		"unknown distributions": {"import anything", []string{"git+https://git.example.com/x.git"}, ""},
		"private":               {"import _socket", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := "def f(a: str):\n    " + strings.ReplaceAll(tc.body, "\n", "\n    ") + "\n"
			_, findings := Analyze(Source{"f.py", source}, Options{Lightweight: true, Packages: tc.packages})
			var got []string
			for _, f := range findings {
				if f.Category != Imports || f.Severity != problem.Warning {
					t.Errorf("unexpected: %+v", f)
					continue
				}
				_, rest, _ := strings.Cut(f.Detail, "imports ")
				module, rest, _ := strings.Cut(rest, ",")
				_, rest, _ = strings.Cut(rest, `Add "`)
				requirement, _, _ := strings.Cut(rest, `"`)
				got = append(got, module+": "+requirement)
			}
			if strings.Join(got, ", ") != tc.want {
				t.Errorf("got %s, want %s", strings.Join(got, ", "), tc.want)
			}
		})
	}
}

// TestHelpers reads a function whose decorator names helper functions.
func TestHelpers(t *testing.T) {
	t.Parallel()
	const source = `from kfp import dsl
import math

def scale(x: float, by=FACTOR) -> np.float64:
    import numpy
    return x * math.pi


@dsl.component(base_image="x", additional_funcs=[scale, again])
def f(x: pd.Series = 1) -> float:
    return scale(x) + again(x) + other(x)

def again(x): return scale(x)
def other(x): return x
`
	f, findings := Analyze(Source{"f.py", strings.Replace(source, "pd.Series", "float", 1)}, Options{Lightweight: true})
	if got, want := undefinedNames(findings), "FACTOR@4:24 np@4:35 math@6:16 other@11:34"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, finding := range findings {
		if strings.Contains(finding.Title, "math") && !strings.HasPrefix(finding.Detail, "scale uses math") {
			t.Errorf("got %s", finding.Detail)
		}
	}
	want := "def scale(x: float, by=FACTOR) -> np.float64:\n    import numpy\n    return x * math.pi\n\n\n\n" +
		"def f(x: float = 1) -> float:\n    return scale(x) + again(x) + other(x)\n\ndef again(x): return scale(x)\n"
	if f.Definition != want || f.FirstLine != 4 {
		t.Errorf("line %d: %q", f.FirstLine, f.Definition)
	}
}
