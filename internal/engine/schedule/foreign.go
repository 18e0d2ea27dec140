package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// hasZone reports whether the first word of a line sets a timezone.
func hasZone(word string) bool {
	upper := strings.ToUpper(word)
	return strings.HasPrefix(upper, "TZ=") || strings.HasPrefix(upper, "CRON_TZ=")
}

func refuseZone(words []string) []Error {
	_, zone, _ := strings.Cut(words[0], "=")
	rest := strings.Join(words[1:], " ")
	const title = "Timezone in a cron line"
	if zone == "" || rest == "" {
		return refuse(title, "%s sets a timezone inside the cron line. Set the timezone attribute instead, and give cron "+
			"the five fields alone.",
			quote(strings.Join(words, " ")))
	}
	return refuse(title, "%s sets a timezone inside the cron line, which then hides the timezone attribute. Write "+
		"timezone = %s and %s.",
		quote(strings.Join(words, " ")), quote(zone), quote(rest))
}

// unsupported are what other crons know and Argo does not, with the way round it.
var unsupported = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`(?i)^(L(-\d+)?|LW)$`), "L counts from the end of the month, which Argo's cron cannot. " +
		"Run on days 28-31 and let the first task's `when` find the last day, or run on day 1 of the month that follows"},
	{
		regexp.MustCompile(`(?i)^\d+W$`),
		"W moves to the nearest working day, which Argo's cron cannot. Run on the days round it and let the first task's " +
			"`when` choose",
	},
	{regexp.MustCompile(`(?i)^\w+#\d+$`), "# picks the n-th weekday of a month, which Argo's cron cannot. " +
		"Run on the seven days that it can fall on (#1 is 1-7, #2 is 8-14, #3 is 15-21, #4 is 22-28) and let the first " +
		"task's `when` check the weekday"},
	{regexp.MustCompile(`(?i)^([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)L$`), "L after a weekday is its last one of the " +
		"month, which Argo's cron cannot. " +
		"Run on that weekday every week and let the first task's `when` find the last one"},
	{regexp.MustCompile(`^H(\(.*\))?(/\d+)?$`), "H is a value that Jenkins chooses. Choose one yourself"},
	{regexp.MustCompile(`(?i)^\d+C$`), "C refers to a Quartz calendar, which Argo does not have"},
}

// findUnsupported explains the first element that no line of five fields can express.
func findUnsupported(words []string) (item, why string) {
	for _, word := range words {
		for item := range strings.SplitSeq(word, ",") {
			for _, u := range unsupported {
				if u.pattern.MatchString(item) {
					return item, u.why
				}
			}
		}
	}
	return "", ""
}

var (
	awsCron = regexp.MustCompile(`(?i)^cron\((.*)\)$`)
	awsRate = regexp.MustCompile(`(?i)^rate\((.*)\)$`)
	year    = regexp.MustCompile(`(^|\D)(19|20)\d\d(\D|$)`)
)

// dialect is how a line of six or seven fields is to be read.
type dialect struct {
	name          string
	seconds, year bool
	sundayOne     bool // days of the week count from 1 = Sunday
	description   string
}

var (
	quartz7 = dialect{
		name: "Quartz", seconds: true, year: true, sundayOne: true,
		description: "Quartz's form: seconds first and the year last",
	}
	quartz6   = dialect{name: "Quartz", seconds: true, sundayOne: true, description: "Quartz's form: seconds first"}
	withClock = dialect{
		name: "six-field", seconds: true, description: "a form with seconds first, as KFP and Spring use it",
	}
	withYear = dialect{name: "EventBridge", year: true, sundayOne: true, description: "EventBridge's form: the year last"}
)

