package controller

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
)

// longestName is that of a directory, so that there is room for what stands behind it.
const longestName = 60

var (
	notInNames = regexp.MustCompile(`[^a-z0-9.-]+`)
	wrappers   = regexp.MustCompile(`(\[\d+\])?\.` + layout.InnerTask + `\b`)
)

// tidy makes a name of files of the name of a node. Names that lose something by it get a hash, so that no two are the
// same, on file systems that take upper for lower case too.
func tidy(name string) string {
	short := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(wrappers.ReplaceAllString(name, "")), "-"), "-.")
	if short == name && len(name) <= longestName {
		return name
	}
	hash := sha256.Sum256([]byte(name))
	return strings.Trim(short[:min(len(short), longestName)], "-.") + "-" + hex.EncodeToString(hash[:4])
}
