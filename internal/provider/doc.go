// Package provider is the Terraform side: schemas, plans, state and diagnostics. What components and pipelines are,
// and how they become Argo objects, is the engine's part.
package provider
