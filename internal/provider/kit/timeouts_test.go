package kit

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestPendingTimeout(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"": defaultPendingTimeout, "90s": 90 * time.Second, "5": defaultPendingTimeout, "-1m": defaultPendingTimeout} {
		given := types.StringValue(text)
		if text == "" {
			given = types.StringNull()
		}
		object := types.ObjectValueMust(
			map[string]attr.Type{"pending": types.StringType}, map[string]attr.Value{"pending": given},
		)
		var diags diag.Diagnostics
		if got := PendingTimeout(object, &diags); got != want || diags.HasError() != (text == "5" || text == "-1m") {
			t.Errorf("%q: %s, %v", text, got, diags)
		}
	}
	var diags diag.Diagnostics
	if got := PendingTimeout(types.ObjectNull(nil), &diags); got != defaultPendingTimeout || diags.HasError() {
		t.Errorf("without timeouts: %s, %v", got, diags)
	}
}
