package settings

import (
	"path"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// checkMerged finds what is wrong only because a task's settings meet the defaults of its pipeline, and says so at
// the task.
func checkMerged(l *problem.List, at problem.Path, defaults, task *spec.Settings) {
	inherited := envNames(*defaults)
	own := envNames(*task)
	for _, attribute := range spec.Names(own) {
		for _, other := range spec.Names(inherited) {
			if other == attribute {
				continue // the task's value wins
			}
			for _, name := range intersection(own[attribute], inherited[other]) {
				l.Errorf(
					at.Attr(attribute).Key(name), "Duplicate name",
					"Variable %q is set by defaults.%s already, which %s does not replace. Rename one.", name, other, attribute,
				)
			}
		}
	}
	checkMergedVolumes(l, at.Attr("volumes"), defaults, task)
	if defaults.Resources == nil || task.Resources == nil {
		return
	}
	// What is wrong with either of them alone is said there.
	var all, alone problem.List
	merged := mergeResources(defaults.Resources, task.Resources)
	checkBounds(&all, at.Attr("resources"), *merged)
	checkBounds(&alone, at.Attr("resources"), *task.Resources)
	checkBounds(&alone, at.Attr("resources"), *defaults.Resources)
	for _, p := range all {
		if !contains(alone, p) {
			p.Detail += " One of the two comes from defaults."
			*l = append(*l, p)
		}
	}
}

// checkMergedVolumes refuses volumes of a task that meet those of defaults in a path, or in what Kubernetes makes of
// their names, without replacing them.
func checkMergedVolumes(l *problem.List, at problem.Path, defaults, task *spec.Settings) {
	mounted, called := map[string]string{}, map[string]string{}
	for name, v := range defaults.Volumes {
		if _, replaced := task.Volumes[name]; replaced {
			continue
		}
		called[volumeName(name)] = name
		if v.MountPath != spec.Unknown {
			mounted[path.Clean(v.MountPath)] = name
		}
	}
	for _, name := range spec.Names(task.Volumes) {
		if other := called[volumeName(name)]; other != "" {
			l.Errorf(
				at.Key(name), "Duplicate name",
				"Volume %q has the same name in Kubernetes as volume %q of defaults, which knows neither capital letters nor "+
					"underscores. Call it %q, which replaces that one, or choose another name.",
				name, other, other,
			)
		}
		mount := task.Volumes[name].MountPath
		if other := mounted[path.Clean(mount)]; other != "" {
			l.Errorf(
				at.Key(name).Attr("mount_path"), "Duplicate path",
				"Volume %q of defaults is mounted at %q already. Choose another path, or call this volume %q too, which "+
					"replaces it.",
				other, mount, other,
			)
		}
	}
}

func contains(l problem.List, p problem.Problem) bool {
	for _, other := range l {
		if other.String() == p.String() {
			return true
		}
	}
	return false
}

func intersection(a, b []string) []string {
	in := map[string]bool{}
	for _, name := range b {
		in[name] = true
	}
	var both []string
	for _, name := range a {
		if in[name] {
			both = append(both, name)
		}
	}
	return both
}
