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
		before := ""
		if len(t.Before) > 0 {
			before = t.Before[0]
		}
		r.text("."+t.At.String(), t.Argo, before, func(d *expr.Decompiler, env expr.Env) (string, bool) {
			if settings.IsOfAttempts(t.Argo) {
				env = settings.OfAttempts(env)
				d = d.With(env.Own)
			}
			return t.Read(d, func(text string) (*expr.Typed, error) { return compile.TypedText(text, env) })
		}, t.Set)
	}
}
