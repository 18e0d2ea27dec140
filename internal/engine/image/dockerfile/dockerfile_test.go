package dockerfile

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	f, err := Parse([]byte(`# syntax=docker/dockerfile:1
ARG TAG=3.12
ARG BASE=python:${TAG}-slim
FROM --platform=$BUILDPLATFORM golang:1.26 AS Build
ARG FLAVOUR
RUN --mount=type=secret,id=token --mount=type=bind,from=alpine:3,target=/x true
FROM build AS more
FROM ${BASE}
COPY --from=build /a /a
COPY --from=0 /a /b
COPY --from=busybox:1 /bin/sh /sh
ARG DERIVED=$TAG
FROM ${UNKNOWN}/x AS last
`), map[string]string{"TAG": "3.11"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Image{{"golang:1.26", 4}, {"alpine:3", 6}, {"python:3.11-slim", 8}, {"busybox:1", 11}}
	if !slices.Equal(f.Images, want) {
		t.Errorf("images %v", f.Images)
	}
	if !slices.Equal(f.Args, []string{"BASE", "DERIVED", "FLAVOUR", "TAG"}) || !slices.Equal(f.Secrets, []string{"token"}) || f.Syntax != "docker/dockerfile:1" {
		t.Errorf("%+v", f)
	}
	for target, want := range map[string]bool{"build": true, "LAST": true, "3": true, "4": false, "nope": false} {
		if f.HasStage(target) != want {
			t.Errorf("stage %q: %v", target, !want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "empty",
		"# only a comment\n":         "no instructions",
		"FROM a\nRUNN x\n":           "line 2: unknown instruction: RUNN",
		"FROM a\n\nCOPY x\n":         "line 3: ",
		"RUN x\n":                    "line 1: ",
		"FROM a\nRUN <<EOF\nforever": "unterminated heredoc",
	} {
		_, err := Parse([]byte(text), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v does not say %q", text, err, want)
		}
	}
}

func TestPython(t *testing.T) {
	got := Python(Requirements{Base: "python:3.12-slim", Lines: []string{
		"numpy==2.1.0", "EOF", "x[y]>=1; python_version > '3'",
	},
		IndexURLs: []string{"https://a/simple", "http://b/it's"}, TrustedHosts: []string{"b"}, Login: true})
	want := `FROM scratch AS requirements
COPY <<"EOF_" /requirements.txt
numpy==2.1.0
EOF
x[y]>=1; python_version > '3'
EOF_

FROM python:3.12-slim
RUN --mount=type=bind,from=requirements,source=/requirements.txt,target=/tmp/requirements.txt \
    --mount=type=secret,id=netrc,target=/run/secrets/netrc,mode=0444,required=true \
    SOURCE_DATE_EPOCH=315532800 PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 PIP_BREAK_SYSTEM_PACKAGES=1 NETRC=/run/secrets/netrc python3 -m pip install --no-cache-dir --no-input \
    --disable-pip-version-check --root-user-action=ignore \
    --index-url https://a/simple \
    --extra-index-url 'http://b/it'\''s' \
    --trusted-host b \
    -r /tmp/requirements.txt
`
	if got != want {
		t.Errorf("got:\n%s", got)
	}
	f, err := Parse([]byte(got), nil)
	if err != nil || len(f.Images) != 1 || f.Images[0].Name != "python:3.12-slim" || !slices.Equal(f.Secrets, []string{NetrcSecret}) || f.Syntax != "" {
		t.Errorf("%+v %v", f, err)
	}
}

func TestLines(t *testing.T) {
	got := Lines("# c\r\nnumpy==2.1.0 \\\r\n    --hash=sha256:ab  \r\n\r\n  # d\npandas\n")
	if !slices.Equal(got, []string{`numpy==2.1.0 \`, "    --hash=sha256:ab", "pandas"}) {
		t.Errorf("%q", got)
	}
	for _, bad := range []string{"-r other.txt", "-rother.txt", "--requirement=x", "-c c.txt", "-e .", ".", "./x", "/abs", "a @ file:///x",
		"--index-url https://x", "-i https://x", "a @ https://u:p@h/x", "a\nb"} {
		if r, _ := CheckLine(bad); r == "" {
			t.Errorf("%q passed", bad)
		}
	}
	for _, good := range []string{"numpy==2.1.0", "a[b]>=1", "    --hash=sha256:ab", "--only-binary=:all:", "--no-binary x", "a @ https://h/x.whl", "a @ git+https://h/x@v1"} {
		if r, _ := CheckLine(good); r != "" {
			t.Errorf("%q: %s", good, r)
		}
	}
}

func TestSplitLogins(t *testing.T) {
	plain, logins, err := SplitLogins([]string{"https://me:hunter2@a.example.com:8080/simple", "http://b/simple/"})
	if err != nil || !slices.Equal(plain, []string{"https://a.example.com:8080/simple", "http://b/simple/"}) ||
		logins.Netrc != "machine a.example.com\nlogin me\npassword hunter2\n" {
		t.Error(plain, logins, err)
	}
	for _, bad := range []string{"ftp://x", "x", "https://", "https://u:hun\tter2@h", "https://u:hunter2@h/ x"} {
		if _, _, err := SplitLogins([]string{bad}); err == nil || strings.Contains(err.Error(), "ter2") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestQuoteForTheShell(t *testing.T) {
	for _, s := range []string{"a b", "$HOME", "it's", "`x`", `"`, "a;b", `\`, "*"} {
		out, err := exec.Command("sh", "-c", "printf %s "+quote(s)).Output()
		if err != nil || string(out) != s {
			t.Errorf("%q became %q (%v)", s, out, err)
		}
	}
}
