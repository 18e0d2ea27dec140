package kfpir

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A workspace is a volume that all tasks of a run share.

// What the workspace is called here, where KFP mounts it, and how sources and placeholders name that.
const (
	workspaceClaim       = "kfp-workspace"
	workspacePath        = "/kfp-workspace"
	workspacePlaceholder = "workspace_path"
)

// workspace makes the volume a claim of the run.
func (r *reader) workspace(w *irWorkspace) {
	if w == nil {
		return
	}
	put(&r.out.Pipeline.Options.VolumeClaims, workspaceClaim, spec.EphemeralClaim{
		Size: w.Size, StorageClass: w.Kubernetes.Claim.Class, AccessModes: w.Kubernetes.Claim.AccessModes,
	})
}

// workspaceValue is what stands for the path of the workspace.
func (r *reader) workspaceValue(p placeholder, line int) value {
	if _, ok := r.out.Pipeline.Options.VolumeClaims[workspaceClaim]; !ok {
		r.errorf(line, "No workspace", "%s is in a text, and the package asks for no workspace.", p.all)
	}
	return value{constant: workspacePath, typ: spec.String, line: line}
}

// mountWorkspace mounts the workspace in a task: what it is given may name a file in it.
func (s *scope) mountWorkspace(t *spec.Task) {
	if _, ok := s.out.Pipeline.Options.VolumeClaims[workspaceClaim]; ok {
		put(&t.Volumes, "kfp_workspace", spec.Volume{MountPath: workspacePath, Claim: workspaceClaim})
	}
}
