// Package expr is the expression language of the provider: the {{ }} in texts, and the whole of `when` and
// `retry.expression`. It parses, checks types over a typed environment, and writes what Argo Workflows evaluates.
//
// Values travel encoded (package wire). Inside an expression a user sees them decoded: a reference is decoded and given
// its type where it is read, and what an expression results in is encoded again, so no data is ever taken for a tag.
package expr
