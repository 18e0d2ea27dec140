// Package imagetest helps tests that need a registry: one in the process, or the real one that KFP_TEST_REGISTRY
// names, each behind a proxy that counts requests and breaks them as told.
package imagetest
