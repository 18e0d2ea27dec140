package argo_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// maybe draws a value, or none.
func maybe[V any](t *rapid.T, label string, draw func() V) V {
	var none V
	if rapid.IntRange(0, 3).Draw(t, label+" given") > 0 {
		return none
	}
	return draw()
}

func oneOf[V any](t *rapid.T, label string, values ...V) V {
	return rapid.SampledFrom(values).Draw(t, label)
}

// drawSettings draws settings that are right, each of them in one or another way. texts may stand where expressions
// may.
func drawSettings(t *rapid.T, at string, texts ...string) spec.Settings {
	var s spec.Settings
	for _, setting := range settings.All {
		examples := setting.Examples()
		if at == "defaults " {
			examples = slices.DeleteFunc(examples, choosesInTask)
		}
		drawn := maybe(t, at+setting.Name(), func() spec.Settings {
			return oneOf(
				t, at+setting.Name()+" value", examples...,
			)
		})
		setting.Copy(&s, &drawn)
	}
	if len(texts) > 0 {
		s = drawNames(t, at, s)
	}
	if len(texts) > 0 && s.Retry != nil {
		for _, name := range slices.Sorted(maps.Keys(s.Env)) {
			s.Env[name] = drawAttempt(t, at+name)
		}
		if r := s.Resources; r != nil && r.Limits["memory"] != "" {
			r.Limits["memory"] = drawAttempt(t, at+"memory ")
		}
	}
	drawn := s.Retry != nil && len(texts) > 0
	texts = append(texts, "x", "$HOME {{ \"{{\" }}x}} ä\n\"")
	for _, values := range []map[string]string{s.Env, s.Annotations} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if drawn && strings.Contains(values[name], "last_retry") {
				continue
			}
			values[name] = oneOf(t, at+name, texts...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
		s.Labels[name] = oneOf(t, at+name, "", "c.d", "{{ run.name }}", "x{{ run.id }}-{{ run.name }}")
	}
	if s.Cache != nil && s.Cache.Key != "" {
		s.Cache.Key = oneOf(t, at+"key", append(texts, "fixed")...)
	}
	return s
}

// drawNames puts other expressions into the place of those that name something.
func drawNames(t *rapid.T, at string, s spec.Settings) spec.Settings {
	said, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	const example = `"{{ run.name }}"`
	text := string(said)
	for i := 0; strings.Contains(text, example); i++ {
		name := oneOf(t, fmt.Sprint(at, "name ", i),
			"{{ parameters.word }}", "x-{{ parameters.word }}", "{{ parameters.name }}", "{{ parameters.name ?? 'none' }}",
			"{{ parameters.name ?? nil }}", "{{ parameters.name == nil ? nil : parameters.name + 'x' }}", "{{ nil }}",
			"{{ parameters.word == 'x' ? parameters.name : nil }}", "{{ fromJSON(parameters.word).field }}",
			"{{ first(parameters.list) }}", `{{ "{{" }}{{ run.name }}`, "{{ parameters.word ?? parameters.name }}",
			"{{ string(len(parameters.word)) }}", "{{ parameters.word == 'x' ? 'kfp-none' : 'x' }}",
		)
		quoted, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		text = strings.Replace(text, example, string(quoted), 1)
	}
	var drawn spec.Settings
	if err := json.Unmarshal([]byte(text), &drawn); err != nil {
		t.Fatal(err)
	}
	return drawn
}

// drawAttempt is a text that differs from attempt to attempt.
func drawAttempt(t *rapid.T, at string) string {
	return oneOf(t, at+"attempt", "{{ last_retry.attempts * 2 + 2 }}Gi", "{{ string(last_retry.attempts) }}",
		"{{ last_retry.exit_code == 137 and last_retry.attempts != 1 ? 8 : 4 }}Gi$",
		"{{ parameters.word }} \"{{ last_retry.status }}{{ parameters.word }}", "{{ last_retry.duration + 1 }}s",
		"{{ (last_retry.attempts + 1) * len(parameters.word) }}Gi",
		"{{ min(last_retry.attempts + (len(parameters.word) - 3), len(parameters.list) * 2, 16) }}{{ run.name }}",
		"{{ last_retry.status == 'Failed' ? 'big' : 'small' }}{{ \"{{\" }}",
	)
}

