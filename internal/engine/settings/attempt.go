package settings

import (
	"maps"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// PodParameter is the hidden parameter of a component that takes the patch of the pod.
const PodParameter = "kfp-pod"

// ofAttempt takes a variable of Argo's that has a value for each attempt. A graph that is repeated has such variables
// too; what is added, nothing, exists where a pod is made alone, so that it is evaluated there and not before.
func ofAttempt(argo string, t spec.Type) expr.Var {
	return expr.Var{
		Type: t, Code: argo + ` + inputs.parameters["` + PodParameter + `"][:0]`, Coding: expr.Plain, OfAttempt: true,
	}
}

// attemptVars are what env and resources may refer to in a task that is repeated.
var attemptVars = map[string]expr.Var{
	"last_retry.attempts":  ofAttempt("retries", spec.Integer),
	"last_retry.exit_code": ofAttempt("lastRetry.exitCode", spec.Integer),
	"last_retry.status":    ofAttempt("lastRetry.status", spec.String),
	"last_retry.duration":  ofAttempt("lastRetry.duration", spec.Float),
}

// OfAttempts is the environment of texts that may differ from attempt to attempt.
func OfAttempts(env expr.Env) expr.Env {
	own := maps.Clone(attemptVars)
	maps.Copy(own, env.Own)
	env.Own = own
	return env
}

// IsOfAttempts reports whether a text of Argo's may differ from attempt to attempt.
func IsOfAttempts(argo string) bool { return strings.Contains(argo, PodParameter) }
