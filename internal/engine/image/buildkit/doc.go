// Package buildkit runs Dockerfiles on a BuildKit daemon, reached by TCP, by a Unix socket, or by a connection that the
// caller opens, such as one through the Kubernetes API.
package buildkit
