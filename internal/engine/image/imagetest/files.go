package imagetest

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"testing"
)

// Files lists a tar stream: by name, the time and the content if that is short.
func Files(t testing.TB, r io.ReadCloser) map[string]string {
	t.Helper()
	defer r.Close()
	out := map[string]string{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		content := ""
		if h.Size < 1000 {
			b, err := io.ReadAll(tr)
			if err != nil {
				t.Fatal(err)
			}
			content = string(b)
		}
		out[h.Name] = fmt.Sprintf("%s %o %s", h.ModTime.UTC().Format("2006-01-02"), h.Mode, content)
	}
}
