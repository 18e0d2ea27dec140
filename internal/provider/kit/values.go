package kit

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TextOrNull is null for an empty text.
func TextOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

// NoDrift is the value of drift where there is none.
func NoDrift() types.List { return ListOfTexts(nil) }

// ListOfTexts makes a list; nil makes an empty one.
func ListOfTexts(texts []string) types.List {
	values := make([]attr.Value, len(texts))
	for i, t := range texts {
		values[i] = types.StringValue(t)
	}
	return types.ListValueMust(types.StringType, values)
}

// TimeValue is null while the time has not come.
func TimeValue(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}
