package layout

import (
	"strings"
)

// CacheSelector finds the config maps in which Argo's controller keeps what tasks with a cache returned.
const CacheSelector = "workflows.argoproj.io/configmap-type=Cache"

// CachePrefix begins the names of the config maps that keep what tasks with a cache returned.
const CachePrefix = "kfp-cache-"

// IsCacheOf reports whether a config map keeps what a version of a component returned, given by the name of its object.
func IsCacheOf(configMap, namespace, version string) bool {
	return strings.HasPrefix(configMap, CachePrefix+namespace+"-"+version+"-")
}

// IsCacheIn reports whether a config map keeps what a component of a namespace returned.
func IsCacheIn(configMap, namespace string) bool {
	return strings.HasPrefix(configMap, CachePrefix+namespace+"-")
}
