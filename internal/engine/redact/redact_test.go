package redact_test

import (
	"encoding/base64"
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
		{"base64", "Basic czNjcjN0LXB3", "Basic (secret)", []string{"s3cr3t-pw"}},
		{"in JSON", `{"p":"a\"b\u003cc-d"}`, `{"p":"(secret)"}`, []string{`a"b<c-d`}},
		{"in a URL", "postgres://u:p%40ss%2Fword@db", "postgres://u:(secret)@db", []string{"p@ss/word"}},
		{"each line", "BEGIN KEY\nabcdefgh\nother", "(secret)\n(secret)\nother", []string{"BEGIN KEY\nabcdefgh\nEND KEY"}},
		{"one inside another", "longer-secret", "(secret)", []string{"secret", "longer-secret"}},
		{"short ones as words", "dev=1 devices 1 1", "(secret)=(secret) devices (secret) (secret)", []string{"dev", "1"}},
		{"empty", "nothing here", "nothing here", []string{"", "\n", "  "}},
		{"none", "nothing here", "nothing here", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := redact.New(test.secrets).Text(test.text); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestNoSecretSurvives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfN(rapid.StringMatching(`[a-z0-9"\\/+=@ ]{6,40}`), 1, 4).Draw(t, "secrets")
		var b strings.Builder
		for _, s := range secrets {
			b.WriteString(rapid.StringMatching(`[A-Z ]{0,5}`).Draw(t, "between") + s + base64.StdEncoding.EncodeToString([]byte(s)))
		}
		got := redact.New(secrets).Text(b.String())
		for _, s := range secrets {
			if s = strings.TrimSpace(s); len(s) >= 6 && strings.Contains(strings.ReplaceAll(got, redact.Mark, "\n"), s) {
				t.Fatalf("%q is still in %q", s, got)
			}
		}
	})
}
