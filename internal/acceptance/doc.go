// Package acceptance has no code: its tests drive the whole provider, through the real terraform. Those that begin with
// TestAcc need the dev cluster and run with TF_ACC=1; the others plan without one.
package acceptance
