package schedule

import (
	_ "embed"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a machine without a database, such as a container from scratch, knows every zone too

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// DefaultTimezone is what an empty timezone means. Argo would take its controller's own, which nobody can see at plan.
const DefaultTimezone = "UTC"

// zoneList holds the names in Go's tz database, the one that time/tzdata embeds; a test compares them.
//
//go:embed zones.txt
var zoneList string

var zoneNames = sync.OnceValue(func() []string { return strings.Fields(zoneList) })

// abbreviations are names for which people reach, and which the database does not have or which mean a fixed offset.
var abbreviations = map[string]string{
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "PT": "America/Los_Angeles",
	"MDT": "America/Denver", "CDT": "America/Chicago", "CST": "America/Chicago", "EDT": "America/New_York", "ET": "America/New_York",
	"BST": "Europe/London", "CEST": "Europe/Berlin", "EEST": "Europe/Athens", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney",
}

var offset = regexp.MustCompile(`(?i)^(UTC|GMT|Z)?\s*([+-])(\d{1,2})(:?\d{2})?$`)

// ParseTimezone finds a timezone by its IANA name, exactly as the tz database spells it. Empty means UTC. The rules of
// a zone come from the machine's database where it has one, as in Argo's controller, else from the embedded one.
func ParseTimezone(name string) (*time.Location, []Error) {
	if name == "" {
		return time.UTC, nil
	}
	names := zoneNames()
	if i := sort.SearchStrings(names, name); i < len(names) && names[i] == name {
		loc, err := time.LoadLocation(name)
		if err != nil {
			return nil, refuse(
				"Unreadable timezone", "timezone %s is known, but its rules cannot be read: %s.", quote(name), err,
			)
		}
		return loc, nil
	}
	return nil, refuse("Unknown timezone", "timezone %s is not in the IANA tz database, in which names look like "+
		"\"Europe/Berlin\" or \"UTC\". %s",
		quote(name), suggestZone(name))
}

func suggestZone(name string) string {
	trimmed := strings.TrimSpace(name)
	if strings.EqualFold(trimmed, "local") {
		return "Name the zone: the machine's own is another one where Argo runs."
	}
	if m := offset.FindStringSubmatch(trimmed); m != nil {
		if m[4] == "" || m[4] == "00" || m[4] == ":00" {
			sign := map[string]string{"+": "-", "-": "+"}[m[2]]
			hours := strings.TrimLeft(m[3], "0")
			if hours == "" {
				return `Write "UTC".`
			}
			return fmt.Sprintf(
				"Name a place, whose summer time is then followed; the fixed offset is %q (its sign is the other way round).",
				"Etc/GMT"+sign+hours,
			)
		}
		return "Name a place instead of an offset."
	}
	if zone, ok := abbreviations[strings.ToUpper(trimmed)]; ok {
		return fmt.Sprintf("Abbreviations are ambiguous; write %q if that is meant.", zone)
	}
	if near := nearZones(trimmed); len(near) > 0 {
		return problem.DidYouMean(near...)
	}
	return "Write the name of a place in the zone."
}

// nearZones finds names that differ in case, lack the continent or have a typing error, best first.
func nearZones(name string) []string {
	wanted := foldZone(name)
	if len(wanted) < 3 || len(wanted) > 40 {
		return nil
	}
	type candidate struct {
		name     string
		distance int
	}
	var found []candidate
	for _, zone := range zoneNames() {
		folded := foldZone(zone)
		city := folded[strings.LastIndexByte(folded, '/')+1:]
		d := min(
			problem.Distance(wanted, folded, 4), problem.Distance(wanted, city, 3),
			problem.Distance(wanted[strings.LastIndexByte(wanted, '/')+1:], city, 2)+1,
		)
		if d < 3 {
			found = append(found, candidate{zone, d})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].distance < found[j].distance })
	var names []string
	for _, c := range found {
		if len(names) == 3 || c.distance > found[0].distance {
			break
		}
		names = append(names, c.name)
	}
	return names
}

func foldZone(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "_")
}
