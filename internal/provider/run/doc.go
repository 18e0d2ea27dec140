// Package run is kfp_run, the action and the list resource of that name, and the data source kfp_runs.
package run
