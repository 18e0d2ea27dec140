// Package operate does what changes a cluster: it writes objects, starts runs, follows and stops them, explains their
// failures, works off backfills, removes what nothing uses any more, and looks first whether all that can succeed. It
// knows runs and nothing of Terraform: what is wrong goes into a problem.List, what happens to a log function.
package operate
