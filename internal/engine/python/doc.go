// Package python reads the Python source of a component as CPython would, without running it: the function's signature
// and what it says of inputs and outputs, whether the function can run by itself in a pod, and what is wrong with it.
//
// The parser is written for this package, since what matters here is what it refuses: a mistake that it lets pass is
// found minutes later in a pod. It reads the grammar of Python 3.14, which holds that of 3.8 to 3.13, and resolves
// names by the rules of CPython's symtable. The tests compare both with the python3 of the machine.
package python
