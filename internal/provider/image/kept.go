package image

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
)

// planKept plans an image that is kept as files on this machine, and says what of it is not.
func (m *Model) planKept(p *image.Prepared, diags *diag.Diagnostics) {
	m.kept(p)
	if p.Commands() > 0 {
		diags.AddWarning("The image is not built", "Local pipelines take the files of image "+p.Reference.String()+", and run none of "+
			"the commands that would build it: the programs and packages that those install have to be on this machine.")
	}
}

// kept writes what is known of an image whose digest stands for its content alone.
func (m *Model) kept(p *image.Prepared) {
	m.exists(p.ContentHash)
	m.Method, m.BaseDigest = types.StringValue("files"), types.StringNull()
}
