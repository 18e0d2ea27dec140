// Package problem is how the engine says what is wrong: a severity, the attribute path that it stands in, a short
// title and a detail that holds the value, the reason and the remedy. Checks collect problems; they never stop at
// the first one.
package problem
