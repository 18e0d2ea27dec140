package status

import (
	"encoding/json"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
)

// logsArtifact is what Argo calls the log of a task that it keeps as an artifact.
const logsArtifact = "main-logs"

// urisOf adds the addresses of the artifacts that a node made. Those of a loop become a list, as their metadata does.
func (r statusReader) urisOf(node wfv1.NodeStatus, isLoop bool, known map[string]string) map[string]string {
	if !givesArtifacts(node) {
		return known
	}
	for _, a := range node.Outputs.Artifacts {
		if strings.HasPrefix(a.Name, layout.HiddenPrefix) || a.Name == logsArtifact {
			continue
		}
		uri := r.uriOf(a.ArtifactLocation)
		if uri == "" {
			continue
		}
		if isLoop {
			text, err := json.Marshal(uri)
			if err != nil {
				continue
			}
			uri = joinLists(known[a.Name], string(text), true)
		}
		if known == nil {
			known = map[string]string{}
		}
		known[a.Name] = uri
	}
	return known
}

// givesArtifacts reports whether a node's outputs are those of a task, not once more those of what it calls: a retry has
// those of its last attempt, and a wrapper those of its inside.
func givesArtifacts(node wfv1.NodeStatus) bool {
	return node.Outputs != nil && node.Type != wfv1.NodeTypeRetry && node.Phase == wfv1.NodeSucceeded && !innerNode.MatchString(node.Name)
}

// uriOf is the address of an artifact; empty: it is in none of the stores whose objects have one, or nobody has said in
// which bucket. Most artifacts hold a key alone: the bucket is that of the run's artifact repository.
func (r statusReader) uriOf(location wfv1.ArtifactLocation) string {
	if ref := r.wf.Status.ArtifactRepositoryRef; ref != nil && !location.HasLocation() {
		if location.Relocate(ref.ArtifactRepository.ToArtifactLocation()) != nil {
			return ""
		}
	}
	switch {
	case location.S3 != nil:
		return address("s3", location.S3.Bucket, location.S3.Key)
	case location.GCS != nil:
		return address("gs", location.GCS.Bucket, location.GCS.Key)
	case location.OSS != nil:
		return address("oss", location.OSS.Bucket, location.OSS.Key)
	}
	return ""
}

func address(scheme, bucket, key string) string {
	if bucket == "" || key == "" {
		return ""
	}
	return scheme + "://" + bucket + "/" + key
}
