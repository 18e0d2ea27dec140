// Package tools pins the programs that make targets use, in a module of their own, so that none of their
// dependencies reaches the provider. See GNUmakefile.
package tools
