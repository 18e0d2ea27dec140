package kit

import (
	"time"
)

// Duration is Go's notation of durations: "60s" is "1m".
type Duration struct{}

type (
	DurationType  = textType[Duration]
	DurationValue = TextValue[Duration]
)

func (Duration) same(a, b string) bool {
	x, err := time.ParseDuration(a)
	if err != nil {
		return false
	}
	y, err := time.ParseDuration(b)
	return err == nil && x == y
}
