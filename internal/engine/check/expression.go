package check

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// secretName matches names by which people call secrets; tokens of language models are none.
var (
	secretName = regexp.MustCompile(`(?i)(^|[_.-])(password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|secret_?key|credentials?)$`)
	noSecret   = regexp.MustCompile(`(?i)(^|[_.-])(pad|eos|bos|unk|mask|sep|cls|max|special|next|page|continuation)_token$`)
)

// SecretsHint is where a secret belongs. It takes the name of the variable.
const SecretsHint = "Keep it in a Secret, and give it to the pod: secret_env = { %s = { name = \"…\", key = \"…\" } }."

// IsSecretName reports whether a name says that its value is a secret.
func IsSecretName(name string) bool {
	return secretName.MatchString(name) && !noSecret.MatchString(name)
}

// Value is how a message shows a value: not at all, where the path says that it is a secret.
func Value(at problem.Path, text string) string {
	if n := len(at); n > 0 && (IsSecretName(at[n-1].Key) || n > 1 && IsSecretName(at[n-2].Key)) {
		return "The value, which is not shown, since its name says that it is a secret,"
	}
	return fmt.Sprintf("%q", text)
}

// IsTemplate reports whether a text may hold expressions.
func IsTemplate(text string) bool { return strings.Contains(text, "{{") }

// RefuseExpression refuses an expression where Argo can put no value in; false: there is none.
func RefuseExpression(l *problem.List, at problem.Path, text, remedy string) bool {
	if !IsTemplate(text) || !strings.Contains(text, "}}") {
		return false
	}
	l.Errorf(at, "Expression where none can stand", "%s: Expressions are not possible here. %s", Value(at, text), remedy)
	return true
}

// ConstantName is the remedy where a name is wanted.
const ConstantName = "Write a constant, or let Terraform fill it in: ${…}."
