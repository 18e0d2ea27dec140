package compile

import (
	"fmt"
	"path"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// root compiles the place of the artifacts. Argo takes no address in a pipeline: it reads where artifacts are kept from
// a config map, also when it removes them and where its page shows them. So the pipeline has one, whose name is a hash of
// what it says: a version that a schedule pins keeps its place.
func (c *pipelineCompiler) root() error {
	text := c.pipeline.Options.PipelineRoot
	if text == "" {
		return nil
	}
	described, err := RootDescription(text)
	if err != nil {
		return err
	}
	ref := rootRef(c.pipeline.Name, described)
	c.rootObject = c.codeOf(ref.ConfigMap, map[string]string{ref.Key: described})
	c.spec.ArtifactRepositoryRef = ref
	if c.spec.WorkflowMetadata == nil {
		c.spec.WorkflowMetadata = &wfv1.WorkflowMetadata{}
	}
	c.spec.WorkflowMetadata.Annotations = map[string]string{layout.RootAnnotation: text}
	for i := range c.spec.Templates {
		listsBelowRoot(&c.spec.Templates[i])
	}
	return nil
}

// RootRef is where Argo finds the place of a pipeline's artifacts; nil: the text is no place.
func RootRef(pipeline, text string) *wfv1.ArtifactRepositoryRef {
	described, err := RootDescription(text)
	if err != nil {
		return nil
	}
	return rootRef(pipeline, described)
}

func rootRef(pipeline, described string) *wfv1.ArtifactRepositoryRef {
	return &wfv1.ArtifactRepositoryRef{
		ConfigMap: layout.CodeName(pipeline, layout.TextHash(described)), Key: layout.RootKey,
	}
}

// RootDescription is what Argo reads of the place. Data in it is encoded; only the format of the keys is Argo's.
func RootDescription(text string) (string, error) {
	i, err := spec.ParseRoot(text)
	if err != nil {
		return "", fmt.Errorf("pipeline_root: %w", err)
	}
	keys := path.Join(i.Key, wfv1.DefaultArchivePattern)
	var r wfv1.ArtifactRepository
	if i.Scheme == "gs" {
		r.GCS = &wfv1.GCSArtifactRepository{GCSBucket: gcsBucketOf(i), KeyFormat: keys}
	} else {
		r.S3 = &wfv1.S3ArtifactRepository{S3Bucket: bucketOf(i), KeyFormat: keys}
	}
	return wire.Marshal(r)
}

// listsBelowRoot keeps what loops make below the root of the run.
func listsBelowRoot(t *wfv1.Template) {
	if t.DAG == nil {
		return
	}
	for i := range t.DAG.Tasks {
		given := &t.DAG.Tasks[i].Arguments
		for j := range given.Artifacts {
			if s3 := given.Artifacts[j].S3; s3 != nil && strings.HasPrefix(s3.Key, layout.ListsPlace+"/") {
				s3.Key = layout.RootPlace + s3.Key
			}
		}
		for j := range given.Parameters {
			p := &given.Parameters[j]
			if strings.HasPrefix(p.Name, layout.KeyParameter("")) && strings.HasPrefix(p.Value.String(), layout.ListsPlace+"/") {
				p.Value = wfv1.AnyStringPtr(layout.RootPlace + p.Value.String())
			}
		}
	}
}