// choosesInTask reports whether expressions choose something, which only those of a task may.
func choosesInTask(s spec.Settings) bool {
	return slices.ContainsFunc(settings.Texts(&s), func(t settings.Text) bool { return t.Value.IsChoice() })
}

func drawLocks() *spec.Synchronization {
	return &spec.Synchronization{Mutexes: []string{"m"}, Semaphores: []spec.Semaphore{{ConfigMap: "c", Key: "k"}}}
}

func drawOptions(t *rapid.T) spec.Options {
	one := func(label string, values ...string) string {
		return maybe(t, label, func() string { return oneOf(t, label+" value", values...) })
	}
	flag := func(label string) *bool {
		return maybe(t, label, func() *bool { return new(rapid.Bool().Draw(t, label+" value")) })
	}
	o := spec.Options{
		Parallelism: maybe(
			t, "parallelism", func() *int64 { return new(int64(3)) },
		), Timeout: one("timeout", "2h", "90m"), FailFast: flag("fail fast"),
		PodGC: one("pod gc", "OnPodSuccess"), ArchiveLogs: flag("logs"), ArtifactGC: one("artifact gc", "Never"),
		Synchronization: maybe(t, "locks", func() *spec.Synchronization {
			return &spec.Synchronization{Mutexes: []string{"run"}, Semaphores: []spec.Semaphore{{ConfigMap: "c", Key: "run"}}}
		}), Labels: maybe(t, "labels", func() map[string]string { return map[string]string{"team": "etl"} }),
	}
	o.VolumeClaims = maybe(t, "claims", func() map[string]spec.EphemeralClaim {
		return map[string]spec.EphemeralClaim{
			"c": {Size: "1Gi", StorageClass: "fast", AccessModes: []string{"ReadWriteMany"}}, "idle": {Size: "5Gi"},
		}
	})
	o.TTL = maybe(t, "ttl", func() *spec.TTL {
		return &spec.TTL{
			AfterCompletion: one("completion", "24h"), AfterSuccess: one("success", "60m"), AfterFailure: one("failure", "168h"),
		}
	})
	o.ArtifactRepository = maybe(t, "repository", func() *spec.RepositoryRef {
		return &spec.RepositoryRef{
			ConfigMap: "c", Key: "k",
		}
	})
	if o.ArtifactRepository == nil {
		o.PipelineRoot = one("root", "s3://bucket", "gs://bucket/a/b/?secret=s", "s3://bucket/a?endpoint=10.0.0.1:9000&insecure=true&secret=s")
	}
	return o
}

