package kfpir

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Names in KFP may hold hyphens, be longer than ours, and start with what KFP's compiler puts before the names of what
// one group hands to another.

// channel is what the compiler puts before the name of a value that one group of tasks hands to another.
const channel = "pipelinechannel--"

// maxIdentifier and hashLength bound what a name becomes: one that is cut ends in a hash of the whole.
const (
	maxIdentifier = 63
	hashLength    = 6
)

// namer gives each name of one place a name of ours, no two the same.
type namer struct {
	given map[string]string // by KFP's name
	taken map[string]bool   // folded, as Argo sees them
}

func newNamer() *namer { return &namer{given: map[string]string{}, taken: map[string]bool{}} }

// identifier is our name for one of KFP's.
func (n *namer) identifier(name string) string {
	base := name
	if !spec.IsIdentifier(base) || strings.HasSuffix(base, "_") {
		base = asIdentifier(strings.TrimPrefix(name, channel))
	}
	return n.take(name, base, maxIdentifier, "_")
}

// group is our name for a group: no two differ in capitals alone, and none holds two underscores in a row.
func (n *namer) group(name string) string {
	return n.take(name, strings.ToLower(asIdentifier(name)), maxIdentifier, "_")
}

// objectName is a name that a Kubernetes object may have.
func (n *namer) objectName(name string) string {
	return n.take(name, asObjectName(name), spec.MaxNameLength, "-")
}

// take gives a name that is like base, first come, first served.
func (n *namer) take(name, base string, most int, between string) string {
	if ours, ok := n.given[name]; ok {
		return ours
	}
	if between == "_" && (strings.HasPrefix(base, "kfp_") || base == "onExit" || expr.IsWord(base)) {
		base = "x_" + base
	}
	ours := cut(base, most, between, name)
	for i := 0; n.taken[fold(ours)]; i++ {
		ours = cut(base, most-hashLength-len(between), between, name) + between + hash(name, i)
	}
	n.given[name], n.taken[fold(ours)] = ours, true
	return ours
}

// keep takes a name as it is, before others are given.
func (n *namer) keep(name string) {
	if spec.IsIdentifier(name) {
		n.identifier(name)
	}
}

// fold is a name as Argo sees it.
func fold(name string) string { return strings.ReplaceAll(name, "_", "-") }

var (
	notInIdentifier = regexp.MustCompile(`[^A-Za-z0-9]+`)
	notInObjectName = regexp.MustCompile(`[^a-z0-9]+`)
)

func asIdentifier(name string) string {
	base := strings.Trim(notInIdentifier.ReplaceAllString(name, "_"), "_")
	if base == "" || base[0] >= '0' && base[0] <= '9' {
		return "x" + base
	}
	return base
}

func asObjectName(name string) string {
	base := strings.Trim(notInObjectName.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if base == "" {
		return "x"
	}
	return base
}

// cut shortens a name that is too long, and ends it in a hash of all that it was.
func cut(name string, most int, between, whole string) string {
	if len(name) <= most {
		return name
	}
	return strings.TrimRight(name[:most-hashLength-len(between)], between) + between + hash(whole, 0)
}

func hash(text string, again int) string {
	sum := sha256.Sum256([]byte(strings.Repeat("\x00", again) + text))
	return hex.EncodeToString(sum[:])[:hashLength]
}
