// Package layout is the protocol of the objects in the cluster: what they are called, which labels and annotations they
// carry, and which parameters of theirs users do not see. Whoever writes objects and whoever reads them agree here.
//
// A component is one WorkflowTemplate for each version, and a ConfigMap with its code if it is a Python function:
//
//	WorkflowTemplate  NAME-VERSION              labels kind=component, name, version; annotation types
//	└─ templates      main                      the container
//	                  main-retry, main-cache …  variants: Argo has retries and memoization on templates, not on tasks
//	                  place, root, main-pod …   where the container uses addresses of artifacts: main calls place, which
//	                                            finds them out by root, a pod, and then main-pod, the container
//	   each takes     its inputs, and kfp-…     hidden parameters, with which a task sets what is its own:
//	                                            kfp-pod (the patch of its pod), kfp-metadata, kfp-retry-limit, kfp-cache-key …
//	ConfigMap         NAME-VERSION              the code of a Python function
//
// A pipeline is one WorkflowTemplate:
//
//	WorkflowTemplate  NAME                      labels kind=pipeline, name, version; annotations types, defaults, pipelines
//	└─ templates      main                      a DAG with a task for each task
//	                  kfp-TASK                  around a task that one step of Argo cannot be: kfp-inner is what it wraps
//	                  kfp-end                   says what becomes of the DAG where Argo would be wrong
//	                  kfp-outputs               a task behind it: evaluates outputs that may have no value
//	                  kfp-fail                  fails without a pod
//	WorkflowTemplate  NAME-pinned-VERSION       a copy of a version, for schedules that pin it; label kind=pinned
//
// A run is a Workflow that refers to the pipeline (labels kind=run, pipeline, pipeline-version; annotation run: a hash,
// by which an interrupted apply knows it again). A recurring run is a CronWorkflow. A backfill keeps a ConfigMap, the
// ledger, of what became of its ticks; its runs carry its label.
//
// A name that begins with kfp- is never a user's.
package layout
