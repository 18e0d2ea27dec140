// Package cluster talks to Kubernetes: server-side apply, cached lists, watches and logs. It knows objects, not what
// they mean: that is engine/argo's part.
package cluster
