// Package registry speaks to container registries: names, credentials, retries, typed errors, existence checks,
// pulling of bases, pushing of images.
package registry
