// Package status reads what became of a run off its Workflow, and what lets its failed tasks run again.
package status
