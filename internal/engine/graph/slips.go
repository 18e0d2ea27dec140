package graph

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Slips are what is valid and hardly meant.

// bareName matches a text that is a name of the expression language and nothing else.
var bareName = regexp.MustCompile(`^(parameters|tasks|inputs|outputs|each|run|schedule)(\.[A-Za-z_][A-Za-z0-9_]*)+$`)

// checkForgottenBraces warns of a text that would be an expression between braces.
func checkForgottenBraces(l *problem.List, at problem.Path, text string) {
	if bareName.MatchString(text) {
		l.Warnf(at, "Text that looks like an expression", "%q looks like an expression, and is a text without the braces. Write %q if the value is meant.", text, "{{ "+text+" }}")
	}
}

// secretName matches names by which people call secrets; tokens of language models are none.
var (
	secretName  = regexp.MustCompile(`(?i)(^|[_.-])(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|secret_?key|credentials?)$`)
	noSecret    = regexp.MustCompile(`(?i)(^|[_.-])(pad|eos|bos|unk|mask|sep|cls|max|special|next|page|continuation)_token$`)
	secretsHint = "Keep it in a Secret, and give it to the pod: secret_env = { %s = { name = \"…\", key = \"…\" } }."
)

// isSecretName reports whether a name says that its value is a secret.
func isSecretName(name string) bool {
	return secretName.MatchString(name) && !noSecret.MatchString(name)
}

// checkSecretEnv warns of variables whose name says that a secret is in them, in clear text.
func checkSecretEnv(l *problem.List, at problem.Path, env map[string]string) {
	for _, name := range sortedKeys(env) {
		if value := env[name]; isSecretName(name) && value != "" {
			l.Warnf(at.Key(name), "Secret in clear text", "%s is kept in clear text, in the cluster and in the state, for everybody who may read them. "+secretsHint, name, name)
		}
	}
}

// checkSecretParameters warns of parameters that seem to carry a secret.
func checkSecretParameters(l *problem.List, parameters map[string]spec.Input) {
	for _, name := range sortedKeys(parameters) {
		if isSecretName(name) && parameters[name].Type == spec.String {
			l.Warnf(problem.At("parameters").Key(name), "Secret in clear text", "By its name parameter %q carries a secret. Argo keeps parameters in clear text, in each run. "+secretsHint+" The parameter can be the name of the Secret's key, where several are chosen from.", name, strings.ToUpper(name))
		}
	}
}

// value is how a message shows a value: not at all, where the path says that it is a secret.
func value(at problem.Path, text string) string {
	if n := len(at); n > 0 && (isSecretName(at[n-1].Key) || n > 1 && isSecretName(at[n-2].Key)) {
		return "The value, which is not shown, since its name says that it is a secret,"
	}
	return fmt.Sprintf("%q", text)
}

// refuseExpression refuses an expression where Argo can put no value in; false: there is none.
func refuseExpression(l *problem.List, at problem.Path, text, remedy string) bool {
	if !isTemplate(text) || !strings.Contains(text, "}}") {
		return false
	}
	l.Errorf(at, "Expression where none can stand", "%s: Expressions are not possible here. %s", value(at, text), remedy)
	return true
}

const constantName = "Write a constant, or let Terraform fill it in: ${…}."
