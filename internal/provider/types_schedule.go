package provider

import "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"

// cronLine is a cron line: "0 2 * * 1" is "0 2 * * MON".
type cronLine struct{}

type (
	cronType  = textType[cronLine]
	cronValue = textValue[cronLine]
)

func (cronLine) same(a, b string) bool { return schedule.Equal(a, b) }

// instant is a time in RFC 3339: "08:00:00Z" is "09:00:00+01:00".
type instant struct{}

type (
	instantType  = textType[instant]
	instantValue = textValue[instant]
)

func (instant) same(a, b string) bool { return schedule.EqualTime(a, b) }
