package operate

import (
	"testing"
)

func TestHints(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{
			`configmaps is forbidden: User "system:serviceaccount:argo:argo" cannot create resource "configmaps" in API group "" in the namespace "argo"`,
			"Argo's controller keeps what tasks with cache",
		},
		{
			`configmaps "kfp-cache-etl-load-abc-1" is forbidden: User "system:serviceaccount:argo:argo" cannot get resource "configmaps" in API group "" in the namespace "argo"`,
			"Argo's controller keeps what tasks with cache",
		},
		{
			`configmaps is forbidden: User "system:serviceaccount:argo:argo" cannot create resource "configmaps" in API group "" in the namespace "etl"`,
			"Argo's controller passes inputs of more than",
		},
		{`The node was low on resource: memory.`, "The node gave the pod up."},
		{`main: Error (exit code 1)`, ""},
	} {
		h := hints{namespace: "etl"}
		h.addText(test.text)
		h.addText(test.text)
		switch {
		case test.want == "" && len(h.list) > 0, test.want != "" && len(h.list) != 1:
			t.Errorf("%s: got %q", test.text, h.list)
		case test.want != "" && h.list[0][:len(test.want)] != test.want:
			t.Errorf("%s: got %q", test.text, h.list[0])
		}
	}
}
