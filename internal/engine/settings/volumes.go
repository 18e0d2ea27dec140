package settings

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var volumes = row[map[string]spec.Volume]{
	name: "volumes", field: func(s *spec.Settings) *map[string]spec.Volume { return &s.Volumes },
	over:  mapOver[spec.Volume](),
	wrong: checkVolumes, open: volumeTexts,
	toPod: writeVolumes, fromPod: readVolumes,
	examples: func() []map[string]spec.Volume {
		all := map[string]spec.Volume{
			"Secret":   {MountPath: "/a", SubPath: "\u241bkfp-text-0\u241b", ReadOnly: true, Secret: "s"},
			"conf_map": {MountPath: "/b", ConfigMap: "c"}, "claim": {MountPath: "/c", Claim: "c"},
			"files": {
				MountPath: "/g", Secret: "s", Optional: true, Items: map[string]string{"a": "x/a.pem", "b": "b"}, DefaultMode: "0400",
			},
			"some_files": {MountPath: "/h", ConfigMap: "c", Optional: true, Items: map[string]string{"a": "a"}, DefaultMode: "0555"},
			"empty":      {MountPath: "/d", EmptyDir: &spec.EmptyDir{Medium: "Memory", SizeLimit: "1024Mi"}},
			"bare":       {MountPath: "/f", EmptyDir: &spec.EmptyDir{}},
			"own": {
				MountPath: "/e",
				Ephemeral: &spec.EphemeralClaim{Size: "1Gi", StorageClass: "fast", AccessModes: []string{"ReadWriteOncePod"}},
			},
		}
		examples := []map[string]spec.Volume{all}
		for _, name := range spec.Names(all) {
			examples = append(examples, map[string]spec.Volume{name: all[name]})
		}
		return append(examples, map[string]spec.Volume{
			"of_run": {MountPath: "/i", Secret: "{{ run.name }}", Optional: true}, "work": {MountPath: "/j", Claim: "{{ run.name }}"},
			"rules": {MountPath: "/k", ConfigMap: "c-{{ run.name }}"},
		})
	},
}

func writeVolumes(w *writer, volumes map[string]spec.Volume) {
	var sources []podVolume
	var mounts []podMount
	for _, name := range sortedVolumes(volumes) {
		v := volumes[name]
		gone := w.volumeName(&v)
		source, err := volumeSource(v)
		if err != nil {
			w.fail(fmt.Errorf("volume %s: %w", name, err))
		}
		sources = append(sources, podVolume{corev1.Volume{Name: volumeName(name), VolumeSource: source}, gone})
		mounts = append(mounts, podMount{
			corev1.VolumeMount{Name: volumeName(name), MountPath: v.MountPath, SubPath: v.SubPath, ReadOnly: v.ReadOnly}, gone,
		})
		if v.Secret != "" {
			w.secrets = append(w.secrets, v.MountPath)
		}
	}
	if sources != nil {
		w.pod["volumes"], w.main["volumeMounts"] = sources, mounts
	}
}

// readVolumes undoes writeVolumes.
func readVolumes(r *reader, into *map[string]spec.Volume) error {
	var said []corev1.Volume
	var mounts []corev1.VolumeMount
	if err := decodeAt(r.pod, "volumes", &said); err != nil {
		return err
	}
	if err := decodeAt(r.main, "volumeMounts", &mounts); err != nil {
		return err
	}
	known := map[string]string{}
	for name := range r.prior.Volumes {
		known[volumeName(name)] = name
	}
	sources := map[string]corev1.VolumeSource{}
	for _, v := range said {
		sources[v.Name] = v.VolumeSource
	}
	for _, m := range mounts {
		source, ok := sources[m.Name]
		if !ok {
			continue
		}
		v := readVolume(source)
		v.MountPath, v.SubPath, v.ReadOnly = m.MountPath, m.SubPath, m.ReadOnly
		r.volume(cmp.Or(known[m.Name], strings.TrimPrefix(m.Name, "user-")), v, into)
	}
	return nil
}