// fullPipeline is a random pipeline that uses every attribute.
func fullPipeline(t *rapid.T, ref, nested spec.Ref) spec.Pipeline {
	p := randomPipeline(t, ref)
	p.Description = maybe(t, "description", func() string { return "What it does: {{x}}." })
	p.Parameters["file"] = spec.Input{Type: spec.Dataset, Description: "A file.", Optional: true}
	p.Parameters["other"] = spec.Input{Type: spec.Dataset}
	p.Parameters["count"] = spec.Input{Type: spec.Integer, Optional: true}
	p.Parameters["word"] = spec.Input{
		Type: spec.String, Default: new("{{x}}"), Description: oneOf(t, "word description", "", "Some {{word}}."),
		AllowedValues: maybe(t, "allowed", func() []string { return []string{"{{x}}", "b"} }),
	}
	p.Parameters["maybe"] = spec.Input{
		Type: oneOf(t, "optional type", spec.String, spec.Integer, spec.Struct), Optional: true,
	}
	p.Parameters["name"] = spec.Input{Type: spec.String, Optional: true}
	p.Parameters["given"] = spec.Input{Type: spec.ListOf(spec.Float), Default: new(oneOf(t, "default", "[1, 2.50]", "[]"))}
	p.Options = drawOptions(t)
	p.Defaults = drawSettings(t, "defaults ")
	p.Defaults.Labels = maybe(t, "pod labels", func() map[string]string { return map[string]string{"a": "b"} })
	p.Defaults.Annotations = maybe(t, "annotations", func() map[string]string { return map[string]string{"a/b": "c"} })
	for _, name := range slices.Sorted(maps.Keys(p.Tasks)) {
		task := p.Tasks[name]
		task.Settings = drawSettings(
			t, name+" ", "{{ parameters.word }}", "<{{ run.name }}{{ parameters.word }}>", "{{ run.created_at }}{{ task.name }}",
		)
		for _, variable := range slices.Sorted(maps.Keys(task.Env)) {
			task.Env[variable] = oneOf(t, name+variable, task.Env[variable], "{{ task.id }}", "{{ task.name }}/${{ task.id }}\"{{ \"{{\" }}")
		}
		if task.ForEach != "" {
			task.Cache = nil // a list of artifacts takes none
		}
		if task.Cache == nil && p.Defaults.Cache == nil && task.Inputs["text"] == "" {
			task.Inputs["text"] = oneOf(t, name+" id", "x", "{{ task.id }}", "{{ run.id }}/{{ task.name }} of {{ task.id }}")
		}
		p.Tasks[name] = drawTask(t, name, task)
	}
	other := "parameters.other"
	if p.Tasks["t_0"].ForEach == "" {
		other = "tasks.t_0.outputs.file"
	}
	p.Tasks["imported"] = drawImport(t)
	p.Tasks["fallback"] = spec.Task{Component: ref, Inputs: map[string]string{
		"file": oneOf(
			t, "fallback", "{{ parameters.file }}", "{{ tasks.imported.output }}", "{{ parameters.file ?? nil }}", "{{ parameters.file ?? "+other+" }}",
		),
		"maybe": oneOf(
			t, "maybe of task", "{{ parameters.count }}", "{{ parameters.count ?? nil }}", "{{ parameters.count ?? 5 }}",
			"{{ parameters.count == nil ? nil : parameters.count + 1 }}",
		),
	}, Settings: spec.Settings{Cache: maybe(
		t, "fallback cache", func() *spec.Cache { return &spec.Cache{Enabled: true} },
	)}}
	p.Tasks["gate"] = spec.Task{
		DisplayName: oneOf(
			t, "gate display", "", "Go-on",
		), Approval: &spec.Approval{
			Timeout: oneOf(t, "approval", "", "24h"),
		}, DependsOn: []string{"t_0"}, When: oneOf(t, "gate", "", "parameters.word == 'x'"),
	}
	p.Tasks["inner"] = spec.Task{
		Component: nested, Inputs: map[string]string{"radius": "2"}, DependsOn: []string{"gate"},
		Settings: spec.Settings{Retry: drawRetry(t, "inner")},
	}
	if rapid.Bool().Draw(t, "lists") {
		p.Tasks["lists"] = spec.Task{
			Component: listsRef(), Settings: spec.Settings{Synchronization: maybe(t, "lists locks", drawLocks)},
		}
		p.Tasks["takes"] = spec.Task{Component: ref, Inputs: map[string]string{"files": "{{ tasks.lists.output }}"}}
		p.Tasks["loops"] = spec.Task{Component: listsRef(), ForEach: "[1, 2]", Parallelism: maybe(
			t, "bound", func() *int64 { return new(int64(1)) },
		)}
		p.Outputs["lists"], p.Outputs["loops"] = "{{ tasks.lists.output }}", "{{ tasks.loops.output }}"
	}
	if rapid.Bool().Draw(t, "exit") {
		tell := spec.Task{
			Component: ref, Inputs: map[string]string{"text": "{{ run.status }}: {{ len(run.failures) }}"},
			Settings: drawSettings(t, "exit "),
		}
		p.OnExit = map[string]spec.Task{
			"after": {
				Component: ref, DependsOn: []string{"tell_all"}, When: "run.status != 'Succeeded'",
				AllowFailure: rapid.Bool().Draw(t, "exit allowed"),
			},
			"each": {
				Component: ref, ForEach: `["a","b"]`, Inputs: map[string]string{
					"text": "{{ each.value }}{{ parameters.word }}",
				}, DependsOn: []string{"after"},
				Parallelism: maybe(t, "exit bound", func() *int64 { return new(int64(1)) }), Settings: spec.Settings{
					Synchronization: maybe(t, "exit locks", drawLocks), Retry: &spec.Retry{Limit: 2},
					Resources: &spec.Resources{Limits: map[string]string{"memory": drawAttempt(t, "exit each memory")}},
				},
			},
		}
		if rapid.Bool().Draw(t, "exit waits") {
			tell.Inputs["text"] = "{{ run.status }}"
			p.OnExit["inner"] = spec.Task{Component: nested, Inputs: map[string]string{"radius": "2"}}
		}
		p.OnExit["tell_all"] = drawTask(t, "tell_all", tell)
	}
	if rapid.IntRange(0, 3).Draw(t, "groups") == 0 {
		drawGroups(t, &p, ref, nested)
	}
	for name, text := range p.Outputs { // a failure of what it is made of may be handled by now
		if of, isFile := strings.CutPrefix(name, "file_"); isFile && !strings.Contains(text, "??") {
			p.Outputs[name] = "{{ tasks." + of + ".outputs.file ?? tasks." + of + ".outputs.file }}"
		}
	}
	p.Outputs["last"] = oneOf(t, "output", "c", "{{ tasks.inner.output }}", "{{ tasks.inner.outputs.area + 1 }}")
	return p
}

