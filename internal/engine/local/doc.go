// Package local keeps pipelines in a directory of this machine and runs them there: a backend without a cluster.
//
//	DIRECTORY/NAMESPACE/workflowtemplates/NAME.yaml    components and pipelines, as a cluster would hold them
//	                    configmaps/NAME.yaml           their code, caches, ledgers
//	                    workflows/NAME.yaml            runs, with their status
//	                    cronworkflows/NAME.yaml        recurring runs, which nothing fires here
//	                    runs/RUN/POD/                  what became of a task: log, files
//	DIRECTORY/artifacts/                               the artifact repository
//
// Objects are written whole, by renaming, under one lock of the directory; reading needs none. A resource version is a
// hash of the file, so that an editor's change counts as one. Who has set which field is not recorded: everything that
// this provider would not write counts as an edit, which the next apply takes back.
//
// A Workflow is executed while somebody follows it, by the one who holds the lock of the run.
package local
