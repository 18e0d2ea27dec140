package settings

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var cache = row[*spec.Cache]{
	name: "cache", field: func(s *spec.Settings) **spec.Cache { return &s.Cache },
	over: objectOver(func(defaults spec.Cache) *spec.Cache {
		if !defaults.Enabled {
			return nil
		}
		return &spec.Cache{}
	}),
	wrong: func(l *problem.List, at problem.Path, c *spec.Cache) {
		if c != nil {
			check.Duration(l, at.Attr("max_age"), c.MaxAge)
		}
	},
	open: func(at problem.Path, c *spec.Cache) []Text {
		if c == nil || c.Key == "" {
			return nil
		}
		return []Text{{At: at.Attr("key"), Raw: c.Key}}
	},
	examples: func() []*spec.Cache {
		return []*spec.Cache{
			{Enabled: true, MaxAge: "24h", Key: "fixed"}, {Enabled: true, MaxAge: "24h"}, {Enabled: true}, {},
		}
	},
}
