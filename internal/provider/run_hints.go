package provider

import (
	"regexp"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// hints collects what to do about the causes of failures that Argo and Kubernetes state without a remedy.
type hints struct{ list []string }

func (h *hints) add(task spec.TaskStatus) {
	h.addText(task.Message)
	for _, f := range task.Failures {
		h.addText(f.Message)
	}
}

func (h *hints) addText(text string) {
	for _, known := range knownCauses {
		if known.pattern.MatchString(text) && !slices.Contains(h.list, known.remedy) {
			h.list = append(h.list, known.remedy)
			return
		}
	}
}

// knownCauses are tried in this order. The guide "Troubleshooting" has the same, by message.
var knownCauses = []struct {
	pattern *regexp.Regexp
	remedy  string
}{
	{
		regexp.MustCompile(`configmaps is forbidden.*cannot create`),
		"Argo's controller passes inputs of more than about 100 KiB through a config map, which its installation does not allow it to create in this namespace. " +
			`The guide "Writing components" of this provider shows the Role that it needs; a Dataset needs none.`,
	},
	{regexp.MustCompile(`OOMKilled`), "The container used more memory than its limit. Raise resources.limits.memory of the task, or read the data in smaller parts."},
}
