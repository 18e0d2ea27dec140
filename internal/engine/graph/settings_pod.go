package graph

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func checkResources(l *problem.List, at problem.Path, r *spec.Resources) {
	if r == nil {
		return
	}
	checkQuantities(l, at.Attr("requests"), r.Requests)
	checkQuantities(l, at.Attr("limits"), r.Limits)
	checkBounds(l, at, *r)
}

func checkQuantities(l *problem.List, at problem.Path, quantities map[string]string) {
	for name, text := range quantities {
		checkResourceName(l, at.Key(name), name)
		q, ok := checkQuantity(l, at.Key(name), text)
		if !ok || name == "cpu" || isWhole(q) {
			continue
		}
		if isExtended(name) {
			l.Errorf(at.Key(name), "Invalid quantity", "%q: %s can only be given in whole numbers. Write \"1\", for example.", text, name)
			continue
		}
		l.Errorf(at.Key(name), "Invalid quantity", "%q is not a whole number of bytes: m stands for thousandths. Write Mi or Gi, such as \"%dMi\".", text, mebi(text))
	}
}

// checkResourceName refuses what Kubernetes would not know, which would leave the pod pending for ever.
func checkResourceName(l *problem.List, at problem.Path, name string) {
	switch {
	case name == "cpu" || name == "memory" || name == "ephemeral-storage" || strings.HasPrefix(name, "hugepages-"):
	case !strings.Contains(name, "/"):
		l.Errorf(at, "Unknown resource", "%q is not a resource of containers. There is cpu, memory, ephemeral-storage, hugepages-<size>, and what devices offer with a domain before it, such as \"nvidia.com/gpu\".", name)
	default:
		checkLabelKey(l, at, "resource", name)
	}
}

// isExtended reports whether a resource is one of a device, of which a request is also the limit.
func isExtended(name string) bool { return strings.Contains(name, "/") }

// checkBounds refuses requests that differ from their limits in a way that Kubernetes refuses too.
func checkBounds(l *problem.List, at problem.Path, r spec.Resources) {
	for _, name := range sortedKeys(r.Requests) {
		limit, limited := r.Limits[name]
		request := r.Requests[name]
		if !limited || isTemplate(request) || isTemplate(limit) || request == spec.Unknown || limit == spec.Unknown {
			continue
		}
		asked, err := resource.ParseQuantity(request)
		if err != nil {
			continue // said already
		}
		most, err := resource.ParseQuantity(limit)
		if err != nil {
			continue
		}
		switch c := asked.Cmp(most); {
		case c > 0:
			l.Errorf(at.Attr("requests").Key(name), "Request above its limit", "%s of %s are requested, but at most %s may be used. Raise the limit, or lower the request.", request, name, limit)
		case c < 0 && isExtended(name):
			l.Errorf(at.Attr("requests").Key(name), "Request below its limit", "%s of %s are requested and %s allowed, but devices cannot be shared. Remove the request: it is the limit.", request, name, limit)
		}
	}
}

// fieldPaths are what the downward API offers to environment variables.
var fieldPaths = regexp.MustCompile(`^(metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIP|hostIPs|podIP|podIPs))$`)

// reservedEnv are the variables by which Argo's executor, the Python runtime and the provider work.
var reservedEnv = []string{
	"ARGO_CONTAINER_NAME", "ARGO_DEADLINE_SECONDS", "ARGO_INCLUDE_SCRIPT_OUTPUT", "ARGO_NODE_ID", "ARGO_TEMPLATE",
	"KFP_COMPONENT_DIR", "KFP_INPUTS_DIR", "KFP_NOTHING", "KFP_OUTPUTS_DIR", "KFP_SECRETS",
}

// envNames returns the variables by the attribute that sets them.
func envNames(s spec.Settings) map[string][]string {
	return map[string][]string{
		"env": sortedKeys(s.Env), "secret_env": sortedKeys(s.SecretEnv),
		"config_map_env": sortedKeys(s.ConfigMapEnv), "field_env": sortedKeys(s.FieldEnv),
	}
}

