// Package diff compares a live object with the one that is wanted, and makes the patches that take back what others
// have changed.
package diff
