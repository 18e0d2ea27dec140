package kit

// terraform validate finds what is wrong with a resource alone: editors, hooks and pipelines of continuous integration
// run it, without a connection and in a moment. What other resources and variables give is unknown there, and fits
// everywhere.
//
// IsPlanned reports whether a plan asks for validation, which configures the provider first. Its ModifyPlan checks the
// same and more, so that nothing is said twice.
func (c *Configured) IsPlanned() bool { return c.Session != nil }