func drawImport(t *rapid.T) spec.Task {
	task := spec.Task{
		Component: spec.ImportRef(oneOf(t, "import type", spec.Dataset, spec.Dataset)),
		Inputs: map[string]string{"uri": oneOf(t, "import uri",
			"s3://b/k?secret=s&insecure=true&endpoint=e", "s3://{{ parameters.word }}/a/{{ run.name }}", "gs://{{ parameters.word }}?secret=s",
			"https://example.com/{{ parameters.word }}", "repository://x/{{ parameters.word }}",
		)},
		When: oneOf(t, "import when", "", "parameters.word == 'x'"), DisplayName: oneOf(t, "import display", "", "A-file"),
	}
	if text := oneOf(t, "import metadata", "", `{"a": [1, "x"]}`, "{{ {'n': len(parameters.word), 'w': parameters.word} }}"); text != "" {
		task.Inputs["metadata"] = text
	}
	return task
}

func drawTask(t *rapid.T, name string, task spec.Task) spec.Task {
	task.DisplayName = oneOf(t, name+" display", "", "Load.data")
	if len(task.DependsOn) == 0 && name != "tell_all" || strings.Contains(fmt.Sprint(task.Inputs), "tasks.") {
		return task // a condition on no task says nothing, and what is read must be there
	}
	task.RunIf = maybe(t, name+" run_if", func() spec.RunIf { return oneOf(t, name+" run_if value", spec.RunIfs...) })
	return task
}

// A field that the generator never sets is read back by nobody: this fails where one is new.
func TestTheGeneratorUsesEveryField(t *testing.T) {
	t.Parallel()
	ref, nested := stepRef(t), nestedRef()
	used := map[string]bool{}
	for seed := range 400 {
		p := rapid.Custom(func(t *rapid.T) spec.Pipeline { return fullPipeline(t, ref, nested) }).Example(seed)
		markUsed(reflect.ValueOf(p), "Pipeline", used)
	}
	for field := range used {
		if strings.HasPrefix(field, "Pipeline.Groups[].") { // whose tasks are what the pipeline's are
			delete(used, field)
		}
	}
	for seed := range 100 {
		c := rapid.Custom(drawComponent).Example(seed)
		markUsed(reflect.ValueOf(c), "Component", used)
	}
	for field, ok := range used {
		if !ok && !notCompiled[field] {
			t.Errorf("%s is never set: add it to fullPipeline or drawComponent", field)
		}
		if ok && notCompiled[field] {
			t.Errorf("%s is set: take it off the list of what is not compiled", field)
		}
	}
}

