// Package check looks at single values: durations, quantities, names and choices. Each check adds what is wrong with a
// value to the problems, with the value, the reason and the remedy; what Terraform does not know yet is neither right
// nor wrong.
package check