// volumeName keeps a user's volumes apart from the component's own and Argo's.
func volumeName(name string) string {
	return "user-" + strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

// sortedVolumes sorts by the names in the pod, since those are all that can be read back.
func sortedVolumes(volumes map[string]spec.Volume) []string {
	names := spec.Names(volumes)
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(volumeName(a), volumeName(b)) })
	return names
}

// What a volume may be.
var (
	Media       = []string{"Memory"}
	AccessModes = []string{"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"}
)

// maxVolumeName leaves room for the prefix that keeps a user's volumes apart from Argo's.
const maxVolumeName = validation.DNS1123LabelMaxLength - len("user-")

func checkVolumes(l *problem.List, at problem.Path, volumes map[string]spec.Volume) {
	mounted, folded := map[string]string{}, map[string]string{}
	for _, name := range spec.Names(volumes) {
		v := volumes[name]
		label := strings.ReplaceAll(strings.ToLower(name), "_", "-")
		switch {
		case len(validation.IsDNS1123Label(label)) > 0 || len(name) > maxVolumeName:
			l.Errorf(
				at.Key(name), "Invalid name",
				"%q cannot name a volume. Use at most %d letters, digits, hyphens and underscores, with a letter or digit at "+
					"both ends.",
				name, maxVolumeName,
			)
		case folded[label] != "":
			l.Errorf(
				at.Key(name), "Duplicate name",
				"Volume %q has the same name in Kubernetes as volume %q, which knows neither capital letters nor underscores. "+
					"Rename one.",
				name, folded[label],
			)
		}
		folded[label] = name
		checkSource(l, at.Key(name), name, v)
		checkFiles(l, at.Key(name), v)
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
		l.Errorf(
			at, "Volume without a source",
			"Nothing tells what volume %q holds. Give exactly one of secret, config_map, claim, empty_dir and ephemeral.", name,
		)
	case len(given) > 1:
		l.Errorf(
			at, "Volume with several sources",
			"Volume %q has %d sources: %s. Give exactly one of secret, config_map, claim, empty_dir and ephemeral.", name,
			len(given), strings.Join(given, ", "),
		)
	}
	constantly(check.ObjectName)(l, at.Attr("secret"), v.Secret)
	constantly(check.ObjectName)(l, at.Attr("config_map"), v.ConfigMap)
	constantly(check.ObjectName)(l, at.Attr("claim"), v.Claim)
	if e := v.EmptyDir; e != nil {
		check.Choice(l, at.Attr("empty_dir").Attr("medium"), "Unknown medium", e.Medium, Media)
		if e.SizeLimit != "" {
			check.Size(l, at.Attr("empty_dir").Attr("size_limit"), e.SizeLimit)
		}
	}
	if e := v.Ephemeral; e != nil {
		CheckClaim(l, at.Attr("ephemeral"), *e)
	}
}

// CheckClaim finds what is wrong with a claim that is to be made.
func CheckClaim(l *problem.List, at problem.Path, e spec.EphemeralClaim) {
	check.Size(l, at.Attr("size"), e.Size)
	check.ObjectName(l, at.Attr("storage_class"), e.StorageClass)
	for _, mode := range e.AccessModes {
		check.Choice(l, at.Attr("access_modes"), "Unknown access mode", mode, AccessModes)
	}
	if slices.Contains(e.AccessModes, "ReadWriteOncePod") && len(e.AccessModes) > 1 {
		l.Errorf(
			at.Attr("access_modes"), "Access modes exclude each other",
			"ReadWriteOncePod cannot be given together with another mode. Keep one.",
		)
	}
}

// reservedPaths are where the component's own files and those of Argo's executor are. Mounting over them would break
// the component.
var reservedPaths = []string{"/kfp", "/argo", "/var/run/argo", "/proc", "/sys"}

