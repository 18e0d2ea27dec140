package run

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// checkTimeouts reads all of them, since a mistake would otherwise show when the run has started.
func (m Model) checkTimeouts(diags *diag.Diagnostics) { kit.PendingTimeout(m.Timeouts.Object, diags) }
