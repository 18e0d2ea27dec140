// Package handwritten reads objects that people wrote, or that another program did, as specs. What a spec cannot say is
// listed with its place and the reason, and nothing is left out in silence.
package handwritten
