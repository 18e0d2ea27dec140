// Package settings declares the settings of a task, each in one place: a row of the table in table.go, or a file of its
// own where there is more to say. A row gives everything that is done with the setting:
//
//	merge     a task's value over that of the pipeline's defaults
//	without   the other way round: what a task has beside the defaults
//	check     what can be wrong with it
//	texts     which of its texts may hold expressions
//	pod       where it stands in the patch of the pod, and how it is read from there
//	template  where it stands in a template that people wrote, and workflow, in the workflow around it
//	examples  right values, which the property tests of all packages draw from
//
// A row knows its field by an accessor, so that one of another type does not compile.
//
// What belongs to Kubernetes is written and read here. Retries, caches, locks, and the metadata of pods are objects of
// Argo's own, or arguments of templates: package argo writes and reads those, and has the rest of the row from here.
package settings
