// Package redact takes secrets out of texts that people see: logs, progress, diagnostics and states.
package redact
