package imagetest

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wheel makes a package of one module.
func wheel(t testing.TB, name, version string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	info := fmt.Sprintf("%s-%s.dist-info/", name, version)
	var record strings.Builder
	for _, f := range [][2]string{
		{
			name + "/__init__.py",
			fmt.Sprintf("VERSION = %q\n\ndef f(x):\n    return {x, 'a', 'b', frozenset([1, 2])}\n", version),
		},
		{info + "METADATA", fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
	} {
		w, err := z.Create(f[0])
		fatal(t, err)
		_, err = w.Write([]byte(f[1]))
		fatal(t, err)
		sum := sha256.Sum256([]byte(f[1]))
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", f[0], base64.RawURLEncoding.EncodeToString(sum[:]), len(f[1]))
	}
	w, err := z.Create(info + "RECORD")
	fatal(t, err)
	fmt.Fprintf(w, "%s%sRECORD,,\n", record.String(), info)
	fatal(t, z.Close())
	return b.Bytes()
}

// Index serves wheels of version 1.0 to those who log in as "user:password", and returns its URL.
func Index(t testing.TB, login string, names ...string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if u, p, _ := q.BasicAuth(); u+":"+p != login {
			w.Header().Set("WWW-Authenticate", `Basic realm="index"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		for _, n := range names {
			file := n + "-1.0-py3-none-any.whl"
			switch q.URL.Path {
			case "/simple/" + n + "/":
				fmt.Fprintf(w, `<a href="/%s">%s</a>`, file, file)
				return
			case "/" + file:
				_, _ = w.Write(wheel(t, n, "1.0"))
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(s.Close)
	return s.URL
}
