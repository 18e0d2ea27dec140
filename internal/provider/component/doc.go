// Package component is kfp_component, its data source and its list resource.
package component
