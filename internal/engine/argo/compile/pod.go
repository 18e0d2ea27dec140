package compile

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
)

// runAsUser is the user that containers run as unless a task says otherwise. Images made for Kubernetes cope with any
// user; the number is that of "nonroot" in distroless images.
const runAsUser = 65532

// PodSecurity and containerSecurity satisfy the restricted Pod Security Standard, unless a container runs as the user of
// its image.
func PodSecurity(asImageUser bool) *corev1.PodSecurityContext {
	context := &corev1.PodSecurityContext{
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	if !asImageUser {
		context.RunAsNonRoot, context.RunAsUser = new(true), ptr.To[int64](runAsUser)
	}
	return context
}

func containerSecurity() *corev1.SecurityContext {
	return &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
	}
}

// escapeEnv keeps a value from Argo's and the kubelet's substitution: values are data. The kubelet turns "$$" into "$"
// and expands $(KFP_NOTHING) to nothing, last of all.
func escapeEnv(value string) string {
	return breakBraces(strings.ReplaceAll(value, "$", "$$"))
}

func breakBraces(text string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	return strings.ReplaceAll(text, "{", "{$("+expr.Nothing+")")
}
