package status

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/klauspost/compress/zstd"
)

// maxNodes bounds what compressed nodes may unfold to. An object of etcd's largest size holds about a tenth of it.
const maxNodes = 256 << 20

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// statusNodes returns the nodes, which Argo compresses once they are large. With what is the controller's choice since
// 4.1 (WORKFLOW_COMPRESSION_ALGORITHM), and only the content tells.
func statusNodes(wf *wfv1.Workflow) (wfv1.Nodes, error) {
	if wf.Status.CompressedNodes == "" {
		return wf.Status.Nodes, nil
	}
	packed, err := base64.StdEncoding.DecodeString(wf.Status.CompressedNodes)
	if err != nil {
		return nil, err
	}
	r, err := unfold(packed)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var nodes wfv1.Nodes
	if err := json.NewDecoder(io.LimitReader(r, maxNodes)).Decode(&nodes); err != nil {
		return nil, fmt.Errorf("unpacking nodes: %w", err)
	}
	return nodes, nil
}

func unfold(packed []byte) (io.ReadCloser, error) {
	content := bytes.NewReader(packed)
	switch {
	case bytes.HasPrefix(packed, gzipMagic):
		return gzip.NewReader(content)
	case bytes.HasPrefix(packed, zstdMagic):
		r, err := zstd.NewReader(content, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxNodes))
		if err != nil {
			return nil, err
		}
		return r.IOReadCloser(), nil
	}
	return io.NopCloser(brotli.NewReader(content)), nil // which has no mark of its own
}

// pack compresses nodes so that every version of Argo can read them.
func pack(nodes wfv1.Nodes) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := json.NewEncoder(w).Encode(nodes); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
