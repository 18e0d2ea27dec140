package handwritten

import (
	"slices"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// runClaims are the claims that Argo makes for each run, as the volumes that it makes of them: templates mount them by
// their names.
func runClaims(s *wfv1.WorkflowSpec) []corev1.Volume {
	var volumes []corev1.Volume
	for _, claim := range s.VolumeClaimTemplates {
		volumes = append(volumes, claimVolume(claim.Name))
	}
	return volumes
}

func claimVolume(name string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name},
	}}
}

// claims reads the claims of each run. A claim of the namespace under the same name could not be told from it.
func (g *templateGraph) claims() map[string]spec.EphemeralClaim {
	var claims map[string]spec.EphemeralClaim
	for _, claim := range g.spec.VolumeClaimTemplates {
		at := layout.Keyed("spec.volumeClaimTemplates", claim.Name)
		read := settings.ReadClaim(claim.Spec)
		if !isWhole(read, claim) {
			g.miss(at, "only size, storage class and access modes of a claim can be written")
		}
		if _, taken := claims[claim.Name]; taken {
			g.miss(at, "there are several of this name")
		}
		layout.Set(&claims, claim.Name, read)
		g.places[layout.Keyed("volume_claims", claim.Name)] = at
	}
	volumes := slices.Clone(g.spec.Volumes)
	for _, t := range g.object.Spec.Templates {
		volumes = append(volumes, t.Volumes...)
	}
	for _, v := range volumes {
		if c := v.PersistentVolumeClaim; c != nil {
			if _, taken := claims[c.ClaimName]; taken {
				g.miss(
					layout.Keyed("spec.volumeClaimTemplates", c.ClaimName),
					"a volume is a claim of the namespace with this name, and the two are one here; give one of them another "+
						"name",
				)
			}
		}
	}
	g.spec.VolumeClaimTemplates = nil
	if gc := g.spec.VolumeClaimGC; gc != nil && gc.GetStrategy() == wfv1.VolumeClaimGCOnSuccess {
		g.spec.VolumeClaimGC = nil
	}
	return claims
}

// isWhole reports whether what was read of a claim says all that it says.
func isWhole(read spec.EphemeralClaim, claim corev1.PersistentVolumeClaim) bool {
	again, err := settings.ClaimSpec(read)
	meta := claim.ObjectMeta
	meta.Name = ""
	return err == nil && equality.Semantic.DeepEqual(again, claim.Spec) &&
		equality.Semantic.DeepEqual(meta, metav1.ObjectMeta{})
}

// foreignClaims tells of claims that a template of another WorkflowTemplate mounts: the run makes its own alone.
func (g *templateGraph) foreignClaims(s spec.Settings, in *wfv1.WorkflowTemplate, place string) {
	for _, v := range runClaims(&in.Spec) {
		mounts := func(name string) bool { return s.Volumes[name].Claim == v.Name }
		makes := func(own corev1.Volume) bool { return own.Name == v.Name }
		if slices.ContainsFunc(spec.Names(s.Volumes), mounts) && !slices.ContainsFunc(runClaims(&g.object.Spec), makes) {
			g.miss(
				place, "it mounts "+layout.QuoteName(v.Name)+" of spec.volumeClaimTemplates there, which runs of this "+
					"WorkflowTemplate do not make; write the claim here, too",
			)
		}
	}
}
