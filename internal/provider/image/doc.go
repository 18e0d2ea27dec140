// Package image is kfp_image, its data source, and what images are made with.
package image
