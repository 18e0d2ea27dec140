package argo_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/klauspost/compress/zstd"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// packed compresses the nodes of a run with one output, as a controller does.
func packed(t *testing.T, compressor func(io.Writer) (io.WriteCloser, error)) *wfv1.Workflow {
	t.Helper()
	var b bytes.Buffer
	w, err := compressor(&b)
	if err != nil {
		t.Fatal(err)
	}
	nodes := wfv1.Nodes{"run": node("run", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, 0, output("rate", "0.5"))}
	if err := json.NewEncoder(w).Encode(nodes); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &wfv1.Workflow{
		ObjectMeta: metav1.ObjectMeta{Name: "run"},
		Status: wfv1.WorkflowStatus{
			Phase: wfv1.WorkflowSucceeded, CompressedNodes: base64.StdEncoding.EncodeToString(b.Bytes()),
		},
	}
}

var compressors = map[string]func(io.Writer) (io.WriteCloser, error){
	"gzip":   func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
	"zstd":   func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	"brotli": func(w io.Writer) (io.WriteCloser, error) { return brotli.NewWriter(w), nil },
}

func TestNodesAreReadHoweverTheyAreCompressed(t *testing.T) {
	t.Parallel()
	for name, compressor := range compressors {
		got, err := status.Status(packed(t, compressor), map[string]spec.Output{"rate": {Type: spec.Float}})
		if err != nil || got.Outputs["rate"] != "0.5" {
			t.Errorf("%s: outputs %v, %v", name, got.Outputs, err)
		}
	}
}

// What cannot be read is an error; the phase is known all the same.
func TestBrokenNodesAreAnError(t *testing.T) {
	t.Parallel()
	for name, compressor := range compressors {
		wf := packed(t, compressor)
		whole := wf.Status.CompressedNodes
		for _, text := range []string{whole[:len(whole)/2], whole[:8], "AAAA", "no base64", strings.Repeat("A", 64)} {
			wf.Status.CompressedNodes = text
			if _, err := status.Status(wf, nil); err == nil {
				t.Errorf("%s: %q is read", name, text)
			}
			if phase := status.PhaseOf(map[string]any{"status": map[string]any{"phase": "Succeeded", "compressedNodes": text}}); phase != spec.PhaseSucceeded {
				t.Errorf("%s: phase %s", name, phase)
			}
		}
	}
}

func TestNodesInADatabaseAreTold(t *testing.T) {
	t.Parallel()
	wf := &wfv1.Workflow{
		ObjectMeta: metav1.ObjectMeta{Name: "run"},
		Status:     wfv1.WorkflowStatus{Phase: wfv1.WorkflowSucceeded, OffloadNodeStatusVersion: "fnv:1"},
	}
	if got, err := status.Status(wf, nil); err != nil || !got.Elsewhere {
		t.Errorf("got %+v, %v", got, err)
	}
	wf.Status.Nodes = wfv1.Nodes{"run": node("run", wfv1.NodeTypeDAG, wfv1.NodeSucceeded, 0)}
	if got, err := status.Status(wf, nil); err != nil || got.Elsewhere {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPhaseOfWhateverIsThere(t *testing.T) {
	t.Parallel()
	for _, w := range []map[string]any{nil, {"status": 5}, {"status": map[string]any{"phase": 5}}, {"status": map[string]any{}}} {
		if phase := status.PhaseOf(w); phase != spec.PhasePending {
			t.Errorf("%v: phase %s", w, phase)
		}
	}
}
