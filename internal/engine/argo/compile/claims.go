package compile

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// claimPrefix begins the name that Argo gives to a claim of a run, as an expression for tasks.
const claimPrefix = "{{ run.name }}-"

// claimTemplates let Argo make the claims of each run.
func claimTemplates(claims map[string]spec.EphemeralClaim) ([]corev1.PersistentVolumeClaim, error) {
	var templates []corev1.PersistentVolumeClaim
	for _, name := range spec.Names(claims) {
		claim, err := settings.ClaimSpec(claims[name])
		if err != nil {
			return nil, fmt.Errorf("volume claim %q: %w", name, err)
		}
		templates = append(templates, corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: claim})
	}
	return templates, nil
}

// withRunClaims names the claims of the run that volumes hold as Argo does.
func withRunClaims(s spec.Settings, claims map[string]spec.EphemeralClaim) spec.Settings {
	return renameClaims(s, func(claim string) string {
		if _, ok := claims[claim]; ok {
			return claimPrefix + claim
		}
		return claim
	})
}

// WithoutRunClaims undoes withRunClaims.
func WithoutRunClaims(s spec.Settings, claims map[string]spec.EphemeralClaim) spec.Settings {
	named := map[string]string{}
	for claim := range claims {
		named[claimPrefix+claim] = claim
	}
	return renameClaims(s, func(claim string) string {
		if of, ok := named[claim]; ok {
			return of
		}
		return claim
	})
}

func renameClaims(s spec.Settings, named func(string) string) spec.Settings {
	for name, v := range s.Volumes {
		if claim := named(v.Claim); claim != v.Claim {
			v.Claim = claim
			s.Volumes = maps.Clone(s.Volumes)
			s.Volumes[name] = v
		}
	}
	return s
}