func checkMount(l *problem.List, at problem.Path, name string, v spec.Volume, mounted map[string]string) {
	check.RefuseExpression(l, at.Attr("sub_path"), v.SubPath, check.ConstantName)
	if p := v.SubPath; p != spec.Unknown && (path.IsAbs(p) || slices.Contains(strings.Split(p, "/"), "..")) {
		l.Errorf(
			at.Attr("sub_path"), "Invalid path", "%q leads out of the volume. Write a path relative to its root, without "+
				"\"..\".",
			p,
		)
	}
	at = at.Attr("mount_path")
	if v.MountPath == spec.Unknown || check.RefuseExpression(l, at, v.MountPath, check.ConstantName) {
		return
	}
	clean := path.Clean(v.MountPath)
	reserved := func(dir string) bool { return clean == dir || strings.HasPrefix(clean, dir+"/") }
	switch {
	case !path.IsAbs(v.MountPath):
		l.Errorf(at, "Invalid path", "%q is not an absolute path. Write one that starts with \"/\".", v.MountPath)
	case strings.Contains(v.MountPath, ":"):
		l.Errorf(at, "Invalid path", "%q holds a colon, which Kubernetes does not allow in mount paths.", v.MountPath)
	case clean == "/" || slices.ContainsFunc(reservedPaths, reserved):
		l.Errorf(
			at, "Reserved path",
			"%q is where the component's own files, Argo's or the system's are. Choose another one, such as \"/mnt/%s\".",
			v.MountPath, name,
		)
	case mounted[clean] != "":
		l.Errorf(
			at, "Duplicate path", "Volume %q is mounted at %q already. Choose another path.", mounted[clean], v.MountPath,
		)
	}
	mounted[clean] = name
}

// volumeSource is where a volume comes from, as Kubernetes says it.
func volumeSource(v spec.Volume) (corev1.VolumeSource, error) {
	switch {
	case v.Secret != "":
		items, mode, optional := filesOf(v)
		return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
			SecretName: v.Secret, Items: items, DefaultMode: mode, Optional: optional,
		}}, nil
	case v.ConfigMap != "":
		items, mode, optional := filesOf(v)
		return corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: v.ConfigMap}, Items: items, DefaultMode: mode, Optional: optional,
		}}, nil
	case v.Claim != "":
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: v.Claim}}, nil
	case v.EmptyDir != nil:
		e := &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMedium(v.EmptyDir.Medium)}
		if v.EmptyDir.SizeLimit != "" {
			q, err := resource.ParseQuantity(v.EmptyDir.SizeLimit)
			if err != nil {
				return corev1.VolumeSource{}, err
			}
			e.SizeLimit = &q
		}
		return corev1.VolumeSource{EmptyDir: e}, nil
	case v.Ephemeral != nil:
		return ephemeralSource(*v.Ephemeral)
	}
	return corev1.VolumeSource{}, fmt.Errorf("no source is given")
}

func ephemeralSource(e spec.EphemeralClaim) (corev1.VolumeSource, error) {
	claim, err := ClaimSpec(e)
	if err != nil {
		return corev1.VolumeSource{}, err
	}
	return corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{
		VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{ObjectMeta: metav1.ObjectMeta{}, Spec: claim},
	}}, nil
}

// ClaimSpec is a claim as Kubernetes says it.
func ClaimSpec(e spec.EphemeralClaim) (corev1.PersistentVolumeClaimSpec, error) {
	q, err := resource.ParseQuantity(e.Size)
	if err != nil {
		return corev1.PersistentVolumeClaimSpec{}, err
	}
	claim := corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: q}},
	}
	if len(e.AccessModes) > 0 {
		claim.AccessModes = nil
		for _, m := range e.AccessModes {
			claim.AccessModes = append(claim.AccessModes, corev1.PersistentVolumeAccessMode(m))
		}
	}
	if e.StorageClass != "" {
		claim.StorageClassName = &e.StorageClass
	}
	return claim, nil
}

