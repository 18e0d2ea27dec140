// Package dockerfile reads Dockerfiles as far as a plan can judge them, and writes the one that installs Python
// requirements.
package dockerfile
