package settings

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A secret or a config map becomes files: these say which, with what rights, and whether it must be there.

// fileMode is how people write the rights of a file.
var fileMode = regexp.MustCompile(`^0[0-7]{3}$`)

func checkFiles(l *problem.List, at problem.Path, v spec.Volume) {
	if v.Secret == "" && v.ConfigMap == "" {
		for attribute, given := range map[string]bool{
			"optional": v.Optional, "items": len(v.Items) > 0, "default_mode": v.DefaultMode != "" && v.DefaultMode != spec.Unknown,
		} {
			if given {
				l.Errorf(
					at.Attr(attribute), "Setting without a use",
					"It is for the files of a secret or of a config map, and the volume is neither. Remove it.",
				)
			}
		}
		return
	}
	if mode := v.DefaultMode; mode != "" && mode != spec.Unknown && !fileMode.MatchString(mode) {
		l.Errorf(
			at.Attr("default_mode"), "Invalid mode",
			"%q are not the rights of a file. Write four octal digits, the first of them 0, such as \"0400\".", mode,
		)
	}
	taken := map[string]string{}
	for _, key := range spec.Names(v.Items) {
		at, file := at.Attr("items").Key(key), v.Items[key]
		check.DataKey(l, at, key)
		if file == spec.Unknown || check.RefuseExpression(l, at, file, check.ConstantName) {
			continue
		}
		switch clean := path.Clean(file); {
		case file == "" || path.IsAbs(file) || strings.HasPrefix(file, "..") || slices.Contains(strings.Split(file, "/"), ".."):
			l.Errorf(
				at, "Invalid path", "%q is no path in the volume. Write one relative to its root, without \"..\".", file,
			)
		case taken[clean] != "":
			l.Errorf(at, "Duplicate path", "The file of key %q is at %q already. Choose another path.", taken[clean], file)
		default:
			taken[clean] = key
		}
	}
}

// filesOf is how Kubernetes says which files there are.
func filesOf(v spec.Volume) (items []corev1.KeyToPath, mode *int32, optional *bool) {
	for _, key := range spec.Names(v.Items) {
		items = append(items, corev1.KeyToPath{Key: key, Path: v.Items[key]})
	}
	if bits, err := strconv.ParseInt(v.DefaultMode, 8, 32); err == nil {
		mode = new(int32(bits))
	}
	if v.Optional {
		optional = &v.Optional
	}
	return items, mode, optional
}

// readFiles undoes filesOf.
func readFiles(v *spec.Volume, items []corev1.KeyToPath, mode *int32, optional *bool) {
	for _, item := range items {
		put(&v.Items, item.Key, item.Path)
	}
	if mode != nil {
		v.DefaultMode = fmt.Sprintf("%04o", *mode)
	}
	v.Optional = isTrue(optional)
}

// areSimple reports whether the spec can say which files people have written.
func areSimple(items []corev1.KeyToPath, mode *int32) bool {
	seen := map[string]bool{}
	for _, item := range items {
		if item.Mode != nil || seen[item.Key] || isOpen(item.Key+item.Path) {
			return false
		}
		seen[item.Key] = true
	}
	return mode == nil || *mode >= 0 && *mode <= 0o777
}
