// Package compile turns specs into Argo Workflows objects. It is pure: no clock, no network, the same bytes for the
// same spec, whose hash is the version that users see.
package compile
