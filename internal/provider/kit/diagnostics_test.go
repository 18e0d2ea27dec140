package kit

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

func TestProblemsBecomeDiagnostics(t *testing.T) {
	t.Parallel()
	var problems problem.List
	at := problem.At("tasks").Key("load data").Attr("tolerations").Index(1).Attr("key")
	problems.Errorf(at, "Invalid taint", "%q is wrong.", "x y")
	problems.Warnf(problem.At("name"), "Odd name", "It is odd.")
	problems.Errorf(nil, "Too large", "It takes 2 MiB.")
	var got diag.Diagnostics
	AddProblems(&got, problems)
	want := diag.Diagnostics{
		// Of what is below a key Terraform would show the line of the resource alone.
		diag.NewAttributeErrorDiagnostic(
			path.Root("tasks").AtMapKey("load data"), "Invalid taint", `tasks["load data"].tolerations[1].key: "x y" is wrong.`,
		),
		diag.NewAttributeWarningDiagnostic(path.Root("name"), "Odd name", "name: It is odd."),
		diag.NewErrorDiagnostic("Too large", "It takes 2 MiB."),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var errorsOnly diag.Diagnostics
	AddErrors(&errorsOnly, problems)
	if diff := cmp.Diff(diag.Diagnostics{want[0], want[2]}, errorsOnly); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each error says what was attempted, what is wrong and what to do.
func TestClusterErrors(t *testing.T) {
	t.Parallel()
	failed := func(r backend.Reason) error {
		return fmt.Errorf(
			"applying: %w",
			&backend.Error{
				Reason: r, Resource: "workflowtemplates", Namespace: "etl", Name: "p", Err: errors.New("the server's words"),
			},
		)
	}
	for name, tc := range map[string]struct {
		err  error
		want []string
	}{
		"forbidden":     {failed(backend.Forbidden), []string{"etl/p", "the server's words", "Grant the provider's user"}},
		"unauthorized":  {failed(backend.Unauthorized), []string{"the server's words", "Check the provider's credentials"}},
		"unreachable":   {failed(backend.Unreachable), []string{"Check that the cluster is up"}},
		"conflict":      {failed(backend.Conflict), []string{"Another program manages"}},
		"no Argo":       {failed(backend.NoSuchKind), []string{"Install Argo Workflows"}},
		"no remedy":     {failed(backend.Invalid), []string{"refused as invalid", "the server's words"}},
		"another error": {errors.New("disk full"), []string{"disk full"}},
		"not configured": {
			fmt.Errorf("connecting: %w", backend.ErrNotConfigured),
			[]string{"no Kubernetes cluster to work on", "Set config_path"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			AddClusterError(&diags, "update", "pipeline", "p", tc.err)
			if len(diags) != 1 || diags[0].Summary() != "Cannot update pipeline p" || diags[0].Severity() != diag.SeverityError {
				t.Fatalf("got %v", diags)
			}
			for _, want := range tc.want {
				if !strings.Contains(diags[0].Detail(), want) {
					t.Errorf("%q does not hold %q", diags[0].Detail(), want)
				}
			}
			// What leaves open what the cluster holds keeps the state.
			var read diag.Diagnostics
			d := &Session{Operator: &operate.Operator{Backend: cluster.New(cluster.Config{Host: "https://127.0.0.1:1"})}}
			d.AddReadError(&read, "pipeline", "p", tc.err)
			wantSeverity := diag.SeverityError
			if backend.IsUnknown(tc.err) {
				wantSeverity = diag.SeverityWarning
			}
			if len(read) != 1 || read[0].Severity() != wantSeverity {
				t.Errorf("read: got %v", read)
			}
			// A drift job looks for the title, and finds one block however many resources there are.
			if d.AddReadError(&read, "pipeline", "q", tc.err); backend.IsUnknown(tc.err) && (len(read) != 1 || read[0].Summary() != "Cluster not checked") {
				t.Errorf("read twice: got %v", read)
			}
		})
	}
}
