// Package hclfile writes HCL as a person would: short objects on one line, long ones on several, attributes in the
// order in which they are read, comments above what they are about, all of it formatted as `terraform fmt` does.
package hclfile
