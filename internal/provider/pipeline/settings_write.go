package pipeline

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// settingsType is the type of an object that holds all settings, such as defaults.
var settingsType = types.ObjectType{AttrTypes: settingsObject.Types}

// newSettingsObject writes settings as an object, which is null where there are none.
func newSettingsObject(ctx context.Context, s spec.Settings, prior types.Object) (types.Object, diag.Diagnostics) {
	var diags diag.Diagnostics
	given := &s
	if reflect.ValueOf(s).IsZero() {
		given = nil
	}
	return settingsObject.WriteObject(ctx, kit.Writer{Diags: &diags}, given, prior), diags
}
