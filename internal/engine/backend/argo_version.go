package backend

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// SupportedArgo says which versions of Argo Workflows do all that the provider relies on.
const SupportedArgo = "Argo Workflows 3.7.17, 4.0.8, 4.1 or later"

// Version is a version of Argo Workflows.
type Version struct{ Major, Minor, Patch int }

// anyPatch is the patch of a tag such as v3.7, which names the newest one of its day.
const anyPatch = math.MaxInt

func (v Version) String() string {
	if v.Patch == anyPatch {
		return fmt.Sprintf("%d.%d", v.Major, v.Minor)
	}
	return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
}

func (v Version) before(other Version) bool {
	return cmp.Or(
		cmp.Compare(v.Major, other.Major), cmp.Compare(v.Minor, other.Minor), cmp.Compare(v.Patch, other.Patch),
	) < 0
}

var versionTag = regexp.MustCompile(`:v?(\d+)\.(\d+)(?:\.(\d+))?([^:/]*)$`)

// Version returns the version that the image's tag names, if it does.
func (c Controller) Version() (v Version, known bool) {
	m := versionTag.FindStringSubmatch(strings.Split(c.Image, "@")[0])
	if m == nil {
		return v, false
	}
	v.Patch = anyPatch
	for i, part := range []*int{&v.Major, &v.Minor, &v.Patch} {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(m[i+1])
		if err != nil {
			return v, false
		}
		*part = n
	}
	return v, true
}

// Fault is what a version of Argo Workflows does wrong with what the provider writes.
type Fault struct {
	What  string
	Fatal bool // runs give wrong values; otherwise only what What names goes wrong
}

// faults are those of the versions between from and before.
var faults = []struct {
	from, before Version
	Fault
}{
	{before: Version{3, 7, 16}, Fault: wrongValues},
	{from: Version{4, 0, 0}, before: Version{4, 0, 7}, Fault: wrongValues},
	{from: Version{3, 7, 16}, before: Version{3, 7, 17}, Fault: cutShort},
	{from: Version{4, 0, 7}, before: Version{4, 0, 8}, Fault: cutShort},
}

var (
	wrongValues = Fault{Fatal: true, What: "Loops over objects and each.index fail there, texts with quotes or " +
		"backslashes arrive altered, " +
		"and a ?? b gives an empty text where a was skipped (argo-workflows#16223)"}
	cutShort = Fault{What: "When a run is stopped, its on_exit tasks are cut short there (argo-workflows#16488)"}
)

// Fault returns what is wrong with the controller's version, if that is known.
func (c Controller) Fault() (f Fault, found bool) {
	v, known := c.Version()
	if !known {
		return f, false
	}
	for _, one := range faults {
		if !v.before(one.from) && v.before(one.before) {
			return one.Fault, true
		}
	}
	return f, false
}
