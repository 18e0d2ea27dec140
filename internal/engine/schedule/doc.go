// Package schedule reads what a recurring run's cron, crons, interval, timezone, start_time, end_time and
// starting_deadline say, and computes when Argo will run it. It is pure: the clock is an argument.
//
// Ticks are computed with robfig/cron/v3, the library that Argo's controller uses, in the same way (CRON_TZ before each
// line), so they are Argo's ticks, with its treatment of daylight saving: a wall-clock time that a change of the clock
// skips does not run, and one that is repeated runs twice. Where a clock changes by half an hour (Lord Howe
// Island), the library also misses times that exist: a line for 09:00 does not run at all on the day of a change, since
// the library goes on by whole hours from before it. Irregular finds all such days.
//
// # What Argo 3.7 does with several lines
//
// Each line is an entry of its own. A run is named after its tick's second, so two lines with a tick in common make one
// run: the second creation answers "already exists" and is ignored. Next and Ticks therefore merge lines and drop
// duplicates. Both entries do their work at the same moment without a lock, though: under concurrency "replace", the
// one that comes late may terminate the run that the other has just made (seen once in twenty common ticks). Coincide
// finds such ticks.
//
// # Why an interval is not @every
//
// Argo counts @every from the moment at which its controller last read the object, and it reads it again after every
// change of its status (a run began or ended), after every edit, and every 20 minutes in any case. On a controller of
// v3.7.18, "@every 25m" made no run in 53 minutes, and "@every 3m" with runs of 100 seconds made one each 4m40s to 6m.
// An interval that divides a day, or is a week, is therefore written as cron lines counted from midnight in the
// schedule's timezone (Sunday's for a week), one line in most cases. Any other interval from 20 minutes is refused;
// below that it is left to @every, with a warning. Robfig rounds @every below a second up and drops fractions of a
// second; both are refused here. @every in cron or crons means the same as interval.
//
// # How start_time and end_time are expressed
//
// By the CronWorkflow's `when`, which Argo evaluates at every tick and which needs no status:
//
//	{{= now() >= date('2026-01-01T00:00:00Z') && now() < date('2027-01-01T00:00:00Z') }}
//
// When writes it and ParseWhen reads it. Strings in it need single quotes: Argo reads the text between {{= and }} as a
// part of a JSON string. The tick that is being decided is not among the variables (cronworkflow.lastScheduledTime is
// the last run's), so the wall clock stands for it: a tick at exactly start_time runs, one at exactly end_time does
// not, and a missed tick that starting_deadline makes up for is judged by the time of the making up. stopStrategy is
// not used for end_time: once its expression is true, Argo labels the object as completed and sets status.phase to
// Stopped for ever, so a later end_time would have no effect.
//
// # What else the writer of a CronWorkflow should know
//
// An empty timezone means the controller's own, which nobody can see at plan: write UTC. A missed tick is made up for
// only within startingDeadlineSeconds of it, only if there was an earlier run, and whenever the controller reads the
// object, so also at an edit and at enabling again. It is not made up for while the annotation
// cronworkflows.argoproj.io/last-used-schedule differs from the lines with their timezone; removing that annotation
// together with an edit keeps the edit from firing a missed tick, until the next tick writes it again. A tick that
// concurrency "forbid" skipped counts as missed: with a starting deadline it runs as soon as the run before has ended.
package schedule
