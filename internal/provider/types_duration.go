package provider

import "time"

// duration is Go's notation of durations: "60s" is "1m".
type duration struct{}

type (
	durationType  = textType[duration]
	durationValue = textValue[duration]
)

func (duration) same(a, b string) bool {
	x, err := time.ParseDuration(a)
	if err != nil {
		return false
	}
	y, err := time.ParseDuration(b)
	return err == nil && x == y
}
