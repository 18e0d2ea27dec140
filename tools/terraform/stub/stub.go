// Package stub stands in for the remote-state backends of Terraform that are modules of their own and cannot be had
// from a module proxy. Acceptance tests keep their state in files and never ask for one of them.
package stub

import "github.com/hashicorp/terraform/internal/backend"

// New returns a backend without methods that work.
func New() backend.Backend { return none{} }

type none struct{ backend.Backend }
