// Package functions has the provider's functions: mermaid, svg and next_runs.
package functions
