// Package backend says what the provider needs of a place where pipelines live and run: objects to find, make, change,
// delete and follow, what the pods of runs say, and, where there is a cluster, what it allows. The package cluster does
// it on Kubernetes; nothing above it knows how.
package backend
