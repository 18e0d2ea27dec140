package redact_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text, want string
		secrets          []string
	}{
		{"as it is", "password s3cr3t-pw refused", "password (secret) refused", []string{"s3cr3t-pw"}},
		{"with the newline of a file", "got s3cr3t-pw.", "got (secret).", []string{"s3cr3t-pw\n"}},
		{"base64", "token czNjcjN0LXB3", "token (secret)", []string{"s3cr3t-pw"}},
		{"base64 of a login", "Basic ZXRsOnMzY3IzdC1wdw==", "Basic ZXRsOn(secret)w==", []string{"s3cr3t-pw"}},
		{"in JSON", `{"p":"a\"b\u003cc-d"}`, `{"p":"(secret)"}`, []string{`a"b<c-d`}},
		{"in JSON in JSON", `{"p":"{\"q\":\"a\\\"b-c-d\"}"}`, `{"p":"{\"q\":\"(secret)\"}"}`, []string{`a"b-c-d`}},
		{"in Python", `KeyError('a"quo\\te')`, `KeyError('(secret)')`, []string{`a"quo\te`}},
		{"in a URL", "postgres://u:p%40ss%2Fword@db", "postgres://u:(secret)@db", []string{"p@ss/word"}},
		{"in a URL, slashes kept", "postgres://u:p%40ss/word@db", "postgres://u:(secret)@db", []string{"p@ss/word"}},
		{"in a URL, small digits", "postgres://u:p%3dss%2fword@db", "postgres://u:(secret)@db", []string{"p=ss/word"}},
		{"each line", "BEGIN KEY\nabcdefgh\nother", "(secret)\n(secret)\nother", []string{"BEGIN KEY\nabcdefgh\nEND KEY"}},
		{"one inside another", "longer-secret", "(secret)", []string{"secret", "longer-secret"}},
		{"one into another", "x abcdefghi y", "x (secret) y", []string{"abcdef", "defghi"}},
		{"short ones as words", "dev=1 devices 1 1", "(secret)=(secret) devices (secret) (secret)", []string{"dev", "1"}},
		{"empty", "nothing here", "nothing here", []string{"", "\n", "  "}},
		{"none", "nothing here", "nothing here", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := redact.New(test.secrets...).Text(test.text); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://u:topsecret@h/x":          "https://u:(secret)@h/x",
		"GET https://h/b?sig=abc&x=1 fail": "GET https://h/b?… fail",
	} {
		if got := redact.URLs(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := redact.Logins("a @ https://u:hunter2@h/x"); got != "a @ https://(secret)@h/x" {
		t.Error(got)
	}
}

// asPythonPrints prints a value in the forms that Python's own libraries have for it.
const asPythonPrints = `
import ast, base64, html, json, shlex, sys, urllib.parse
values = json.load(sys.stdin)
print(json.dumps([[
    value, repr(value), ascii(value), repr(value.encode()), str([value]), repr(KeyError(value)),
    json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps(json.dumps(value, ensure_ascii=False), ensure_ascii=False),
    urllib.parse.quote(value), urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value), urllib.parse.urlencode({"k": value}),
    base64.b64encode(value.encode()).decode(), base64.urlsafe_b64encode(value.encode()).decode(), shlex.quote(value), html.escape(value, quote=False), html.escape(value),
    value.encode().hex(),
] for value in values]))
`

// Whatever Python makes of a secret for a log, nothing is left of it.
func TestFormsOfPython(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed")
	}
	values := []string{
		`a"quo\te`, "it's \\ \"both\"", "p@ss/w%rd+x y", "Grüße, 世界 🦄!", "tab\tand\x07bell", "<a href='x'>&amp;",
		"non\u00adprint\u2028able",
	}
	for range 200 {
		values = append(
			values, rapid.StringOfN(rapid.SampledFrom([]rune("ab7'\"\\/+=@ %&<>~$\t\x07é世🦄\u00ad")), 6, 30, -1).Example(),
		)
	}
	input, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("python3", "-c", asPythonPrints)
	c.Stdin = strings.NewReader(string(input))
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var printed [][]string
	if err := json.Unmarshal(out, &printed); err != nil {
		t.Fatal(err)
	}
	for i, forms := range printed {
		if value := strings.TrimSpace(values[i]); len(value) < 6 {
			continue
		}
		for n, form := range forms {
			got := redact.New(values[i]).Text(form)
			if rest := strings.NewReplacer(redact.Mark, "", "KeyError", "", "k=", "").Replace(got); strings.Trim(rest, `"'b[](),\= `) != "" {
				t.Errorf("form %d of %q: %q became %q", n, values[i], form, got)
			}
		}
	}
}

func TestNoSecretSurvives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfN(rapid.StringMatching(`[a-c0-1"\\/+=@ ]{6,40}`), 1, 4).Draw(t, "secrets")
		var b strings.Builder
		for _, s := range secrets {
			b.WriteString(rapid.StringMatching(`[A-Z ]{0,5}`).Draw(t, "between") + s)
		}
		got := redact.New(secrets...).Text(b.String())
		if left := strings.Trim(strings.ReplaceAll(got, redact.Mark, ""), "ABCDEFGHIJKLMNOPQRSTUVWXYZ "); left != "" && len(strings.TrimSpace(strings.Join(secrets, ""))) > 40 {
			for _, s := range secrets {
				if s = strings.TrimSpace(s); len(s) >= 6 && strings.Contains(left, s) {
					t.Fatalf("%q is still in %q", s, got)
				}
			}
		}
	})
}
