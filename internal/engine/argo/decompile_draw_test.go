package argo_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

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

// drawSettings draws settings that are right, each field in one or another way. texts may stand where expressions may.
func drawSettings(t *rapid.T, at string, texts ...string) spec.Settings {
	one := func(label string, values ...string) string {
		return maybe(t, at+label, func() string { return oneOf(t, at+label+" value", values...) })
	}
	texts = append(texts, "x", "$HOME {{ \"{{\" }}x}} ä\n\"")
	s := spec.Settings{
		Timeout: one("timeout", "90s", "60m", "1h30m"), Affinity: one("affinity", `{"nodeAffinity":{}}`, `{ "podAffinity" : {} }`),
		ServiceAccount: one("account", "runner", "other"), ImagePullPolicy: one("pull", "Always", "Never"), PriorityClass: one("priority", "high"),
	}
	s.Retry = maybe(t, at+"retry", func() *spec.Retry {
		r := &spec.Retry{
			Limit: rapid.Int64Range(0, 5).Draw(t, at+"limit"), Policy: oneOf(t, at+"policy", "", "Always", "OnFailure", "OnError", "OnTransientError"),
			Expression: one("expression", "last_retry.exit_code != 2", "last_retry.message contains '{{' or last_retry.duration>3"),
		}
		r.Backoff = maybe(t, at+"backoff", func() *spec.Backoff {
			return &spec.Backoff{Duration: "10s", Factor: maybe(t, at+"factor", func() *float64 { return new(2.0) }), Max: one("max", "10m", "1h")}
		})
		return r
	})
	s.Cache = maybe(t, at+"cache", func() *spec.Cache {
		if rapid.IntRange(0, 3).Draw(t, at+"enabled") == 0 {
			return &spec.Cache{}
		}
		return &spec.Cache{Enabled: true, MaxAge: one("age", "24h"), Key: one("key", append(texts, "fixed")...)}
	})
	s.Resources = maybe(t, at+"resources", func() *spec.Resources {
		r := &spec.Resources{}
		if rapid.Bool().Draw(t, at+"requests") {
			r.Requests = map[string]string{"cpu": oneOf(t, at+"cpu", "500m", "1", "1000m")}
		}
		if rapid.Bool().Draw(t, at+"limits") {
			r.Limits = map[string]string{"memory": oneOf(t, at+"memory", "1Gi", "1024Mi"), "nvidia.com/gpu": "1"}
		}
		return r
	})
	drawEnvironment(t, at, &s, texts)
	s.Volumes = maybe(t, at+"volumes", func() map[string]spec.Volume { return drawVolumes(t, at) })
	s.NodeSelector = maybe(t, at+"node", func() map[string]string { return map[string]string{"arch": oneOf(t, at+"arch", "amd64", "arm64")} })
	s.Tolerations = maybe(t, at+"tolerations", func() []spec.Toleration {
		return oneOf(t, at+"toleration", []spec.Toleration{}, []spec.Toleration{
			{Operator: "Exists"}, {Key: "gpu", Operator: "Equal", Value: "{{x", Effect: "NoExecute", TolerationSeconds: new(int64(30))},
		}[:1], []spec.Toleration{{Key: "gpu", Operator: "Equal", Value: "yes", Effect: "NoExecute", TolerationSeconds: new(int64(30))}})
	})
	s.ImagePullSecrets = maybe(t, at+"secrets", func() []string { return oneOf(t, at+"secret", []string{"a"}, []string{"a", "b"}, []string{}) })
	s.SecurityContext = maybe(t, at+"rights", func() *spec.SecurityContext { return drawRights(t, at) })
	s.Synchronization = maybe(t, at+"locks", drawLocks)
	s.Labels = maybe(t, at+"labels", func() map[string]string {
		return map[string]string{"a": oneOf(t, at+"a", "", "b", "c.d"), "example.com/run": oneOf(t, at+"run", "{{ run.name }}", "x{{ run.name }}-{{ run.name }}", "1")}
	})
	s.Annotations = maybe(t, at+"annotations", func() map[string]string { return map[string]string{"a/b": oneOf(t, at+"a/b", texts...)} })
	return s
}

func drawLocks() *spec.Synchronization {
	return &spec.Synchronization{Mutexes: []string{"m"}, Semaphores: []spec.Semaphore{{ConfigMap: "c", Key: "k"}}}
}

