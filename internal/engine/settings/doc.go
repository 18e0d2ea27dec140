// Package settings declares the settings of a task, each in one place: a row of the table in table.go, or a file of its
// own where there is more to say. A row gives everything that is done with the setting:
//
//	over      a task's value over that of the pipeline's defaults; and back: what a task has beside the defaults
//	wrong     what can be wrong with it
//	open      which of its texts may hold expressions
//	places    where it stands in the patch of the pod, in a template that people wrote, and in the workflow around it
//	says      how all of these say it
//	examples  right values, which the property tests of all packages draw from
//
// A row knows its field by an accessor, so that one of another type does not compile.
//
// What belongs to Kubernetes is written and read here. Retries, caches, locks, and the metadata of pods are objects of
// Argo's own, or arguments of templates: package argo writes and reads those, and has the rest of the row from here.
package settings
