package settings

import (
	"cmp"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var securityContext = row[*spec.SecurityContext]{
	name: "security_context", field: func(s *spec.Settings) **spec.SecurityContext { return &s.SecurityContext },
	over: objectOver(func(defaults spec.SecurityContext) *spec.SecurityContext {
		if equal(defaults, spec.SecurityContext{}) {
			return nil
		}
		return &spec.SecurityContext{}
	}),
	wrong: checkSecurity,
	toPod: writeRights, fromPod: readRights,
	examples: func() []*spec.SecurityContext {
		return []*spec.SecurityContext{
			{
				RunAsUser: new(int64(1)), RunAsGroup: new(int64(2)), RunAsNonRoot: new(true),
				FSGroup: new(int64(3)), ReadOnlyRootFilesystem: new(true),
				AllowPrivilegeEscalation: new(true), Privileged: new(true),
				AddCapabilities: []string{"NET_ADMIN"}, DropCapabilities: []string{"ALL"},
			},
			{RunAsUser: new(int64(7)), FSGroup: new(int64(3)), DropCapabilities: []string{}}, {},
		}
	},
}

// podRights are what the pod says, and containerRights what its main container does.
type podRights struct {
	FSGroup      *int64 `json:"fsGroup,omitempty"`
	RunAsGroup   *int64 `json:"runAsGroup,omitempty"`
	RunAsNonRoot *bool  `json:"runAsNonRoot,omitempty"`
	RunAsUser    *int64 `json:"runAsUser,omitempty"`
}

type containerRights struct {
	AllowPrivilegeEscalation *bool        `json:"allowPrivilegeEscalation,omitempty"`
	Capabilities             capabilities `json:"capabilities,omitzero"`
	Privileged               *bool        `json:"privileged,omitempty"`
	ReadOnlyRootFilesystem   *bool        `json:"readOnlyRootFilesystem,omitempty"`
}

// capabilities tell an empty list from none: to drop nothing is not the default.
type capabilities struct {
	Add  []string `json:"add,omitzero"`
	Drop []string `json:"drop,omitzero"`
}

func writeRights(w *writer, s *spec.SecurityContext) {
	if s == nil {
		return
	}
	pod := podRights{FSGroup: s.FSGroup, RunAsGroup: s.RunAsGroup, RunAsNonRoot: s.RunAsNonRoot, RunAsUser: s.RunAsUser}
	if pod != (podRights{}) {
		w.pod["securityContext"] = pod
	}
	container := containerRights{
		AllowPrivilegeEscalation: s.AllowPrivilegeEscalation,
		Capabilities:             capabilities{Add: s.AddCapabilities, Drop: s.DropCapabilities},
		Privileged:               s.Privileged, ReadOnlyRootFilesystem: s.ReadOnlyRootFilesystem,
	}
	if !equal(container, containerRights{}) {
		w.main["securityContext"] = container
	}
}

// readRights undoes writeRights.
func readRights(r *reader, into **spec.SecurityContext) error {
	var pod podRights
	var container containerRights
	if err := decodeAt(r.pod, "securityContext", &pod); err != nil {
		return err
	}
	if err := decodeAt(r.main, "securityContext", &container); err != nil {
		return err
	}
	s := spec.SecurityContext{
		RunAsUser: pod.RunAsUser, RunAsGroup: pod.RunAsGroup, RunAsNonRoot: pod.RunAsNonRoot, FSGroup: pod.FSGroup,
		ReadOnlyRootFilesystem:   container.ReadOnlyRootFilesystem,
		AllowPrivilegeEscalation: container.AllowPrivilegeEscalation,
		Privileged:               container.Privileged, AddCapabilities: container.Capabilities.Add,
		DropCapabilities: container.Capabilities.Drop,
	}
	if !equal(s, spec.SecurityContext{}) {
		*into = &s
	}
	return nil
}

// TakeRights reads the security contexts of a hand-written pod and of its container, which wins, and takes out of them
// what it has read.
func TakeRights(pod *corev1.PodSecurityContext, container *corev1.Container, into *spec.Settings) {
	var s spec.SecurityContext
	own := container.SecurityContext
	if pod != nil {
		s.RunAsUser, s.RunAsGroup, s.RunAsNonRoot, s.FSGroup = pod.RunAsUser, pod.RunAsGroup, pod.RunAsNonRoot, pod.FSGroup
		pod.RunAsUser, pod.RunAsGroup, pod.RunAsNonRoot, pod.FSGroup = nil, nil, nil, nil
		if seccomp := pod.SeccompProfile; seccomp != nil && seccomp.Type == corev1.SeccompProfileTypeRuntimeDefault {
			pod.SeccompProfile = nil // ours
		}
	}
	if own != nil {
		s.RunAsUser, s.RunAsGroup = cmp.Or(own.RunAsUser, s.RunAsUser), cmp.Or(own.RunAsGroup, s.RunAsGroup)
		s.RunAsNonRoot = cmp.Or(own.RunAsNonRoot, s.RunAsNonRoot)
		s.ReadOnlyRootFilesystem, s.AllowPrivilegeEscalation, s.Privileged = own.ReadOnlyRootFilesystem, own.AllowPrivilegeEscalation, own.Privileged
		if c := own.Capabilities; c != nil {
			s.AddCapabilities, s.DropCapabilities = capabilityNames(c.Add), capabilityNames(c.Drop)
		}
		own.RunAsUser, own.RunAsGroup, own.RunAsNonRoot, own.ReadOnlyRootFilesystem = nil, nil, nil, nil
		own.AllowPrivilegeEscalation, own.Privileged, own.Capabilities = nil, nil, nil
		if seccomp := own.SeccompProfile; seccomp != nil && seccomp.Type == corev1.SeccompProfileTypeRuntimeDefault {
			own.SeccompProfile = nil
		}
	}
	if !equal(s, spec.SecurityContext{}) {
		into.SecurityContext = &s
	}
}

func capabilityNames(list []corev1.Capability) []string {
	var names []string
	for _, c := range list {
		names = append(names, string(c))
	}
	return names
}

// capability is the name of one, without its prefix, as Kubernetes writes it.
var capability = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

func checkSecurity(l *problem.List, at problem.Path, s *spec.SecurityContext) {
	if s == nil {
		return
	}
	for attribute, id := range map[string]*int64{"run_as_user": s.RunAsUser, "run_as_group": s.RunAsGroup, "fs_group": s.FSGroup} {
		if id != nil && len(validation.IsValidUserID(*id)) > 0 {
			l.Errorf(
				at.Attr(attribute), "Invalid id", "%d is not the id of a user or a group. Write a number from 0 to 2147483647.", *id,
			)
		}
	}
	// The provider's defaults are run_as_non_root = true and allow_privilege_escalation = false.
	if s.RunAsUser != nil && *s.RunAsUser == 0 && (s.RunAsNonRoot == nil || *s.RunAsNonRoot) {
		l.Errorf(
			at.Attr("run_as_user"), "Root is refused",
			"User 0 is root, and the pod would not start, since run_as_non_root is true unless set. Choose another user, or "+
				"set run_as_non_root = false.",
		)
	}
	if s.Privileged != nil && *s.Privileged && (s.AllowPrivilegeEscalation == nil || !*s.AllowPrivilegeEscalation) {
		l.Errorf(
			at.Attr("privileged"), "Privileges without escalation",
			"Kubernetes refuses a privileged container whose allow_privilege_escalation is false, as it is unless set. Set "+
				"allow_privilege_escalation = true.",
		)
	}
	for attribute, names := range map[string][]string{"add_capabilities": s.AddCapabilities, "drop_capabilities": s.DropCapabilities} {
		for _, name := range names {
			switch bare, prefixed := strings.CutPrefix(name, "CAP_"); {
			case name == spec.Unknown:
			case prefixed:
				l.Errorf(
					at.Attr(attribute), "Invalid capability", "Kubernetes writes capabilities without CAP_. Write %q in place of %q.",
					bare, name,
				)
			case !capability.MatchString(name):
				l.Errorf(
					at.Attr(attribute), "Invalid capability",
					"%q is not the name of a capability. Write capital letters, such as \"NET_BIND_SERVICE\" or \"ALL\".", name,
				)
			}
		}
	}
}
