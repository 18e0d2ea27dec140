// Package backfill is kfp_backfill.
package backfill
