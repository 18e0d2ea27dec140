package decompile

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
)

// notedRoot is the address below which a pipeline keeps the artifacts of its runs, as it was written.
func notedRoot(w *wfv1.WorkflowTemplate) (string, bool) {
	m, ref := w.Spec.WorkflowMetadata, w.Spec.ArtifactRepositoryRef
	if m == nil || ref == nil {
		return "", false
	}
	text := m.Annotations[layout.RootAnnotation]
	wanted := compile.RootRef(w.Name, text)
	return text, wanted != nil && *ref == *wanted
}

// RootName is the name of the config map of a pipeline that keeps its artifacts in a place of its own, without decoding
// all of it; empty: it has none.
func RootName(template map[string]any) string {
	s, _ := template["spec"].(map[string]any)
	m, _ := s["workflowMetadata"].(map[string]any)
	annotations, _ := m["annotations"].(map[string]any)
	if annotations[layout.RootAnnotation] == nil {
		return ""
	}
	ref, _ := s["artifactRepositoryRef"].(map[string]any)
	name, _ := ref["configMap"].(string)
	return name
}

// ReadRoot reads where the config map of a pipeline says that artifacts are kept, which somebody may have changed, as
// the address that it is; noted where it says the same.
func ReadRoot(noted string, into layout.Decoder) (root string, ok bool) {
	var object corev1.ConfigMap
	if into == nil || into(&object) != nil {
		return noted, false
	}
	data := object.Data[layout.RootKey]
	if isDescribed(noted, data) {
		return noted, true
	}
	var r wfv1.ArtifactRepository
	if json.Unmarshal([]byte(data), &r) != nil {
		return noted, false
	}
	text := ""
	switch {
	case r.S3 != nil:
		text = "s3://" + r.S3.Bucket + rootPrefix(r.S3.KeyFormat) + query(s3Options(r.S3.S3Bucket))
	case r.GCS != nil:
		text = "gs://" + r.GCS.Bucket + rootPrefix(r.GCS.KeyFormat) + query(secretOptions(r.GCS.ServiceAccountKeySecret, "secret", "key"))
	}
	return text, isDescribed(text, data)
}

func isDescribed(root, data string) bool {
	described, err := compile.RootDescription(root)
	return err == nil && described == data
}

func rootPrefix(keys string) string {
	if prefix := strings.TrimSuffix(strings.TrimSuffix(keys, wfv1.DefaultArchivePattern), "/"); prefix != "" {
		return "/" + prefix
	}
	return ""
}

func s3Options(b wfv1.S3Bucket) url.Values {
	options := secretOptions(b.AccessKeySecret, "secret", "access_key")
	options.Set("endpoint", b.Endpoint)
	options.Set("region", b.Region)
	if b.Insecure != nil {
		options.Set("insecure", strconv.FormatBool(*b.Insecure))
	}
	if b.SecretKeySecret != nil {
		options.Set("secret_key", b.SecretKeySecret.Key)
	}
	return options
}

func secretOptions(ref *corev1.SecretKeySelector, secret, key string) url.Values {
	if ref == nil {
		return url.Values{}
	}
	return url.Values{secret: {ref.Name}, key: {ref.Key}}
}

// query writes the options that are given.
func query(options url.Values) string {
	for name := range options {
		if options.Get(name) == "" {
			delete(options, name)
		}
	}
	if len(options) == 0 {
		return ""
	}
	return "?" + strings.NewReplacer("%3A", ":", "%2F", "/").Replace(options.Encode())
}
