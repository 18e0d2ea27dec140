package functions

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
)

// maxNextRuns bounds what the function next_runs returns.
const maxNextRuns = 1000

type nextRunsFunction struct{}

var _ function.Function = nextRunsFunction{}

// NewNextRuns makes the function next_runs.
func NewNextRuns() function.Function { return nextRunsFunction{} }

func (nextRunsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "next_runs"
}

func (nextRunsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "When a cron line is due next",
		MarkdownDescription: "Returns the next times at which a cron line is due, in its timezone and with its changes of " +
			"the clock, as the controller of Argo Workflows counts them. " +
			"`next_runs` of a `kfp_recurring_run` is known only after the apply; this function shows the times in the plan. " +
			"Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name: "cron", MarkdownDescription: "Cron line of five fields, `@daily` and the like, or `@every 15m`.",
			},
			function.StringParameter{
				Name: "timezone", MarkdownDescription: "IANA name, such as `America/New_York`; `UTC` if empty.",
			},
			function.StringParameter{
				Name: "after", MarkdownDescription: "Time in RFC 3339 after which to begin, such as `plantimestamp()`.",
			},
			function.Int64Parameter{Name: "count", MarkdownDescription: "How many times, 1 to 1000."},
		},
		Return: function.ListReturn{ElementType: types.StringType},
	}
}

func (nextRunsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var cron, timezone, after string
	var count int64
	if resp.Error = req.Arguments.Get(ctx, &cron, &timezone, &after, &count); resp.Error != nil {
		return
	}
	if cron == "" {
		resp.Error = function.NewArgumentFuncError(0, "the cron line is empty")
		return
	}
	s, problems := schedule.Parse(schedule.Spec{Cron: cron, Timezone: timezone})
	if s == nil {
		argument := int64(0)
		if problems[0].Path.String() == "timezone" {
			argument = 1
		}
		resp.Error = function.NewArgumentFuncError(argument, problems[0].Title+": "+problems[0].Detail)
		return
	}
	from, errs := schedule.ParseTime("after", after)
	if errs != nil {
		resp.Error = function.NewArgumentFuncError(2, errs[0].Detail)
		return
	}
	if count < 1 || count > maxNextRuns {
		resp.Error = function.NewArgumentFuncError(3, "count goes from 1 to 1000")
		return
	}
	next := make([]string, 0, count)
	for _, tick := range s.Next(from, int(count)) {
		next = append(next, tick.Format(time.RFC3339))
	}
	resp.Error = resp.Result.Set(ctx, next)
}
