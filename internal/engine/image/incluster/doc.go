// Package incluster builds images with a BuildKit that it starts as a pod. Everything goes through the Kubernetes API:
// no port is opened, and nothing but this process is needed where Terraform runs.
package incluster
