package kit

import (
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// The choices of unpinned_images.
const (
	warnOfUnpinned = "warn"
	AllowUnpinned  = "allow"
	RefuseUnpinned = "refuse"
)

// UnpinnedChoices are the values of unpinned_images.
var UnpinnedChoices = []string{warnOfUnpinned, AllowUnpinned, RefuseUnpinned}

// UnpinnedImages says what is thought of images without a digest. The warning comes once for an image, however many
// components use it, and only where a plan makes or moves one of them.
type UnpinnedImages struct {
	Choice string   // one of UnpinnedChoices; empty: warn
	warned sync.Map // the images that were warned of
}

// Check tells of a name that may mean another image tomorrow.
func (u *UnpinnedImages) Check(at path.Path, ref registry.Reference, changed bool, diags *diag.Diagnostics) {
	if ref.Pinned() || u.Choice == AllowUnpinned {
		return
	}
	why := fmt.Sprintf("The tag %q of %s can be moved, and then the same version of the component runs another image: "+
		"its runs cannot be repeated. "+
		"Give the reference of a kfp_image resource, or of a kfp_image data source, which finds the digest of a tag.", ref.Tag(), ref.Repository())
	if u.Choice == RefuseUnpinned {
		AddErrorAt(diags, at, "Image without digest", why+" The provider's unpinned_images is \"refuse\".")
		return
	}
	if !changed {
		return
	}
	if _, told := u.warned.LoadOrStore(ref.String(), true); !told {
		AddWarningAt(
			diags, at, "Image without digest",
			why+" This is said once for the image; unpinned_images = \"allow\" in the provider's configuration accepts it.",
		)
	}
}

// MustSee reports whether every plan has to look at a component of this image, though nothing of it changes.
func (u *UnpinnedImages) MustSee(ref registry.Reference) bool {
	return u.Choice == RefuseUnpinned && !ref.Pinned()
}
