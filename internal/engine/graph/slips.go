package graph

import (
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Slips are what is valid and hardly meant.

// bareName matches a text that is a name of the expression language and nothing else.
var bareName = regexp.MustCompile(`^(parameters|tasks|inputs|outputs|each|run|schedule)(\.[A-Za-z_][A-Za-z0-9_]*)+$`)

// checkForgottenBraces warns of a text that would be an expression between braces.
func checkForgottenBraces(l *problem.List, at problem.Path, text string) {
	if bareName.MatchString(text) {
		l.Warnf(
			at, "Text that looks like an expression",
			"%q looks like an expression, and is a text without the braces. Write %q if the value is meant.", text,
			"{{ "+text+" }}",
		)
	}
}

// checkSecretParameters warns of parameters that seem to carry a secret.
func checkSecretParameters(l *problem.List, parameters map[string]spec.Input) {
	for _, name := range spec.Names(parameters) {
		if check.IsSecretName(name) && parameters[name].Type == spec.String {
			l.Warnf(
				problem.At("parameters").Key(name), "Secret in clear text",
				"By its name parameter %q carries a secret. Argo keeps parameters in clear text, in each run. "+check.SecretsHint+" The parameter can be the name of the Secret's key, where several are chosen from.",
				name, strings.ToUpper(name),
			)
		}
	}
}