func drawEnvironment(t *rapid.T, at string, s *spec.Settings, texts []string) {
	s.Env = maybe(t, at+"env", func() map[string]string {
		return map[string]string{"A": oneOf(t, at+"A", texts...), "B": oneOf(t, at+"B", texts...)}
	})
	s.SecretEnv = maybe(t, at+"secret env", func() map[string]spec.KeyRef {
		return map[string]spec.KeyRef{"S": {Name: oneOf(t, at+"S", "db", "web"), Key: "k", Optional: rapid.Bool().Draw(t, at+"optional")}}
	})
	s.ConfigMapEnv = maybe(t, at+"config env", func() map[string]spec.KeyRef {
		return map[string]spec.KeyRef{"C": {Name: "conf", Key: oneOf(t, at+"C", "k", "l"), Optional: rapid.Bool().Draw(t, at+"optional")}}
	})
	s.FieldEnv = maybe(t, at+"field env", func() map[string]string {
		return map[string]string{"F": oneOf(t, at+"F", "metadata.name", "status.podIP")}
	})
}

func drawVolumes(t *rapid.T, at string) map[string]spec.Volume {
	all := map[string]spec.Volume{
		"Secret": {MountPath: "/a", SubPath: "\u241bkfp-text-0\u241b", ReadOnly: true, Secret: "s"}, "conf_map": {MountPath: "/b", ConfigMap: "c"}, "claim": {MountPath: "/c", Claim: "c"},
		"empty": {MountPath: "/d", EmptyDir: &spec.EmptyDir{Medium: "Memory", SizeLimit: "1024Mi"}}, "bare": {MountPath: "/f", EmptyDir: &spec.EmptyDir{}},
		"own": {MountPath: "/e", Ephemeral: &spec.EphemeralClaim{Size: "1Gi", StorageClass: "fast", AccessModes: []string{"ReadWriteOncePod"}}},
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if rapid.Bool().Draw(t, at+name) {
			delete(all, name)
		}
	}
	return all
}

func drawRights(t *rapid.T, at string) *spec.SecurityContext {
	return oneOf(t, at+"right", &spec.SecurityContext{}, &spec.SecurityContext{RunAsUser: new(int64(7)), FSGroup: new(int64(3)), DropCapabilities: []string{}},
		&spec.SecurityContext{
			RunAsUser: new(int64(1)), RunAsGroup: new(int64(2)), RunAsNonRoot: new(true), FSGroup: new(int64(3)), ReadOnlyRootFilesystem: new(true),
			AllowPrivilegeEscalation: new(true), Privileged: new(true), AddCapabilities: []string{"NET_ADMIN"}, DropCapabilities: []string{"ALL"},
		})
}

