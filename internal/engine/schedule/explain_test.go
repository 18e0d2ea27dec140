package schedule

import "testing"

func TestExplain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{ // an empty want: no explanation
		{"0 2 * * *", "at 02:00 every day"},
		{"@daily", "at 00:00 every day"},
		{"@hourly", "every hour on the hour"},
		{"@weekly", "at 00:00 every Sunday"},
		{"@monthly", "at 00:00 on day 1 of every month"},
		{"@yearly", "at 00:00 on day 1 of January"},
		{"@every 15m", "every 15 minutes"},
		{"@every 90s", "every 1 minute and 30 seconds"},
		{"@every 1h", "every hour"},
		{"* * * * *", "every minute"},
		{"*/15 * * * *", "every 15 minutes"},
		{"0-59/20 * * * *", "every 20 minutes"},
		{"5 * * * *", "at 5 minutes past every hour"},
		{"1 * * * *", "at 1 minute past every hour"},
		{"5,35 * * * *", "at minutes 5 and 35 of every hour"},
		{"*/45 * * * *", "at minutes 0 and 45 of every hour"}, // Not every 45 minutes.
		{"*/7 * * * *", ""},
		{"0 */6 * * *", "at 00:00, 06:00, 12:00 and 18:00 every day"},
		{"0 */3 * * *", "every 3 hours from 00:00 every day"},
		{"30 1-23/3 * * *", "every 3 hours from 01:30 every day"},
		{"0 */5 * * *", "at 00:00, 05:00, 10:00, 15:00 and 20:00 every day"}, // Not every 5 hours.
		{"0 9-17 * * MON-FRI", "every hour from 09:00 to 17:00 from Monday to Friday"},
		{"*/15 9-17 * * 1-5", "every 15 minutes from 09:00 to 17:45 from Monday to Friday"},
		{"0,30 6,18 * * *", "at 06:00, 06:30, 18:00 and 18:30 every day"},
		{"* 2 * * *", "every minute from 02:00 to 02:59 every day"},
		{"0 8 * * 0,6", "at 08:00 every Saturday and Sunday"},
		{"0 8 1,15 * *", "at 08:00 on days 1 and 15 of every month"},
		{"0 8 1-7 * *", "at 08:00 on days 1 to 7 of every month"},
		{"0 8 1 JAN,JUL *", "at 08:00 on day 1 of January and July"},
		{"0 8 * 3 *", "at 08:00 every day in March"},
		{"0 8 * 3 MON", "at 08:00 every Monday in March"},
		{"0 8 13 * FRI", "at 08:00 on day 13 of every month and also every Friday"},
		{"0 8 1-31 * FRI", "at 08:00 every day"}, // Cron's "or", since no field has a star.
		{"0 8 * * 0-6", "at 08:00 every day"},
		{"0 8 */2 * FRI", ""},
		{"0 8 ? * FRI", "at 08:00 every Friday"},
		{"0 8 */2 * *", ""},
		{"3,17,18,44 2,3,5,7 * * *", ""},
	} {
		parsed, errs := ParseCron(c.line)
		if errs != nil {
			t.Fatalf("%q: %v", c.line, errs)
		}
		got, ok := parsed.Explain()
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q, want %q", c.line, got, c.want)
		}
	}
}

func TestExplainSchedule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{Cron: "0 2 * * *", Timezone: "America/New_York"}, "at 02:00 every day (America/New_York)"},
		{Spec{Crons: []string{"0 2 * * *", "30 14 * * 1"}}, "at 02:00 every day and at 14:30 every Monday (UTC)"},
		{Spec{Interval: "45m"}, "every 45 minutes (UTC)"},
		{Spec{Crons: []string{"0 2 * * *", "*/7 * * * *"}}, ""},
	} {
		s, problems := Parse(c.spec)
		if problems.HasError() {
			t.Fatal(problems)
		}
		if got, _ := s.Explain(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.spec, got, c.want)
		}
	}
}
