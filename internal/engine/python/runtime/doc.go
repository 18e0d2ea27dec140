// Package runtime holds the Python file that runs a component in its pod, and the file beside it that says what to run.
package runtime
