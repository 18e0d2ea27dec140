package kit

import (
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// HistoryModel is how many ended runs are kept.
type HistoryModel struct {
	Succeeded types.Int64 `tfsdk:"succeeded"`
	Failed    types.Int64 `tfsdk:"failed"`
}
