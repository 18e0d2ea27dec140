package provider

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// settingsType is the type of an object that holds all settings, such as defaults.
var settingsType = types.ObjectType{AttrTypes: settingsObject.types}

// newSettingsObject writes settings as an object, which is null where there are none.
func newSettingsObject(ctx context.Context, s spec.Settings, prior types.Object) (types.Object, diag.Diagnostics) {
	var diags diag.Diagnostics
	given := &s
	if reflect.ValueOf(s).IsZero() {
		given = nil
	}
	return settingsObject.writeObject(ctx, values{diags: &diags}, given, prior), diags
}
