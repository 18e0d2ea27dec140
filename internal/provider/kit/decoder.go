package kit

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// DecoderOf decodes an object that may not be there; nil: it is not.
func DecoderOf(o *backend.Object) layout.Decoder {
	if o == nil {
		return nil
	}
	return o.Into
}
