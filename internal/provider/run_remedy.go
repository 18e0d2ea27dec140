package provider

import "strings"

// remedies are what to do about messages of Argo and Kubernetes that do not say it themselves.
var remedies = []struct {
	parts  []string // all of which the message holds
	remedy string
}{
	{
		[]string{"configmaps is forbidden", "cannot create"},
		"Argo's controller passes inputs of more than about 100 KiB through a config map, which its installation does not allow it to create in this namespace. " +
			`The guide "Writing components" of this provider shows the Role that it needs; a Dataset needs none.`,
	},
}

// remedyFor returns what to do about a task's message, or nothing.
func remedyFor(message string) string {
	for _, r := range remedies {
		all := true
		for _, part := range r.parts {
			all = all && strings.Contains(message, part)
		}
		if all {
			return r.remedy
		}
	}
	return ""
}
