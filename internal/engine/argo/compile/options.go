package compile

import (
	"fmt"
	"math"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// options compiles the settings of the pipeline as a whole.
func (c *pipelineCompiler) options() error {
	o := c.pipeline.Options
	c.spec.Parallelism = o.Parallelism
	c.spec.ArchiveLogs = o.ArchiveLogs
	var err error
	if c.spec.ActiveDeadlineSeconds, err = wholeSeconds(o.Timeout); err != nil {
		return fmt.Errorf("timeout: %w", err)
	}
	if o.TTL != nil {
		ttl := &wfv1.TTLStrategy{}
		for _, f := range []struct {
			text string
			to   **int32
		}{
			{o.TTL.AfterCompletion, &ttl.SecondsAfterCompletion},
			{o.TTL.AfterSuccess, &ttl.SecondsAfterSuccess},
			{o.TTL.AfterFailure, &ttl.SecondsAfterFailure},
		} {
			seconds, err := wholeSeconds(f.text)
			if err != nil {
				return fmt.Errorf("ttl: %w", err)
			}
			if seconds != nil {
				s := int32(min(*seconds, math.MaxInt32))
				*f.to = &s
			}
		}
		c.spec.TTLStrategy = ttl
	}
	if o.PodGC != "" {
		c.spec.PodGC = &wfv1.PodGC{Strategy: wfv1.PodGCStrategy(o.PodGC)}
	}
	if o.ArtifactGC != "" {
		c.spec.ArtifactGC = &wfv1.WorkflowLevelArtifactGC{
			ArtifactGC: wfv1.ArtifactGC{Strategy: wfv1.ArtifactGCStrategy(o.ArtifactGC)},
		}
	}
	if r := o.ArtifactRepository; r != nil {
		c.spec.ArtifactRepositoryRef = &wfv1.ArtifactRepositoryRef{ConfigMap: r.ConfigMap, Key: r.Key}
	}
	c.spec.Synchronization = synchronization(o.Synchronization)
	if c.spec.VolumeClaimTemplates, err = claimTemplates(o.VolumeClaims); err != nil {
		return err
	}
	if len(o.Labels) > 0 {
		c.spec.WorkflowMetadata = &wfv1.WorkflowMetadata{Labels: o.Labels}
	}
	c.spec.PodMetadata = c.podMetadata()
	return nil
}

// synchronization uses the plural fields, which every supported Argo has.
func synchronization(s *spec.Synchronization) *wfv1.Synchronization {
	if s == nil {
		return nil
	}
	out := &wfv1.Synchronization{}
	for _, name := range s.Mutexes {
		out.Mutexes = append(out.Mutexes, &wfv1.Mutex{Name: name})
	}
	for _, sem := range s.Semaphores {
		out.Semaphores = append(out.Semaphores, &wfv1.SemaphoreRef{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: sem.ConfigMap}, Key: sem.Key,
		}})
	}
	return out
}

// wholeSeconds rounds up; empty gives nil.
func wholeSeconds(text string) (*int64, error) {
	if text == "" {
		return nil, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return nil, err
	}
	s := int64(math.Ceil(d.Seconds()))
	return &s, nil
}

// RunOptions are what an object says of the runs of a pipeline that does not count where it is a task: the time that
// they may take, their claims and the place of their artifacts. There are none where the object is no pipeline.
func RunOptions(into layout.Decoder) spec.Options {
	var w wfv1.WorkflowTemplate
	if into(&w) != nil {
		return spec.Options{}
	}
	o := spec.Options{Timeout: wire.Seconds(w.Spec.ActiveDeadlineSeconds)}
	if m := w.Spec.WorkflowMetadata; m != nil {
		o.PipelineRoot = m.Annotations[layout.RootAnnotation]
	}
	for _, claim := range w.Spec.VolumeClaimTemplates {
		layout.Set(&o.VolumeClaims, claim.Name, settings.ReadClaim(claim.Spec))
	}
	return o
}
