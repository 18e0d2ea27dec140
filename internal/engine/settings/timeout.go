package settings

import (
	"math"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

var timeout = row[string]{
	name: "timeout", field: func(s *spec.Settings) *string { return &s.Timeout }, over: textOver(sameDuration),
	wrong:    check.Seconds,
	places:   at(pod("activeDeadlineSeconds")),
	says:     as(seconds, wire.Seconds[int64]),
	examples: func() []string { return []string{"90s", "60m", "1h30m"} },
}

// seconds rounds a duration up, since Kubernetes counts whole seconds and none would be no limit.
func seconds(text string) (*int64, error) {
	d, err := time.ParseDuration(text)
	return new(max(1, int64(math.Ceil(d.Seconds())))), err
}

func sameDuration(a, b string) bool {
	x, errA := time.ParseDuration(a)
	y, errB := time.ParseDuration(b)
	return errA == nil && errB == nil && x == y
}