func checkEnv(l *problem.List, at problem.Path, s spec.Settings) {
	seen := map[string]string{}
	names := envNames(s)
	for _, attribute := range sortedKeys(names) {
		for _, name := range names[attribute] {
			here := at.Attr(attribute).Key(name)
			switch msgs := validation.IsEnvVarName(name); {
			case len(msgs) > 0:
				l.Errorf(here, "Invalid name", "%q cannot name an environment variable: %s.", name, reason(msgs))
			case slices.Contains(reservedEnv, name):
				l.Errorf(here, "Reserved name", "%q is a variable by which the provider and Argo Workflows run the component. Choose another name.", name)
			}
			if other, twice := seen[name]; twice {
				l.Errorf(here, "Duplicate name", "Variable %q is set by %s already. Remove one of them.", name, other)
			}
			seen[name] = attribute
		}
	}
	checkSecretEnv(l, at.Attr("env"), s.Env)
	checkKeyRefs(l, at.Attr("secret_env"), s.SecretEnv)
	checkKeyRefs(l, at.Attr("config_map_env"), s.ConfigMapEnv)
	for name, field := range s.FieldEnv {
		if field != spec.Unknown && !fieldPaths.MatchString(field) {
			l.Errorf(at.Attr("field_env").Key(name), "Unknown field", "%q is not a field that Kubernetes gives to a container. There is metadata.name, metadata.namespace, metadata.uid, metadata.labels['x'], metadata.annotations['x'], spec.nodeName, spec.serviceAccountName, status.hostIP and status.podIP.", field)
		}
	}
}

func checkKeyRefs(l *problem.List, at problem.Path, refs map[string]spec.KeyRef) {
	for name, ref := range refs {
		checkNeededName(l, at.Key(name).Attr("name"), ref.Name)
		checkDataKey(l, at.Key(name).Attr("key"), ref.Key)
	}
}

// maxVolumeName leaves room for the prefix that keeps a user's volumes apart from Argo's.
const maxVolumeName = validation.DNS1123LabelMaxLength - len("user-")

func checkVolumes(l *problem.List, at problem.Path, volumes map[string]spec.Volume) {
	mounted, folded := map[string]string{}, map[string]string{}
	for _, name := range sortedKeys(volumes) {
		v := volumes[name]
		label := strings.ReplaceAll(strings.ToLower(name), "_", "-")
		switch {
		case len(validation.IsDNS1123Label(label)) > 0 || len(name) > maxVolumeName:
			l.Errorf(at.Key(name), "Invalid name", "%q cannot name a volume. Use at most %d letters, digits, hyphens and underscores, with a letter or digit at both ends.", name, maxVolumeName)
		case folded[label] != "":
			l.Errorf(at.Key(name), "Duplicate name", "Volume %q has the same name in Kubernetes as volume %q, which knows neither capital letters nor underscores. Rename one.", name, folded[label])
		}
		folded[label] = name
		checkSource(l, at.Key(name), name, v)
		checkMount(l, at.Key(name), name, v, mounted)
	}
}

func checkSource(l *problem.List, at problem.Path, name string, v spec.Volume) {
	var given []string
	unknown := false // it may turn out to be null
	for attribute, text := range map[string]string{"secret": v.Secret, "config_map": v.ConfigMap, "claim": v.Claim} {
		switch text {
		case "":
		case spec.Unknown:
			unknown = true
		default:
			given = append(given, attribute)
		}
	}
	if v.EmptyDir != nil {
		given = append(given, "empty_dir")
	}
	if v.Ephemeral != nil {
		given = append(given, "ephemeral")
	}
	slices.Sort(given)
	switch {
	case len(given) == 0 && !unknown:
		l.Errorf(at, "Volume without a source", "Nothing tells what volume %q holds. Give exactly one of secret, config_map, claim, empty_dir and ephemeral.", name)
	case len(given) > 1:
		l.Errorf(at, "Volume with several sources", "Volume %q has %d sources: %s. Give exactly one of secret, config_map, claim, empty_dir and ephemeral.", name, len(given), strings.Join(given, ", "))
	}
	checkObjectName(l, at.Attr("secret"), v.Secret)
	checkObjectName(l, at.Attr("config_map"), v.ConfigMap)
	checkObjectName(l, at.Attr("claim"), v.Claim)
	if e := v.EmptyDir; e != nil {
		checkChoice(l, at.Attr("empty_dir").Attr("medium"), "Unknown medium", e.Medium, Media)
		if e.SizeLimit != "" {
			checkSize(l, at.Attr("empty_dir").Attr("size_limit"), e.SizeLimit)
		}
	}
	if e := v.Ephemeral; e != nil {
		checkSize(l, at.Attr("ephemeral").Attr("size"), e.Size)
		checkObjectName(l, at.Attr("ephemeral").Attr("storage_class"), e.StorageClass)
		for _, mode := range e.AccessModes {
			checkChoice(l, at.Attr("ephemeral").Attr("access_modes"), "Unknown access mode", mode, AccessModes)
		}
		if slices.Contains(e.AccessModes, "ReadWriteOncePod") && len(e.AccessModes) > 1 {
			l.Errorf(at.Attr("ephemeral").Attr("access_modes"), "Access modes exclude each other", "ReadWriteOncePod cannot be given together with another mode. Keep one.")
		}
	}
}

