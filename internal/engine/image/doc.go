// Package image makes sure that container images exist and says by which content they are named. A Spec is what the
// user wants; Prepare reads the files that belong to it and finds the content hash, offline; Lookup asks the registry
// what is there, by one HEAD request; Ensure makes what is missing and returns the digest.
//
// Without work that has to run in the image, layers are put onto the base in this process. Otherwise BuildKit works:
// for a Dockerfile, and for Python requirements, which become an image of their own (the dependencies). The source is
// then put onto that one as a layer, so that a changed source line neither runs pip nor needs a builder.
package image
