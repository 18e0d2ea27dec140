// Package pipeline is kfp_pipeline, its data source and its list resource, with the settings of tasks.
package pipeline
