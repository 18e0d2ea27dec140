// Package layers puts files onto an existing image without a builder: one layer for each kind of files, and changes to
// the configuration, for every platform that the base has or those that are asked for.
package layers
