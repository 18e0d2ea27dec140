package diagram

import (
	"fmt"
	"maps"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// component is a ref by name alone: the rest does not matter here.
func component(name string) spec.Ref { return spec.Ref{Kind: spec.ComponentKind, Name: name} }

func pipelineRef(name string) spec.Ref { return spec.Ref{Kind: spec.PipelineKind, Name: name} }

type (
	tasks  = map[string]spec.Task
	inputs = map[string]string
)

// carousel is the example of DESIGN.md.
func carousel() spec.Pipeline {
	return spec.Pipeline{
		Name:       "unicorn-carousel-quote",
		Parameters: map[string]spec.Input{"radius": {}, "unit_cost": {}, "state": {}},
		Tasks: tasks{
			"cost": {
				Component: component("calculate-material-cost"),
				Inputs:    inputs{"radius": "{{ parameters.radius }}", "cost_per_square_unit": "{{ parameters.unit_cost }}"},
			},
			"tax": {Component: component("get-state-tax-rate"), Inputs: inputs{"state": "{{ parameters.state }}"}},
			"quote": {
				Component: component("generate-quote"),
				Inputs:    inputs{"total_cost": "{{ tasks.cost.output }}", "state_tax": "{{ tasks.tax.output }}"},
			},
		},
		Outputs: map[string]string{"quote": "{{ tasks.quote.outputs.quote }}"},
	}
}

// coinFlip has branches that only one of runs, and a task that takes the one that did.
func coinFlip() spec.Pipeline {
	return spec.Pipeline{
		Name: "coin-flip",
		Tasks: tasks{
			"flip": {Component: component("flip-coin")},
			"heads": {
				Component: component("print-message"), When: "tasks.flip.output == 'heads'", Inputs: inputs{"msg": "you won"},
			},
			"tails": {
				Component: component("print-message"), When: "tasks.flip.output == 'tails'", Inputs: inputs{"msg": "you lost"},
			},
			"report": {
				Component: component("report"), RunIf: spec.AnySucceeded,
				Inputs: inputs{"msg": "{{ tasks.heads.output ?? tasks.tails.output }}"},
			},
			"alarm": {Component: component("send-alarm"), RunIf: spec.AnyFailed, DependsOn: []string{"flip", "report"}},
		},
		Outputs: map[string]string{"message": "{{ tasks.report.output }}"},
	}
}

// loops is a loop over a nested pipeline that loops itself.
func loops() (spec.Pipeline, func(spec.Ref) (spec.Pipeline, bool)) {
	fit := spec.Pipeline{
		Name:       "fit-and-score",
		Parameters: map[string]spec.Input{"fold": {}, "rate": {}},
		Tasks: tasks{
			"split": {Component: component("split-fold"), Inputs: inputs{"fold": "{{ parameters.fold }}"}},
			"fit": {
				Component: component("fit-model"),
				Inputs:    inputs{"data": "{{ tasks.split.outputs.train }}", "rate": "{{ parameters.rate }}"},
			},
			"score": {
				Component: component("score-model"),
				Inputs:    inputs{"model": "{{ tasks.fit.output }}", "data": "{{ tasks.split.outputs.test }}"},
			},
		},
		Outputs: map[string]string{"score": "{{ tasks.score.output }}"},
	}
	rate := spec.Pipeline{
		Name:       "one-rate",
		Parameters: map[string]spec.Input{"folds": {}, "rate": {}},
		Tasks: tasks{
			"folds": {
				Component: pipelineRef("fit-and-score"), ForEach: "{{ parameters.folds }}",
				Inputs: inputs{"fold": "{{ each.value }}", "rate": "{{ parameters.rate }}"},
			},
			"mean": {Component: component("mean"), Inputs: inputs{"values": "{{ tasks.folds.outputs.score }}"}},
		},
		Outputs: map[string]string{"mean": "{{ tasks.mean.output }}"},
	}
	outer := spec.Pipeline{
		Name:       "grid-search",
		Parameters: map[string]spec.Input{"table": {}, "rates": {}},
		Tasks: tasks{
			"load": {Component: component("load-table"), Inputs: inputs{"table": "{{ parameters.table }}"}},
			"search": {
				Component: pipelineRef("one-rate"), ForEach: "{{ parameters.rates }}",
				Inputs: inputs{"rate": "{{ each.value }}", "folds": "{{ tasks.load.outputs.folds }}"},
			},
			"best":    {Component: component("argmax"), Inputs: inputs{"values": "{{ tasks.search.outputs.mean }}"}},
			"approve": {Approval: &spec.Approval{Timeout: "24h"}, DependsOn: []string{"best"}},
			"publish": {
				Component: pipelineRef("publish-model"), When: "tasks.best.outputs.score > 0.9", DependsOn: []string{"approve"},
			},
			"shards": {
				Component: component("export-shard"), ForEach: `["eu","us","ap"]`,
				Inputs: inputs{"x": "{{ tasks.publish.outputs.model }}"},
			},
		},
		Outputs: map[string]string{"best": "{{ tasks.best.output }}"},
	}
	known := map[string]spec.Pipeline{"fit-and-score": fit, "one-rate": rate}
	return outer, func(r spec.Ref) (spec.Pipeline, bool) {
		p, ok := known[r.Name]
		return p, ok
	}
}

// etl extracts, checks and loads, and always cleans up.
func etl() spec.Pipeline {
	return spec.Pipeline{
		Name:       "nightly-etl",
		Parameters: map[string]spec.Input{"day": {}, "source": {}, "channel": {}},
		Tasks: tasks{
			"extract_orders": {
				Component: component("extract"),
				Inputs:    inputs{"table": "orders", "day": "{{ parameters.day }}", "source": "{{ parameters.source }}"},
			},
			"extract_customers": {
				Component: component("extract"),
				Inputs:    inputs{"table": "customers", "day": "{{ parameters.day }}", "source": "{{ parameters.source }}"},
			},
			"check": {
				Component: component("check-quality"), Inputs: inputs{"orders": "{{ tasks.extract_orders.output }}"},
			},
			"quarantine": {
				Component: component("quarantine"), RunIf: spec.AnyFailed, DependsOn: []string{"check"},
				Inputs: inputs{"orders": "{{ tasks.extract_orders.output }}"},
			},
			"join": {
				Component: component("join"), DependsOn: []string{"check"},
				Inputs: inputs{"left": "{{ tasks.extract_orders.output }}", "right": "{{ tasks.extract_customers.output }}"},
			},
			"load": {
				Component: component("load-warehouse"), ForEach: "{{ tasks.join.outputs.partitions }}",
				Inputs: inputs{"part": "{{ each.value }}", "day": "{{ parameters.day }}"},
			},
			"report": {
				DisplayName: "Publish the report", Component: component("publish-report"),
				Inputs: inputs{"rows": "{{ tasks.load.outputs.rows }}"},
			},
		},
		OnExit: tasks{
			"cleanup": {Component: component("drop-staging"), Inputs: inputs{"day": "{{ parameters.day }}"}},
			"notify": {
				Component: component("send-message"), When: "run.status != 'Succeeded'",
				Inputs: inputs{"channel": "{{ parameters.channel }}", "text": "{{ run.failures }}"},
			},
		},
		Outputs: map[string]string{"rows": "{{ tasks.load.outputs.rows }}"},
	}
}

// large is a training pipeline of 26 tasks with edges over many layers.
func large() spec.Pipeline {
	p := spec.Pipeline{
		Name: "churn-training", Parameters: map[string]spec.Input{"day": {}, "region": {}, "threshold": {}}, Tasks: tasks{},
		Outputs: map[string]string{},
	}
	for _, source := range []string{"accounts", "billing", "events", "support", "web"} {
		p.Tasks["read_"+source] = spec.Task{Component: component("read-table"), Inputs: inputs{"day": "{{ parameters.day }}"}}
		p.Tasks["clean_"+source] = spec.Task{
			Component: component("clean"), Inputs: inputs{"data": fmt.Sprintf("{{ tasks.read_%s.output }}", source)},
		}
		p.Tasks["features_"+source] = spec.Task{
			Component: component("build-features"), Inputs: inputs{"data": fmt.Sprintf("{{ tasks.clean_%s.output }}", source)},
		}
	}
	more := tasks{
		"join": {
			Component: component("join-features"),
			Inputs: inputs{
				"a": "{{ tasks.features_accounts.output + tasks.features_billing.output + tasks.features_events.output }}",
				"b": "{{ tasks.features_support.output + tasks.features_web.output }}",
			},
		},
		"labels": {
			Component: component("make-labels"),
			Inputs:    inputs{"accounts": "{{ tasks.clean_accounts.output }}", "region": "{{ parameters.region }}"},
		},
		"split": {
			Component: component("split"), Inputs: inputs{"x": "{{ tasks.join.output }}", "y": "{{ tasks.labels.output }}"},
		},
		"forest":   {Component: component("train-forest"), Inputs: inputs{"data": "{{ tasks.split.outputs.train }}"}},
		"boosting": {Component: component("train-boosting"), Inputs: inputs{"data": "{{ tasks.split.outputs.train }}"}},
		"network":  {Component: component("train-network"), Inputs: inputs{"data": "{{ tasks.split.outputs.train }}"}},
		"compare": {
			Component: component("compare-models"),
			Inputs: inputs{
				"m":    "{{ [tasks.forest.output, tasks.boosting.output, tasks.network.output] }}",
				"test": "{{ tasks.split.outputs.test }}",
			},
		},
		"explain": {
			Component: component("explain"),
			Inputs:    inputs{"model": "{{ tasks.compare.outputs.best }}", "features": "{{ tasks.join.output }}"},
		},
		"gate": {Approval: &spec.Approval{}, DependsOn: []string{"compare", "explain"}},
		"deploy": {
			Component: component("deploy-model"), When: "tasks.compare.outputs.auc > parameters.threshold",
			DependsOn: []string{"gate"}, Inputs: inputs{"model": "{{ tasks.compare.outputs.best }}"},
		},
		"rollback": {Component: component("roll-back"), RunIf: spec.AnyFailed, DependsOn: []string{"deploy"}},
	}
	maps.Copy(p.Tasks, more)
	p.Outputs["endpoint"] = "{{ tasks.deploy.outputs.endpoint }}"
	p.Outputs["auc"] = "{{ tasks.compare.outputs.auc }}"
	return p
}

// hostile has names that mean something to XML, HTML or Mermaid.
func hostile() spec.Pipeline {
	p := spec.Pipeline{
		Name:       `"]; end %%{init: {}}%% <script>alert(1)</script>`,
		Parameters: map[string]spec.Input{`a"b`: {}, "<!--": {}},
		Tasks: tasks{
			"end": {Component: component("subgraph")},
			"a]]>&b": {
				Component: component(`"quoted" & 'single' <b>bold</b>`), When: `tasks["end"].output == "x" && parameters['a"b'] < 3`,
			},
			"style x:#y;": {
				Component: component("classDef z fill:#fff;"), DependsOn: []string{"end", "a]]>&b"},
				DisplayName: "line\nbreak\\n`tick` \u202eright to left\u0000",
			},
			"日本語": {
				Component: component("流れ図を描く"), Inputs: inputs{"x": "{{ tasks['end'].output }} }} {{ tasks.日本語.output"},
			},
			"very_long": {
				Component:   component("a-component-with-a-name-of-fifty-two-characters-okay"),
				DisplayName: "A display name that goes on and on and on, and then on for a while longer still",
			},
			"self": {Component: component("loop"), DependsOn: []string{"self", "end", "end", "missing"}},
		},
		OnExit: tasks{"end": {Component: component("x"), When: "run.status == '</text>'"}},
	}
	return p
}
