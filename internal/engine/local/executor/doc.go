// Package executor runs pods as processes of this machine: it gives them their files and their environment, ends them
// in time, and takes up what they leave. It does what Argo's executor and the kubelet do in a cluster.
//
//	RUNS/RUN/POD/pod.json     what the pod is
//	             log          what it printed
//	             inputs/      its input artifacts, copies of their own
//	             outputs/     where it leaves parameters and artifacts
//	             work/        its working directory
//	ARTIFACTS/KEY             an artifact: a file, or a directory
package executor
