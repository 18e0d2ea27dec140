package kfpir

// Identifier is what an input, an output or a parameter of KFP's is called here, unless another one of the same place has
// that name already: learning-rate is learning_rate.
func Identifier(name string) string { return newNamer().identifier(name) }

// ObjectName is what an object for something of a name in KFP is called: Nightly quote is nightly-quote.
func ObjectName(name string) string { return newNamer().objectName(name) }