func drawOptions(t *rapid.T) spec.Options {
	one := func(label string, values ...string) string {
		return maybe(t, label, func() string { return oneOf(t, label+" value", values...) })
	}
	flag := func(label string) *bool {
		return maybe(t, label, func() *bool { return new(rapid.Bool().Draw(t, label+" value")) })
	}
	o := spec.Options{
		Parallelism: maybe(t, "parallelism", func() *int64 { return new(int64(3)) }), Timeout: one("timeout", "2h", "90m"), FailFast: flag("fail fast"),
		PodGC: one("pod gc", "OnPodSuccess"), ArchiveLogs: flag("logs"), ArtifactGC: one("artifact gc", "Never"),
		Synchronization: maybe(t, "locks", func() *spec.Synchronization {
			return &spec.Synchronization{Mutexes: []string{"run"}, Semaphores: []spec.Semaphore{{ConfigMap: "c", Key: "run"}}}
		}), Labels: maybe(t, "labels", func() map[string]string { return map[string]string{"team": "etl"} }),
	}
	o.TTL = maybe(t, "ttl", func() *spec.TTL {
		return &spec.TTL{AfterCompletion: one("completion", "24h"), AfterSuccess: one("success", "60m"), AfterFailure: one("failure", "168h")}
	})
	o.ArtifactRepository = maybe(t, "repository", func() *spec.RepositoryRef { return &spec.RepositoryRef{ConfigMap: "c", Key: "k"} })
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
	p.Parameters["maybe"] = spec.Input{Type: oneOf(t, "optional type", spec.String, spec.Integer, spec.Struct), Optional: true}
	p.Parameters["given"] = spec.Input{Type: spec.ListOf(spec.Float), Default: new(oneOf(t, "default", "[1, 2.50]", "[]"))}
	p.Options = drawOptions(t)
	p.Defaults = drawSettings(t, "defaults ")
	p.Defaults.Labels = maybe(t, "pod labels", func() map[string]string { return map[string]string{"a": "b"} })
	p.Defaults.Annotations = maybe(t, "annotations", func() map[string]string { return map[string]string{"a/b": "c"} })
	for _, name := range slices.Sorted(maps.Keys(p.Tasks)) {
		task := p.Tasks[name]
		task.Settings = drawSettings(t, name+" ", "{{ parameters.word }}", "<{{ run.name }}{{ parameters.word }}>")
		if task.ForEach != "" {
			task.Cache = nil // a list of artifacts takes none
		}
		p.Tasks[name] = drawTask(t, name, task)
	}
	other := "parameters.other"
	if p.Tasks["t_0"].ForEach == "" {
		other = "tasks.t_0.outputs.file"
	}
	p.Tasks["fallback"] = spec.Task{Component: ref, Inputs: map[string]string{
		"file":  oneOf(t, "fallback", "{{ parameters.file }}", "{{ parameters.file ?? nil }}", "{{ parameters.file ?? "+other+" }}"),
		"maybe": oneOf(t, "maybe of task", "{{ parameters.count }}", "{{ parameters.count ?? nil }}", "{{ parameters.count ?? 5 }}", "{{ parameters.count == nil ? nil : parameters.count + 1 }}"),
	}, Settings: spec.Settings{Cache: maybe(t, "fallback cache", func() *spec.Cache { return &spec.Cache{Enabled: true} })}}
	p.Tasks["gate"] = spec.Task{
		DisplayName: oneOf(t, "gate display", "", "Go-on"), Approval: &spec.Approval{Timeout: oneOf(t, "approval", "", "24h")}, DependsOn: []string{"t_0"}, When: oneOf(t, "gate", "", "parameters.word == 'x'"),
	}
	p.Tasks["inner"] = spec.Task{Component: nested, Inputs: map[string]string{"radius": "2"}, DependsOn: []string{"gate"}}
	if rapid.Bool().Draw(t, "lists") {
		p.Tasks["lists"] = spec.Task{Component: listsRef(), Settings: spec.Settings{Synchronization: maybe(t, "lists locks", drawLocks)}}
		p.Tasks["takes"] = spec.Task{Component: ref, Inputs: map[string]string{"files": "{{ tasks.lists.output }}"}}
		p.Tasks["loops"] = spec.Task{Component: listsRef(), ForEach: "[1, 2]", Parallelism: maybe(t, "bound", func() *int64 { return new(int64(1)) })}
		p.Outputs["lists"], p.Outputs["loops"] = "{{ tasks.lists.output }}", "{{ tasks.loops.output }}"
	}
	if rapid.Bool().Draw(t, "exit") {
		tell := spec.Task{Component: ref, Inputs: map[string]string{"text": "{{ run.status }}: {{ len(run.failures) }}"}, Settings: drawSettings(t, "exit ")}
		p.OnExit = map[string]spec.Task{
			"after": {Component: ref, DependsOn: []string{"tell_all"}, When: "run.status != 'Succeeded'", AllowFailure: rapid.Bool().Draw(t, "exit allowed")},
			"each": {
				Component: ref, ForEach: `["a","b"]`, Inputs: map[string]string{"text": "{{ each.value }}{{ parameters.word }}"}, DependsOn: []string{"after"},
				Parallelism: maybe(t, "exit bound", func() *int64 { return new(int64(1)) }), Settings: spec.Settings{Synchronization: maybe(t, "exit locks", drawLocks)},
			},
		}
		if rapid.Bool().Draw(t, "exit waits") {
			tell.Inputs["text"] = "{{ run.status }}"
			p.OnExit["inner"] = spec.Task{Component: nested, Inputs: map[string]string{"radius": "2"}}
		}
		p.OnExit["tell_all"] = drawTask(t, "tell_all", tell)
	}
	p.Outputs["last"] = oneOf(t, "output", "c", "{{ tasks.inner.output }}", "{{ tasks.inner.outputs.area + 1 }}")
	return p
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
	"Pipeline.OnExit[].Approval.Timeout": true,
	"Pipeline.OnExit[].Approval":         true,
	// Only a plan has maps of which Terraform does not know all elements yet.
	"Pipeline.Open": true, "Pipeline.Open.Parameters": true, "Pipeline.Open.Tasks": true, "Pipeline.Open.OnExit": true,
	"Pipeline.Tasks[].OpenInputs": true, "Pipeline.OnExit[].OpenInputs": true,
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
	} else {
		c.Container.Image = oneOf(t, "image", "busybox:1.36", "localhost:5000/x@sha256:"+fmt.Sprintf("%064d", 1))
		c.Container.Args = append(c.Container.Args, oneOf(t, "argument", "$(HOME) {{ inputs.words }}", "$$ $(KFP_NOTHING){ {$(KFP_NOTHING)", "{{ \"{{\" }}x}}", "$5", "{{ inputs.number + 1 }}"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Outputs)) {
		o := c.Outputs[name]
		o.Description = oneOf(t, "output description", "", "Some {{output}}.")
		c.Outputs[name] = o
	}
	c.Description = oneOf(t, "description", "", "Some {{words}}.")
	c.Env = maybe(t, "env", func() map[string]string {
		return map[string]string{"A": oneOf(t, "A", "$5 {{x}}", "$(KFP_NOTHING){", "")}
	})
	c.Resources = maybe(t, "resources", func() *spec.Resources {
		return &spec.Resources{Requests: map[string]string{"cpu": oneOf(t, "cpu", "1", "1000m")}, Limits: map[string]string{"memory": "1Gi"}}
	})
	return c
}