// reservedPaths are where the component's own files and those of Argo's executor are. Mounting over them would break
// the component.
var reservedPaths = []string{"/kfp", "/argo", "/var/run/argo", "/proc", "/sys"}

func checkMount(l *problem.List, at problem.Path, name string, v spec.Volume, mounted map[string]string) {
	if p := v.SubPath; p != spec.Unknown && (path.IsAbs(p) || slices.Contains(strings.Split(p, "/"), "..")) {
		l.Errorf(at.Attr("sub_path"), "Invalid path", "%q leads out of the volume. Write a path relative to its root, without \"..\".", p)
	}
	if v.MountPath == spec.Unknown {
		return
	}
	at = at.Attr("mount_path")
	clean := path.Clean(v.MountPath)
	reserved := func(dir string) bool { return clean == dir || strings.HasPrefix(clean, dir+"/") }
	switch {
	case !path.IsAbs(v.MountPath):
		l.Errorf(at, "Invalid path", "%q is not an absolute path. Write one that starts with \"/\".", v.MountPath)
	case strings.Contains(v.MountPath, ":"):
		l.Errorf(at, "Invalid path", "%q holds a colon, which Kubernetes does not allow in mount paths.", v.MountPath)
	case clean == "/" || slices.ContainsFunc(reservedPaths, reserved):
		l.Errorf(at, "Reserved path", "%q is where the component's own files, Argo's or the system's are. Choose another one, such as \"/mnt/%s\".", v.MountPath, name)
	case mounted[clean] != "":
		l.Errorf(at, "Duplicate path", "Volume %q is mounted at %q already. Choose another path.", mounted[clean], v.MountPath)
	}
	mounted[clean] = name
}

// capabilities are written without their prefix in Kubernetes.
var capabilities = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

func checkSecurity(l *problem.List, at problem.Path, s *spec.SecurityContext) {
	if s == nil {
		return
	}
	for attribute, id := range map[string]*int64{"run_as_user": s.RunAsUser, "run_as_group": s.RunAsGroup, "fs_group": s.FSGroup} {
		if id != nil && len(validation.IsValidUserID(*id)) > 0 {
			l.Errorf(at.Attr(attribute), "Invalid id", "%d is not the id of a user or a group. Write a number from 0 to 2147483647.", *id)
		}
	}
	// The provider's defaults are run_as_non_root = true and allow_privilege_escalation = false.
	if s.RunAsUser != nil && *s.RunAsUser == 0 && (s.RunAsNonRoot == nil || *s.RunAsNonRoot) {
		l.Errorf(at.Attr("run_as_user"), "Root is refused", "User 0 is root, and the pod would not start, since run_as_non_root is true unless set. Choose another user, or set run_as_non_root = false.")
	}
	if s.Privileged != nil && *s.Privileged && (s.AllowPrivilegeEscalation == nil || !*s.AllowPrivilegeEscalation) {
		l.Errorf(at.Attr("privileged"), "Privileges without escalation", "Kubernetes refuses a privileged container whose allow_privilege_escalation is false, as it is unless set. Set allow_privilege_escalation = true.")
	}
	for attribute, names := range map[string][]string{"add_capabilities": s.AddCapabilities, "drop_capabilities": s.DropCapabilities} {
		for _, name := range names {
			switch bare, prefixed := strings.CutPrefix(name, "CAP_"); {
			case name == spec.Unknown:
			case prefixed:
				l.Errorf(at.Attr(attribute), "Invalid capability", "Kubernetes writes capabilities without CAP_. Write %q in place of %q.", bare, name)
			case !capabilities.MatchString(name):
				l.Errorf(at.Attr(attribute), "Invalid capability", "%q is not the name of a capability. Write capital letters, such as \"NET_BIND_SERVICE\" or \"ALL\".", name)
			}
		}
	}
}
