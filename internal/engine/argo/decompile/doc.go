// Package decompile is the inverse of compile, for objects that this provider made. It guesses from the structure of an
// object what was compiled; whether the guess is right is seen by compiling it again. What an object does not tell,
// such as how a constant was spelled, is taken from what was there before, if that compiles to the same.
package decompile
