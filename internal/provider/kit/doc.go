// Package kit is what the folders of the resources share: the provider's session, attributes, values with a notation of
// their own, reading models into specs and writing specs into models, diagnostics, identities, imports and lists.
package kit
