package diff

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Difference is a place where a live object is not what this provider would write.
type Difference struct {
	Path  string // such as spec.templates["main"].sidecars
	What  string // without values: they may be secret
	Extra bool   // only the live object has it
}

func (d Difference) String() string { return d.Path + ": " + d.What }

// ChangedByHand reports whether something at a path of an object (the keys from the root) that this provider did not
// write is somebody's change of it, rather than a default of the server, or what another program has declared there.
type ChangedByHand func(path []string) bool

// Compare finds where a live object differs from the wanted one: in its spec or data, and in the labels and annotations
// that are this provider's. Both are decoded JSON.
func Compare(live, wanted map[string]any, byHand ChangedByHand) []Difference {
	c := comparison{byHand: byHand}
	for _, key := range []string{"spec", "data", "immutable"} {
		if !reflect.DeepEqual(live[key], wanted[key]) { // which is quick, and nearly always so
			c.compare([]string{key}, key, live[key], wanted[key])
		}
	}
	for _, key := range []string{"labels", "annotations"} {
		l, w := layout.MetadataOfObject(live, key), layout.MetadataOfObject(wanted, key)
		c.compare([]string{"metadata", key}, "metadata."+key, l, w)
	}
	return c.found
}

// Inexpressible finds what an object that people have written says beyond what a spec was read of it, which compiles to
// wanted. dependencies are another way to write depends.
func Inexpressible(live, wanted map[string]any) []layout.Unread {
	var all []layout.Unread
	for _, d := range Compare(live, wanted, func([]string) bool { return true }) {
		if d.Extra && !strings.HasSuffix(d.Path, ".dependencies") {
			all = append(all, layout.Unread{Path: d.Path, Reason: d.What})
		}
	}
	return all
}

// RemovalPatch is a JSON merge patch that takes off a live object what Compare finds there beyond the wanted one; nil:
// nothing. Server-side apply leaves such things, as somebody else's.
func RemovalPatch(live, wanted map[string]any, byHand ChangedByHand) map[string]any {
	c := comparison{byHand: byHand}
	patch := map[string]any{}
	if s := c.removal([]string{"spec"}, live["spec"], wanted["spec"]); s != nil {
		patch["spec"] = s
	}
	meta := map[string]any{}
	for _, key := range []string{"labels", "annotations"} {
		if m := c.removal([]string{"metadata", key}, layout.MetadataOfObject(live, key), layout.MetadataOfObject(wanted, key)); m != nil {
			meta[key] = m
		}
	}
	if len(meta) > 0 {
		patch["metadata"] = meta
	}
	if len(patch) == 0 {
		return nil
	}
	return patch
}

type comparison struct {
	byHand ChangedByHand
	found  []Difference
}

func (c *comparison) add(path, what string, args ...any) {
	c.found = append(c.found, Difference{Path: path, What: fmt.Sprintf(what, args...)})
}

// extra reports whether what only the live object has counts.
func (c *comparison) extra(keys []string, live any) bool {
	return !isNothing(live) && c.byHand(keys)
}

func (c *comparison) compare(keys []string, path string, live, wanted any) {
	if layout.IsUnreadField(keys) {
		return
	}
	switch w := wanted.(type) {
	case nil:
		if c.extra(keys, live) {
			c.found = append(
				c.found, Difference{Path: path, What: described(live) + " that this provider did not write", Extra: true},
			)
		}
	case map[string]any:
		if l, ok := live.(map[string]any); ok {
			c.maps(keys, path, l, w)
			return
		}
		c.scalar(path, live, wanted)
	case []any:
		if l, ok := live.([]any); ok {
			c.lists(keys, path, l, w)
			return
		}
		if !isNothing(live) || len(w) > 0 {
			c.scalar(path, live, wanted)
		}
	default:
		c.scalar(path, live, wanted)
	}
}

func (c *comparison) scalar(path string, live, wanted any) {
	switch {
	case sameScalar(live, wanted):
	case live == nil:
		c.add(path, "%s is missing", described(wanted))
	default:
		c.add(path, "%s in place of %s", described(live), described(wanted))
	}
}

func (c *comparison) maps(keys []string, path string, live, wanted map[string]any) {
	all := map[string]bool{}
	for key := range live {
		all[key] = true
	}
	for key := range wanted {
		all[key] = true
	}
	for _, key := range spec.Names(all) {
		c.compare(append(slices.Clone(keys), key), child(path, key), live[key], wanted[key])
	}
}

func child(path, key string) string {
	if strings.ContainsAny(key, `./"[] `) || strings.HasSuffix(path, "data") || strings.HasSuffix(path, "labels") || strings.HasSuffix(path, "annotations") {
		return layout.Keyed(path, key)
	}
	return path + "." + key
}

// lists compares elements that have names by them.
func (c *comparison) lists(keys []string, path string, live, wanted []any) {
	l, lNamed := layout.ByName(live)
	w, wNamed := layout.ByName(wanted)
	if !lNamed || !wNamed {
		for i := range max(len(live), len(wanted)) {
			c.compare(append(slices.Clone(keys), fmt.Sprint(i)), fmt.Sprintf("%s[%d]", path, i), at(live, i), at(wanted, i))
		}
		return
	}
	before := len(c.found)
	all := map[string]bool{}
	for name := range l {
		all[name] = true
	}
	for name := range w {
		all[name] = true
	}
	for _, name := range spec.Names(all) {
		c.compare(append(slices.Clone(keys), name), layout.Keyed(path, name), l[name], w[name])
	}
	if before == len(c.found) && len(live) == len(wanted) && !slices.Equal(names(live), names(wanted)) {
		c.add(path, "it is in another order")
	}
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func names(list []any) []string {
	var all []string
	for _, v := range list {
		if o, ok := v.(map[string]any); ok {
			name, _ := o["name"].(string)
			all = append(all, name)
		}
	}
	return all
}

// isNothing reports whether a value means no more than its absence. An empty object may mean something: emptyDir: {}.
func isNothing(v any) bool {
	list, isList := v.([]any)
	return v == nil || isList && len(list) == 0
}

// sameScalar compares decoded JSON, in which the same number may be an int64 or a float64.
func sameScalar(a, b any) bool {
	if a == b {
		return true
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// described says what kind of value it is, not which.
func described(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("a text of %d characters", len([]rune(v)))
	case bool:
		return "a flag"
	case map[string]any:
		return fmt.Sprintf("an object of %d fields", len(v))
	case []any:
		return fmt.Sprintf("a list of %d", len(v))
	case nil:
		return "nothing"
	}
	return "a number"
}

// removal is the part of RemovalPatch below a path.
func (c *comparison) removal(keys []string, live, wanted any) map[string]any {
	l, ok := live.(map[string]any)
	w, also := wanted.(map[string]any)
	if !ok || !also {
		return nil
	}
	patch := map[string]any{}
	for key, value := range l {
		below := append(slices.Clone(keys), key)
		want, there := w[key]
		list, isList := want.([]any)
		switch {
		case layout.IsUnreadField(below):
		case !there && c.extra(below, value):
			patch[key] = nil
		case isList:
			inner := comparison{byHand: c.byHand}
			if inner.compare(below, "", value, list); len(inner.found) > 0 {
				patch[key] = list
			}
		case there:
			if inner := c.removal(below, value, want); inner != nil {
				patch[key] = inner
			}
		}
	}
	if len(patch) == 0 {
		return nil
	}
	return patch
}
