package wire

import (
	"strings"
	"time"
)

// Duration writes a duration as people do: 90s, 1h30m, 2h.
func Duration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Seconds writes a number of seconds as a duration; empty: there is none.
func Seconds[N int64 | int32](seconds *N) string {
	if seconds == nil {
		return ""
	}
	return Duration(time.Duration(*seconds) * time.Second)
}