// refuseForeign recognises lines of other schedulers. Nil: none of them.
func refuseForeign(line string) []Error {
	const title = "Schedule of another system"
	if awsRate.MatchString(line) {
		return refuse(
			title, "%s is EventBridge's form. Set interval instead, to a Go duration such as \"15m\" or \"6h\".", quote(line),
		)
	}
	words := strings.Fields(line)
	form := ""
	if m := awsCron.FindStringSubmatch(line); m != nil {
		words, form = strings.Fields(m[1]), "EventBridge"
	}
	switch {
	case form != "" && len(words) == 5:
		return refuse(
			title, "%s is EventBridge's form; give the five fields alone: %s.", quote(line), quote(strings.Join(words, " ")),
		)
	case len(words) == 5:
		if item, why := findUnsupported(words); item != "" {
			return refuse("Unsupported cron element", "%s holds %s: %s.", quote(line), quote(item), why)
		}
		return nil
	case len(words) == 6:
		return refuseDialect(line, words, six(words, form))
	case len(words) == 7:
		return refuseDialect(line, words, quartz7)
	}
	return nil
}

// six tells the dialects of six fields apart by where the question mark or a year stands.
func six(words []string, form string) dialect {
	quartzMark := words[3] == "?" || words[5] == "?"
	awsMark := words[2] == "?" || words[4] == "?"
	item, _ := findUnsupported(words)
	switch {
	case form != "", year.MatchString(words[5]), awsMark && !quartzMark:
		return withYear
	case quartzMark, item != "":
		return quartz6
	}
	return withClock
}

func refuseDialect(line string, words []string, d dialect) []Error {
	title := "Cron line with " + strconv.Itoa(len(words)) + " fields"
	intro := fmt.Sprintf("%s is %s; Argo reads five fields: %s.", quote(line), d.description, layout)
	if item, why := findUnsupported(words); item != "" {
		return refuse(title, "%s There is no equivalent, since it holds %s: %s.", intro, quote(item), why)
	}
	five, notes := d.reduce(words)
	c, errs := parseFields(five, strings.Fields(five))
	if errs != nil {
		return refuse(
			title, "%s Without the others it would be %s, which is wrong in itself: %s", intro, quote(five), errs[0].Detail,
		)
	}
	meaning := ""
	if text, ok := c.Explain(); ok {
		meaning = " (" + text + ")"
	}
	if len(notes) > 0 {
		return refuse(
			title, "%s There is no exact equivalent: %s. The nearest is %q%s.", intro, strings.Join(notes, "; "), five, meaning,
		)
	}
	return refuse(title, "%s Write %q%s.", intro, five, meaning)
}

// reduce drops seconds and year, and counts the days of the week as Argo does. The notes say what is lost.
func (d dialect) reduce(words []string) (five string, notes []string) {
	rest := words
	if d.seconds {
		if strings.Trim(rest[0], "0") != "" {
			notes = append(
				notes,
				fmt.Sprintf(
					"seconds %s cannot be kept, as a cron line has minutes at the finest (interval takes seconds)", quote(rest[0]),
				),
			)
		}
		rest = rest[1:]
	}
	if d.year {
		if y := rest[5]; y != "*" && y != "?" {
			notes = append(notes, fmt.Sprintf("the year %s cannot be kept; set start_time and end_time", quote(y)))
		}
		rest = rest[:5]
	}
	out := append([]string(nil), rest...)
	for i, word := range out {
		if word == "?" {
			out[i] = "*"
		}
	}
	out[dayOfWeek] = d.weekdays(out[dayOfWeek])
	return strings.Join(out, " "), notes
}

var number = regexp.MustCompile(`\d+`)

// weekdays rewrites the numbers of days, but not of steps.
func (d dialect) weekdays(text string) string {
	items := strings.Split(text, ",")
	for i, item := range items {
		base, step, stepped := strings.Cut(item, "/")
		base = number.ReplaceAllStringFunc(base, func(digits string) string {
			n, err := strconv.Atoi(digits)
			switch {
			case err == nil && d.sundayOne && n >= 1 && n <= 7:
				return fields[dayOfWeek].names[n-1]
			case err == nil && n == 7 && base == digits:
				return "0"
			}
			return digits
		})
		if stepped {
			base += "/" + step
		}
		items[i] = base
	}
	return strings.Join(items, ",")
}
