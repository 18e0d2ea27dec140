// Package pypitest makes wheels and serves them as a package index, for tests that install packages.
package pypitest

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
)

// Wheel builds a wheel of these files that anything can install.
func Wheel(t *testing.T, name, version string, files map[string]string, requires ...string) []byte {
	t.Helper()
	info := name + "-" + version + ".dist-info/"
	var metadata strings.Builder
	metadata.WriteString("Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n")
	for _, r := range requires {
		metadata.WriteString("Requires-Dist: " + r + "\n")
	}
	all := map[string]string{
		info + "METADATA": metadata.String(),
		info + "WHEEL":    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
	}
	maps.Copy(all, files)
	var record strings.Builder
	record.WriteString(info + "RECORD,,\n")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(file, content string) {
		header := &zip.FileHeader{Name: file, Method: zip.Deflate}
		if strings.Contains(file, "/scripts/") {
			header.SetMode(0o755)
		}
		w, err := z.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(all)) {
		sum := sha256.Sum256([]byte(all[file]))
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", file, base64.RawURLEncoding.EncodeToString(sum[:]), len(all[file]))
		add(file, all[file])
	}
	add(info+"RECORD", record.String())
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Index serves wheels, by file name, as a package index under /simple, to those who know the password if there is one.
func Index(password string, wheels map[string][]byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, given, _ := r.BasicAuth(); given != password {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if content, ok := wheels[path.Base(r.URL.Path)]; ok {
			_, _ = w.Write(content)
			return
		}
		project := path.Base(r.URL.Path)
		found := false
		for _, file := range slices.Sorted(maps.Keys(wheels)) {
			if strings.HasPrefix(file, project+"-") {
				if !found {
					w.Header().Set("Content-Type", "text/html")
				}
				found = true
				_, _ = fmt.Fprintf(w, "<a href=\"/files/%s\">%s</a>\n", file, file)
			}
		}
		if !found {
			w.WriteHeader(http.StatusNotFound)
		}
	})
}

// Pin is a requirement name==version with the hash of its wheel.
func Pin(requirement string, wheels map[string][]byte) string {
	name, version, _ := strings.Cut(requirement, "==")
	sum := sha256.Sum256(wheels[name+"-"+version+"-py3-none-any.whl"])
	return requirement + " --hash=sha256:" + hex.EncodeToString(sum[:])
}