// notCompiled lists what no object holds.
var notCompiled = map[string]bool{
	// Every kind of interface is drawn as the pipeline's own.
	"Pipeline.Tasks[].Component.Interface.Inputs[].Description": true, "Pipeline.OnExit[].Component.Interface.Inputs[].Description": true,
	"Pipeline.Tasks[].Component.Interface.Inputs[].AllowedValues": true, "Pipeline.OnExit[].Component.Interface.Inputs[].AllowedValues": true,
	"Pipeline.Tasks[].Component.Interface.Outputs[].Description": true, "Pipeline.OnExit[].Component.Interface.Outputs[].Description": true,
	// Whether an output may be absent follows from the graph.
	"Pipeline.Tasks[].Component.Interface.Outputs[].Optional": true, "Pipeline.OnExit[].Component.Interface.Outputs[].Optional": true,
	"Component.Interface.Outputs[].Optional": true,
	"Pipeline.OnExit[].Approval.Timeout":     true,
	"Pipeline.OnExit[].Approval":             true,
	// Only a plan has maps of which Terraform does not know all elements yet.
	"Pipeline.Open": true, "Pipeline.Open.Parameters": true, "Pipeline.Open.Tasks": true, "Pipeline.Open.OnExit": true,
	"Pipeline.Open.Groups": true, "Pipeline.Open.Outputs": true, "Pipeline.Components": true,
	// Only a task chooses by expressions.
	"Pipeline.Defaults.Tolerations[].JSON": true,
	"Pipeline.Tasks[].OpenInputs":          true, "Pipeline.OnExit[].OpenInputs": true,
}

// markUsed notes for the path of each field whether it is set in any element of maps and lists.
func markUsed(v reflect.Value, where string, used map[string]bool) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			markUsed(v.Field(i), where+"."+v.Type().Field(i).Name, used)
		}
	case reflect.Pointer:
		if v.IsNil() {
			markUsed(reflect.Zero(v.Type().Elem()), where, used)
			return
		}
		markUsed(v.Elem(), where, used)
	case reflect.Map:
		for _, key := range v.MapKeys() {
			markUsed(v.MapIndex(key), where+"[]", used)
		}
	case reflect.Slice:
		for i := range v.Len() {
			markUsed(v.Index(i), where+"[]", used)
		}
	}
	used[where] = used[where] || !v.IsZero()
}

func nestedRef() spec.Ref {
	return spec.Ref{Kind: spec.PipelineKind, Namespace: "etl", Name: "nested", Version: "v", Interface: spec.Interface{
		Inputs:  map[string]spec.Input{"radius": {Type: spec.Float}, "unit": {Type: spec.String, Default: new("m")}},
		Outputs: map[string]spec.Output{"area": {Type: spec.Float}},
	}}
}

// listsRef is a pipeline that gives a list of artifacts.
func listsRef() spec.Ref {
	return spec.Ref{Kind: spec.PipelineKind, Namespace: "etl", Name: "lists", Version: "v", Interface: spec.Interface{
		Outputs: map[string]spec.Output{"files": {Type: spec.ListOf(spec.Dataset)}},
	}}
}

func stepRef(t *testing.T) spec.Ref {
	t.Helper()
	return mustComponent(t, step()).Ref(step())
}

// drawSDK draws arguments that only KFP's SDK knows.
func drawSDK(t *rapid.T, c *spec.Component) {
	arguments := []spec.Argument{
		{Name: "card", Passing: spec.PassInputArtifact, Type: "acme.Scorecard", Class: oneOf(t, "class", "Scorecard", "acme.Scorecard", "")},
		{Name: "person", Passing: spec.PassParameter, Type: spec.Struct, Class: "Person"},
		{Name: "rows", Passing: spec.PassEmbedded, Type: spec.Dataset},
	}
	for _, a := range arguments {
		if !rapid.Bool().Draw(t, a.Name) {
			continue
		}
		c.Python.Arguments = append(c.Python.Arguments, a)
		if a.Passing != spec.PassEmbedded {
			c.Inputs[a.Name] = spec.Input{Type: a.Type}
		}
	}
}

