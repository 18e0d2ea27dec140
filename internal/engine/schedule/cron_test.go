package schedule

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/golden"
)

func TestRefusedCronLines(t *testing.T) {
	t.Parallel()
	lines := []string{
		"", "   ", "0 2 * *", "0 2 * * * * * *",
		// Values.
		"60 * * * *", "61 24 0 13 7", "0 24/6 * * *", "-1 * * * *", "+5 * * * *", "1.5 * * * *", "x * * * *", "0 0 * * monday", "0 0 1 january-mar *",
		"0 0 * MON *", "99999999999999999999 * * * *", "1,,2 * * * *", ", * * * *", "0 2, * * *", "1- * * * *", "*-5 * * * *", "1-2-3 * * * *",
		// Ranges and steps.
		"0 22-4 * * *", "0 22-4/2 * * *", "0 0 * * MON-SUN", "0 0 * * 5-7", "0 0 * * 1-7", "0 0 * * 5-7/2", "0 0 * * 7-2", "0 0 * 11-2 *",
		"*/0 * * * *", "*/90 * * * *", "*/100 * * * *", "0 */36 * * *", "0 0 */40 * *", "*/x * * * *", "1/2/3 * * * *", "/5 * * * *",
		// Days that do not exist.
		"0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *",
		// Other systems.
		"0 0 2 * * ?", "0 0 12 ? * 2-6", "0 0 12 ? * 1,7 *", "0 0 12 ? * 2-6 2026", "0 */5 * * * *", "0 0 2 * * 7", "*/10 0 2 * * ?", "* * * * * *", "0 0 2 L * ?",
		"0 0 2 LW * ?", "0 0 2 L-3 * ?", "0 0 0 15W * ?", "0 0 2 ? * 6L", "0 0 2 ? * FRI#3", "0 2 L * *", "0 2 * * 5#2", "0 0 */90 * * *", "H 2 * * *", "H/15 * * * *",
		"cron(0 2 * * ? *)", "cron(0 2 * * *)", "rate(5 minutes)", "0 2 ? * 2 2026",
		// Shorthands.
		"@Daily", "@reboot", "@every", "@every1h", "@fortnightly", "@daily 2", "@every 0s", "@every -5m", "@every 1500ms", "@every 1d", "@every 2w", "@every 15",
		"@every PT1H", "@every 7h", "@every 50m", "@every 36h", "@every x",
		// Timezones.
		"TZ=Europe/Berlin 0 2 * * *", "CRON_TZ=Asia/Tokyo @daily", "TZ=X", "CRON_TZ=", "tz=UTC 0 2 * * *",
		strings.Repeat("1,", 100) + "x * * * *",
	}
	var b strings.Builder
	for _, line := range lines {
		_, errs := ParseCron(line)
		if errs == nil {
			t.Errorf("%q is accepted", line)
		}
		fmt.Fprintf(&b, "%s\n", quote(line))
		for _, e := range errs {
			fmt.Fprintf(&b, "  %s\n    %s\n", e.Title, e.Detail)
		}
	}
	golden.Compare(t, "refused.txt", b.String())
}

// The remedy of a message must work.
func TestWrittenRemediesAreAccepted(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/refused.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.SplitSeq(string(data), "\n") {
		_, after, ok := strings.Cut(line, ` Write "`)
		if !ok || strings.Contains(line, "Invalid ") || strings.Contains(after, "interval") {
			continue
		}
		remedy, _, _ := strings.Cut(after, `"`)
		if len(strings.Fields(remedy)) != 5 {
			continue
		}
		n++
		if _, errs := ParseCron(remedy); errs != nil && !strings.HasPrefix(remedy, "61 ") {
			t.Errorf("%s\nis no remedy: %v", line, errs)
		}
	}
	if n < 15 {
		t.Errorf("only %d remedies were found", n)
	}
}