// ReadClaim undoes ClaimSpec.
func ReadClaim(claim corev1.PersistentVolumeClaimSpec) spec.EphemeralClaim {
	size := claim.Resources.Requests[corev1.ResourceStorage]
	e := spec.EphemeralClaim{Size: size.String()}
	if claim.StorageClassName != nil {
		e.StorageClass = *claim.StorageClassName
	}
	for _, mode := range claim.AccessModes {
		e.AccessModes = append(e.AccessModes, string(mode))
	}
	if equal(e.AccessModes, []string{string(corev1.ReadWriteOnce)}) {
		e.AccessModes = nil
	}
	return e
}

// readVolume undoes volumeSource.
func readVolume(source corev1.VolumeSource) spec.Volume {
	var v spec.Volume
	switch {
	case source.Secret != nil:
		v.Secret = source.Secret.SecretName
		readFiles(&v, source.Secret.Items, source.Secret.DefaultMode, source.Secret.Optional)
	case source.ConfigMap != nil:
		v.ConfigMap = source.ConfigMap.Name
		readFiles(&v, source.ConfigMap.Items, source.ConfigMap.DefaultMode, source.ConfigMap.Optional)
	case source.PersistentVolumeClaim != nil:
		v.Claim = source.PersistentVolumeClaim.ClaimName
	case source.EmptyDir != nil:
		v.EmptyDir = &spec.EmptyDir{Medium: string(source.EmptyDir.Medium)}
		if q := source.EmptyDir.SizeLimit; q != nil {
			v.EmptyDir.SizeLimit = q.String()
		}
	case source.Ephemeral != nil && source.Ephemeral.VolumeClaimTemplate != nil:
		v.Ephemeral = new(ReadClaim(source.Ephemeral.VolumeClaimTemplate.Spec))
	}
	return v
}

// TakeMounts reads the volumes that a hand-written container mounts, and takes the mounts out of it. Volumes that it
// does not mount are nothing.
func TakeMounts(container *corev1.Container, volumes []corev1.Volume, into *spec.Settings) {
	sources := map[string]spec.Volume{}
	for _, v := range volumes {
		if source, ok := handwrittenVolume(v); ok {
			sources[v.Name] = source
		}
	}
	var left []corev1.VolumeMount
	mounted := map[string]bool{}
	for _, m := range container.VolumeMounts {
		v, ok := sources[m.Name]
		simple := m.SubPathExpr == "" && m.MountPropagation == nil && m.RecursiveReadOnly == nil && !strings.Contains(
			m.MountPath+m.SubPath, "{{",
		)
		if !ok || mounted[m.Name] || !simple {
			left = append(left, m)
			continue
		}
		mounted[m.Name] = true
		v.MountPath, v.SubPath, v.ReadOnly = m.MountPath, m.SubPath, m.ReadOnly
		put(&into.Volumes, m.Name, v)
	}
	container.VolumeMounts = left
}

// handwrittenVolume is false for a source that the spec cannot say.
func handwrittenVolume(v corev1.Volume) (spec.Volume, bool) {
	switch {
	case v.Secret != nil:
		return readVolume(v.VolumeSource), areSimple(v.Secret.Items, v.Secret.DefaultMode) && !isOpen(v.Secret.SecretName)
	case v.ConfigMap != nil:
		return readVolume(v.VolumeSource), areSimple(v.ConfigMap.Items, v.ConfigMap.DefaultMode) && !isOpen(v.ConfigMap.Name)
	case v.PersistentVolumeClaim != nil:
		c := v.PersistentVolumeClaim
		return spec.Volume{Claim: c.ClaimName}, !c.ReadOnly && !strings.Contains(c.ClaimName, "{{")
	case v.EmptyDir != nil:
		e := &spec.EmptyDir{Medium: string(v.EmptyDir.Medium)}
		if v.EmptyDir.SizeLimit != nil {
			e.SizeLimit = v.EmptyDir.SizeLimit.String()
		}
		return spec.Volume{EmptyDir: e}, true
	}
	return spec.Volume{}, false
}

func isTrue(flag *bool) bool { return flag != nil && *flag }
