package run

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The types of the metrics of a run: by task, by artifact, by name.
var (
	namedMetrics    = types.MapType{ElemType: types.NumberType}
	artifactMetrics = types.MapType{ElemType: namedMetrics}
	runMetrics      = types.MapType{ElemType: artifactMetrics}
)

// metricPrecision is that of Terraform's own numbers, in bits.
const metricPrecision = 512

// numbersOf are the numbers in the metadata of an artifact. That of a loop, which is a list, has none.
func numbersOf(metadata string) map[string]*big.Float {
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader([]byte(metadata)))
	d.UseNumber()
	if d.Decode(&all) != nil {
		return nil
	}
	numbers := map[string]*big.Float{}
	for name, v := range all {
		n, ok := v.(json.Number)
		if !ok {
			continue
		}
		if f, _, err := big.ParseFloat(n.String(), 10, metricPrecision, big.ToNearestEven); err == nil && !f.IsInf() {
			numbers[name] = f
		}
	}
	return numbers
}

// metricsValue writes the metrics of a run.
func metricsValue(tasks map[string]spec.TaskStatus) types.Map {
	byTask := map[string]attr.Value{}
	for path, task := range tasks {
		byArtifact := map[string]attr.Value{}
		for artifact, metadata := range task.Artifacts {
			byName := map[string]attr.Value{}
			for name, number := range numbersOf(metadata) {
				byName[name] = types.NumberValue(number)
			}
			if len(byName) > 0 {
				byArtifact[artifact] = types.MapValueMust(types.NumberType, byName)
			}
		}
		if len(byArtifact) > 0 {
			byTask[path] = types.MapValueMust(namedMetrics, byArtifact)
		}
	}
	return types.MapValueMust(artifactMetrics, byTask)
}

// metricOrder is by which metric runs are listed.
type metricOrder struct {
	Task        types.String `tfsdk:"task"`
	Artifact    types.String `tfsdk:"artifact"`
	Metric      types.String `tfsdk:"metric"`
	LowestFirst types.Bool   `tfsdk:"lowest_first"`
}

func orderAttribute() schema.SingleNestedAttribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Required: true, MarkdownDescription: description}
	}
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "List the runs by a metric, the best ones first, in place of the newest; `limit` counts from the " +
			"best then. Runs without the metric come last.",
		Attributes: map[string]schema.Attribute{
			"task":     text("Task that made the artifact; of tasks inside nested pipelines its path."),
			"artifact": text("Output of that task, such as `metrics`."),
			"metric":   text("Name in its metadata, such as `accuracy`."),
			"lowest_first": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "The lowest value is the best, as of a loss. Default: `false`.",
			},
		},
	}
}

// sort orders runs that are sorted by time already.
func (o metricOrder) sort(runs []spec.RunInfo) {
	of := func(r spec.RunInfo) *big.Float {
		return numbersOf(r.Tasks[o.Task.ValueString()].Artifacts[o.Artifact.ValueString()])[o.Metric.ValueString()]
	}
	slices.SortStableFunc(runs, func(a, b spec.RunInfo) int {
		x, y := of(a), of(b)
		switch {
		case x == nil || y == nil:
			return cmp.Compare(absent(x), absent(y))
		case o.LowestFirst.ValueBool():
			return x.Cmp(y)
		}
		return y.Cmp(x)
	})
}

func absent(f *big.Float) int {
	if f == nil {
		return 1
	}
	return 0
}
