package kit

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
)

// CronLine is a cron line: "0 2 * * 1" is "0 2 * * MON".
type CronLine struct{}

type (
	CronType  = textType[CronLine]
	CronValue = TextValue[CronLine]
)

func (CronLine) same(a, b string) bool { return schedule.Equal(a, b) }

// instant is a time in RFC 3339: "08:00:00Z" is "09:00:00+01:00".
type instant struct{}

type (
	InstantType  = textType[instant]
	InstantValue = TextValue[instant]
)

func (instant) same(a, b string) bool { return schedule.EqualTime(a, b) }