// anyLine draws lines that are mostly valid.
func anyLine(t *rapid.T) string {
	words := make([]string, len(fields))
	for i := range fields {
		f := &fields[i]
		item := rapid.Custom(func(t *rapid.T) string {
			value := func(label string) string {
				v := rapid.IntRange(f.min-rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 1}).Draw(t, "below"), f.max+1).Draw(t, label)
				if v >= f.min && v <= f.max && f.names != nil && rapid.Bool().Draw(t, "named") {
					return f.names[v-f.min]
				}
				return fmt.Sprint(v)
			}
			text := rapid.SampledFrom([]string{"*", "*", "*", "?", "v", "v", "r"}).Draw(t, "base")
			switch text {
			case "v":
				text = value("v")
			case "r":
				text = value("low") + "-" + value("high")
			}
			if rapid.IntRange(0, 3).Draw(t, "stepped") == 0 {
				text += fmt.Sprintf("/%d", rapid.IntRange(0, f.max).Draw(t, "step"))
			}
			return text
		})
		words[i] = strings.Join(rapid.SliceOfN(item, 1, 3).Draw(t, f.name), ",")
	}
	return strings.Join(words, " ")
}

// What is accepted must mean to Argo what it means here, bit by bit, and Argo must accept it.
func TestAcceptedLinesMeanTheSameToArgo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		line := anyLine(t)
		c, errs := ParseCron(line)
		theirs, err := cron.ParseStandard(line)
		if err != nil && errs == nil {
			t.Fatalf("Argo refuses %q: %v", line, err)
		}
		if errs != nil {
			return
		}
		s, ok := theirs.(*cron.SpecSchedule)
		if !ok {
			t.Fatalf("robfig reads %q as %T", line, theirs)
		}
		got := [5]set{set(s.Minute), set(s.Hour), set(s.Dom), set(s.Month), set(s.Dow)}
		if got != c.sets {
			t.Fatalf("%q: Argo reads %x, we read %x", line, got, c.sets)
		}
	})
}

func TestShorthandsMeanTheSameToArgo(t *testing.T) {
	t.Parallel()
	for name, line := range shorthands {
		c, errs := ParseCron(name)
		if errs != nil {
			t.Fatal(errs)
		}
		theirs, err := cron.ParseStandard("CRON_TZ=UTC " + name)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
		ours, err := c.robfig("UTC")
		if err != nil {
			t.Fatal(err)
		}
		plain, _ := ParseCron(line)
		direct, _ := plain.robfig("UTC")
		for range 5 {
			a, b, d := theirs.Next(at), ours.Next(at), direct.Next(at)
			if !a.Equal(b) || !a.Equal(d) {
				t.Fatalf("%s: %v, %v, %v", name, a, b, d)
			}
			at = a
		}
	}
}

func TestCronTextIsTidied(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"  0   2 * * *\n": "0 2 * * *", "\t@hourly ": "@hourly", "@every  15m": "@every 15m"} {
		c, errs := ParseCron(text)
		if errs != nil || c.String() != want {
			t.Errorf("%q: %q, %v", text, c.String(), errs)
		}
	}
}

func FuzzParseCron(f *testing.F) {
	for _, seed := range []string{"0 2 * * *", "TZ=X", "CRON_TZ=", "@every 1h", "*/5 1-3,MON * ? 7#2", "0 0 2 * * ?", "cron(", "rate()", "@", "\x00", "1-,/ * * * *", "@everY 0"} {
		f.Add(seed)
	}
	from := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		c, errs := ParseCron(text)
		if (c.text == "") == (errs == nil) {
			t.Fatalf("%q: %v, %v", text, c, errs)
		}
		for _, e := range errs {
			if e.Title == "" || e.Detail == "" || len(e.Detail) > 2000 {
				t.Fatalf("%q: bad message %q", text, e)
			}
		}
		c.Explain()
		if !Equal(text, text) {
			t.Fatalf("%q is not equal to itself", text)
		}
		if errs != nil {
			return
		}
		s, problems := Parse(Spec{Cron: text, Timezone: "America/New_York"})
		if s == nil {
			t.Fatalf("%q is accepted alone and not in a schedule: %v", text, problems)
		}
		if ticks := s.Next(from, 2); len(ticks) != 2 {
			t.Fatalf("%q never runs: %v", text, ticks)
		}
	})
}
