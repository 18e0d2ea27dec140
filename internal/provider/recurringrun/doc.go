// Package recurringrun is kfp_recurring_run and its list resource.
package recurringrun