// drawComponent draws a container or a Python function.
func drawComponent(t *rapid.T) spec.Component {
	c := step()
	if rapid.Bool().Draw(t, "python") {
		c = taxRate()
		p := c.Python
		p.FirstLine = rapid.IntRange(1, 5).Draw(t, "first line")
		p.Lightweight, p.NamedOutputs = rapid.Bool().Draw(t, "lightweight"), rapid.Bool().Draw(t, "named")
		p.ReturnsValue = !p.NamedOutputs
		p.Packages = maybe(t, "packages", func() []string { return []string{"pandas==2.2.2"} })
		p.IndexURLs = maybe(t, "indexes", func() []string { return []string{"https://pypi.example.com/simple"} })
		p.TrustedHosts = maybe(t, "hosts", func() []string { return []string{"pypi.example.com"} })
		p.Additional = maybe(t, "additional", func() map[string]string { return map[string]string{"helpers.py": "X = 1\n"} })
		p.Files = maybe(t, "files", func() map[string]string { return map[string]string{"rates.csv": "OH,0.05\n"} })
		p.Arguments[0].Keyword = maybe(t, "keyword", func() string { return "state_" })
		p.KFP = rapid.Bool().Draw(t, "kfp")
		if p.SDK = rapid.Bool().Draw(t, "sdk"); p.SDK {
			drawSDK(t, &c)
		}
	} else {
		c.Outputs["file"] = spec.Output{Type: oneOf(t, "type", spec.Dataset, "acme.Scorecard")}
		c.Container.Image = oneOf(t, "image", "busybox:1.36", "localhost:5000/x@sha256:"+fmt.Sprintf("%064d", 1))
		c.Container.Args = append(
			c.Container.Args,
			oneOf(
				t, "argument", "$(HOME) {{ inputs.words }}", "$$ $(KFP_NOTHING){ {$(KFP_NOTHING)", "{{ \"{{\" }}x}}", "$5",
				"{{ inputs.number + 1 }}", "<{{ inputs.file.uri ?? '{{' }}>", "{{ outputs.file.uri }}", "{{ inputs.files.uri ?? outputs.file.uri }}",
			),
		)
		c.Container.Files = maybe(t, "container files", func() map[string]string {
			return map[string]string{"model.R": "x <- {{1}}\n", "q.sql": "SELECT 1"}
		})
		if c.Container.Files != nil {
			c.Container.Args = append(c.Container.Args, oneOf(t, "path", "{{ files.path }}/model.R", "x"))
		}
		c.Container.Args = append(c.Container.Args, drawSpreading(t, "list")...)
		c.Container.Command = append(c.Container.Command, drawSpreading(t, "command list")...)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Outputs)) {
		o := c.Outputs[name]
		o.Description = oneOf(t, "output description", "", "Some {{output}}.")
		c.Outputs[name] = o
	}
	c.Description = oneOf(t, "description", "", "Some {{words}}.")
	c.ImageUser = rapid.Bool().Draw(t, "image user")
	c.Env = maybe(t, "env", func() map[string]string {
		return map[string]string{"A": oneOf(t, "A", "$5 {{x}}", "$(KFP_NOTHING){", "")}
	})
	c.Resources = maybe(t, "resources", func() *spec.Resources {
		return &spec.Resources{
			Requests: map[string]string{"cpu": oneOf(t, "cpu", "1", "1000m")}, Limits: map[string]string{"memory": "1Gi"},
		}
	})
	return c
}

// drawSpreading draws an element of a command that may be several, or none.
func drawSpreading(t *rapid.T, label string) []string {
	return maybe(t, label, func() []string {
		return []string{oneOf(
			t, label+" value", "{{ inputs.maybe }}", "{{ inputs.word == nil ? [] : ['--word', inputs.word] }}",
			"{{ inputs.number > 1 ? ['--big', '{{x}} $HOME'] : [] }}", "{{ filter(inputs.words, # != '') }}",
			"{{ inputs.maybe == nil ? nil : '--maybe=' + string(inputs.maybe) }}", "{{ [inputs.number, inputs.text, 1, true] }}",
			"{{ inputs.word ?? (inputs.number > 1 ? 'big' : nil) }}", "{{ map(inputs.words, len(#)) }}", "{{ [inputs.file.path] }}",
		)}
	})
}
