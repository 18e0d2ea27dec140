package decompile

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
)

// pod reads the patch of the task's pod.
func (r *taskReader) pod(patch string) {
	texts, err := settings.ReadPodPatch(patch, r.before, &r.merged)
	if err != nil {
		r.d.miss(r.path, "the patch of its pod is not what this provider writes: "+err.Error())
		return
	}
	for _, t := range texts {
		r.text("."+t.At.String(), t.Argo, t.Before,
			func(d *expr.Decompiler, env expr.Env) (string, bool) { return readJSON(d, env, t.Argo, t.Before) }, t.Set)
	}
}

// readJSON undoes texts.json. The spelling of before stays if it compiles to the same, so that what comes from the
// defaults is known again.
func readJSON(d *expr.Decompiler, env expr.Env, argo, before string) (string, bool) {
	again, err := compile.Texts{Env: env}.Json(before)
	if err == nil && again == argo {
		return before, true
	}
	return d.JSON(argo)
}
