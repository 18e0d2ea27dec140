package decompile

import (
	"encoding/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
)

// metadata undoes metadataText.
func (r *taskReader) metadata(argo string) {
	text, tags := settings.SplitTags(argo)
	var lists [2][]json.RawMessage
	if err := json.Unmarshal([]byte(text), &lists); err != nil || len(lists[0])%2+len(lists[1])%2 > 0 {
		r.d.miss(r.path+".labels", layout.Abbreviated(argo)+" is not how this provider writes labels and annotations")
		r.merged.Labels, r.merged.Annotations = r.prior.Labels, r.prior.Annotations
		return
	}
	r.pairs(".labels", lists[0], tags, r.prior.Labels, &r.merged.Labels)
	r.pairs(".annotations", lists[1], tags, r.prior.Annotations, &r.merged.Annotations)
}

func (r *taskReader) pairs(
	at string, list []json.RawMessage, tags []string, before map[string]string, to *map[string]string,
) {
	for i := 0; i < len(list); i += 2 {
		var key string
		if err := json.Unmarshal(list[i], &key); err != nil {
			r.d.miss(r.path+at, layout.Abbreviated(string(list[i]))+" is not a key")
			continue
		}
		text := settings.TagOf(list[i+1], tags)
		r.text(layout.Keyed(at, key), text, before[key],
			func(d *expr.Decompiler, _ expr.Env) (string, bool) { return d.JSONString(text) },
			func(text string) { layout.Set(to, key, text) })
	}
}
