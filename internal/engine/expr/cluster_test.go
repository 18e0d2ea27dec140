package expr_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The tests of this file run workflows on the cluster of KUBE_CONFIG_PATH, with kubectl. They prove on a real
// controller what the oracle claims.

type object = map[string]any
type list = []any

type cluster struct {
	t         *testing.T
	namespace string
}

func newCluster(t *testing.T) *cluster {
	if os.Getenv("TF_ACC") == "" || os.Getenv("KUBE_CONFIG_PATH") == "" {
		t.Skip("TF_ACC and KUBE_CONFIG_PATH are not set")
	}
	c := &cluster{t: t, namespace: fmt.Sprintf("kfp-expr-%08x", rand.Uint32())}
	c.kubectl("", "create", "namespace", c.namespace)
	t.Cleanup(func() { c.kubectl("", "delete", "namespace", c.namespace, "--wait=false") })
	c.kubectl(
		"", "create", "rolebinding", "workflow-executor", "--clusterrole=workflow-executor",
		"--serviceaccount="+c.namespace+":default", "-n", c.namespace,
	)
	return c
}

func (c *cluster) kubectl(stdin string, args ...string) []byte {
	c.t.Helper()
	cmd := exec.Command("kubectl", args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+os.Getenv("KUBE_CONFIG_PATH"))
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("kubectl %v: %v: %s", args, err, stderr.String())
	}
	return out
}

// node is what the tests want of a node's status.
type node struct {
	Name, DisplayName, Phase, Message, TemplateName string
	Outputs                                         struct {
		Parameters []struct{ Name, Value string }
	}
}

// run waits for a workflow of these templates and returns its phase, message and nodes by display name.
func (c *cluster) run(templates ...object) (string, string, map[string]node) {
	c.t.Helper()
	doc, err := json.Marshal(object{"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": object{
		"generateName": "x-", "namespace": c.namespace,
	},
		"spec": object{"entrypoint": "main", "templates": templates}})
	if err != nil {
		c.t.Fatal(err)
	}
	name := strings.TrimSpace(string(c.kubectl(string(doc), "create", "-f", "-", "-o", "name")))
	c.t.Log(name)
	for deadline := time.Now().Add(4 * time.Minute); ; time.Sleep(time.Second) {
		var wf struct {
			Status struct {
				Phase, Message string
				Nodes          map[string]node
			}
		}
		if err := json.Unmarshal(c.kubectl("", "get", name, "-n", c.namespace, "-o", "json"), &wf); err != nil {
			c.t.Fatal(err)
		}
		if done := map[string]bool{"Succeeded": true, "Failed": true, "Error": true}; done[wf.Status.Phase] || time.Now().After(deadline) {
			nodes := map[string]node{}
			for _, n := range wf.Status.Nodes {
				nodes[n.DisplayName] = n
			}
			return wf.Status.Phase, wf.Status.Message, nodes
		}
	}
}

const image = "python:3.11-slim"

func parameters(values map[string]string) object {
	all := list{}
	for name, v := range values {
		all = append(all, object{"name": name, "value": v})
	}
	return object{"parameters": all}
}

func inputs(names ...string) list {
	all := list{}
	for _, n := range names {
		all = append(all, object{"name": n})
	}
	return all
}

func keysOf(m map[string]string) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	return all
}

// everyInput is all inputs of a component as a JSON object. It travels in an environment variable, where the kubelet
// expands "$$" and "$(NAME)", so there is no "$" in it.
const everyInput = `{{=replace(toJson(inputs.parameters), '$', '\u005cu0024')}}`

// dump is a component that gives its inputs as they arrived, in a form that nothing on the way can change.
func dump(name string, names ...string) object {
	return object{
		"name": name,
		"inputs": object{
			"parameters": inputs(names...),
			"artifacts":  list{object{"name": "in", "path": "/tmp/in.json", "raw": object{"data": everyInput}}},
		},
		"container": object{"image": image, "command": list{"python3", "-c",
			`import json; d=json.load(open("/tmp/in.json")); open("/tmp/out","w").write(json.dumps(d).encode().hex())`}},
		"outputs": object{"parameters": list{object{"name": "Output", "valueFrom": object{"path": "/tmp/out"}}}},
	}
}

func dumped(t *testing.T, n node) map[string]string {
	t.Helper()
	if len(n.Outputs.Parameters) == 0 {
		t.Fatalf("node %s is %s: %s", n.Name, n.Phase, n.Message)
	}
	text, err := hex.DecodeString(n.Outputs.Parameters[0].Value)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]string
	if err := json.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	return values
}

// say is a component that gives a value as our runtime does, encoded already.
func say(name, value string) object {
	return object{
		"name": name,
		"container": object{"image": image, "command": list{
			"python3", "-c", `import sys; open("/tmp/out","w").write(bytes.fromhex(sys.argv[1]).decode())`,
		},
			"args": list{hex.EncodeToString([]byte(value))}},
		"outputs": object{"parameters": list{object{"name": "Output", "valueFrom": object{"path": "/tmp/out"}}}},
	}
}

// show is a component of any image: it gives its arguments and an environment variable as the process sees them.
func show(args []string, env string, names ...string) object {
	all := list{
		"-c",
		`import sys,os,json; open("/tmp/out","w").write(json.dumps({"env": os.environ["SHOWN"], **{str(i): a for i, a in enumerate(sys.argv[1:])}}).encode().hex())`,
	}
	for _, a := range args {
		all = append(all, a)
	}
	return object{
		"name":   "show",
		"inputs": object{"parameters": inputs(names...)},
		"container": object{"image": image, "command": list{"python3"}, "args": all,
			"env": list{object{"name": expr.Nothing, "value": ""}, object{"name": "SHOWN", "value": env}}},
		"outputs": object{"parameters": list{object{"name": "Output", "valueFrom": object{"path": "/tmp/out"}}}},
	}
}

func TestClusterContainers(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	env := expr.Env{
		Shared: map[string]expr.Var{
			"inputs.l": {Type: spec.ListOf(spec.String), Argo: "inputs.parameters.l"},
			"inputs.n": {Type: spec.Integer, Argo: "inputs.parameters.n"},
		},
	}
	given := map[string]string{"l": fmt.Sprint(travelling(list{"{{workflow.name}}", "$(HOME)"})), "n": "7"}
	var args, want []string
	add := func(text, shown string) {
		compiled, err := parse(t, text).In(env).CompileContainerArg()
		if err != nil {
			t.Fatal(err)
		}
		args, want = append(args, compiled), append(want, shown)
	}
	for i, s := range hostile {
		name := fmt.Sprintf("h%d", i)
		given[name], _ = expr.Constant(s, spec.String)
		env.Shared["inputs."+name] = expr.Var{Type: spec.String, Argo: "inputs.parameters." + name}
		ref := "{{ inputs." + name + " }}"
		add(ref, s)
		add("{{ '{{' }}"+ref+ref+"{}}", "{{"+s+s+"{}}")
		add("$"+ref, "$"+s)
		if !strings.Contains(s, "$") {
			add(expr.Quote(s), s)
		}
	}
	add("{{ inputs.l }}", `["{{workflow.name}}","$(HOME)"]`)
	add("{{ inputs.n }} {{ inputs.n + 1 }}", "7 8")
	shownEnv := args[len(args)-2]
	phase, message, nodes := c.run(show(args, shownEnv, keysOf(given)...),
		object{
			"name": "main",
			"dag":  object{"tasks": list{object{"name": "show", "template": "show", "arguments": parameters(given)}}},
		})
	if phase != "Succeeded" {
		t.Fatalf("%s: %s: %+v", phase, message, nodes["show"])
	}
	values := dumped(t, nodes["show"])
	for i, w := range want {
		if got := values[fmt.Sprint(i)]; got != w {
			t.Errorf("argument %q is %q, want %q", args[i], got, w)
		}
	}
	if got := values["env"]; got != `["{{workflow.name}}","$(HOME)"]` {
		t.Errorf("environment: %q", got)
	}
}

func TestClusterAgreesWithExprLang(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	w := standardWorld(strings.Join(hostile, "|"))
	args, given := map[string]string{}, map[string]string{}
	for i, e := range expressions {
		if _, err := w.direct(e.text); err != nil && directly[e.text] == "" {
			continue
		}
		compiled, err := parse(t, "{{ "+e.text+" }}").In(w.env).Compile(e.want)
		if err != nil {
			t.Fatal(err)
		}
		args[fmt.Sprintf("e%d", i)] = compiled
	}
	for i, s := range hostile {
		name := fmt.Sprintf("h%d", i)
		given[name], _ = expr.Constant(s, spec.String)
		args[name] = "{{inputs.parameters." + name + "}}"
	}
	for name, v := range w.argo {
		if p, ok := strings.CutPrefix(name, "inputs.parameters."); ok {
			given[p] = fmt.Sprint(v)
		}
	}
	text := func(name string) string { return fmt.Sprint(w.argo["tasks."+name+".outputs.parameters.Output"]) }
	var tasks list
	before := []string{"gone", "gone-int", "gone-cfg"}
	templates := []object{dump("dump", keysOf(args)...)}
	for _, name := range []string{"load-data", "count", "cfg"} {
		templates = append(templates, say(name, text(name)))
		tasks = append(tasks, object{"name": name, "template": name})
		before = append(before, name)
	}
	for _, name := range []string{"gone", "gone-int", "gone-cfg"} {
		tasks = append(tasks, object{"name": name, "template": "cfg", "when": "false"})
	}
	tasks = append(
		tasks,
		object{"name": "dump", "template": "dump", "depends": strings.Join(before, " && "), "arguments": parameters(args)},
	)
	templates = append(templates, object{
		"name": "pipe", "inputs": object{"parameters": inputs(keysOf(given)...)}, "dag": object{"tasks": tasks},
	},
		object{
			"name": "main",
			"dag":  object{"tasks": list{object{"name": "pipe", "template": "pipe", "arguments": parameters(given)}}},
		})
	phase, message, nodes := c.run(templates...)
	if phase != "Succeeded" {
		t.Fatalf("%s: %s: %+v", phase, message, nodes["dump"])
	}
	values := dumped(t, nodes["dump"])
	for i, e := range expressions {
		value, ok := values[fmt.Sprintf("e%d", i)]
		if !ok {
			continue
		}
		spelled := e.text
		if other, ok := directly[e.text]; ok {
			spelled = other
		}
		want, err := w.direct(spelled)
		if err != nil {
			t.Fatal(err)
		}
		if got := received(t, value, e.want); !reflect.DeepEqual(asJSON(got), asJSON(want)) {
			t.Errorf("%s gives %#v, want %#v", e.text, got, want)
		}
	}
	for i, s := range hostile {
		if got := received(t, values[fmt.Sprintf("h%d", i)], spec.String); got != s {
			t.Errorf("%q arrives as %q", s, got)
		}
	}
}

// TestClusterLoops runs loops over structs with an index, over nothing, and with every iteration skipped, and reads
// what they collect.
func TestClusterLoops(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	s := strings.Join(hostile, "|")
	items := list{object{"k": s, "n": 1}, object{"k": "x\ny\"z\\", "n": 2}, object{"k": "", "n": 3}}
	w := newWorld().add("parameters.items", spec.List, "inputs.parameters.items", items)
	compiledItems, err := parse(t, "{{ parameters.items }}").In(w.env).CompileItems(spec.Struct, true)
	if err != nil {
		t.Fatal(err)
	}
	value, index := expr.ItemVars(spec.Struct, true)
	w.env.Shared["each.value"], w.env.Shared["each.index"] = value, index
	for name, task := range map[string]string{"loop": "loop", "none": "none", "all_skipped": "all-skipped"} {
		w.env.Shared["tasks."+name+".output"] = expr.Var{
			Type: spec.ListOf(spec.String), Argo: "tasks." + task + ".outputs.parameters.Output", Coding: expr.Collected,
		}
	}
	compile := func(text string, want spec.Type) string {
		compiled, err := parse(t, text).In(w.env).Compile(want)
		if err != nil {
			t.Fatal(err)
		}
		return compiled
	}
	args := map[string]string{
		"k": compile("{{ each.value.k }}", spec.String), "v": compile("{{ each.value }}", spec.Struct),
		"i": compile("{{ each.index * 10 }}", spec.Integer),
	}
	always := compile("{{ each.index >= 0 }}", spec.Boolean)
	never := compile("{{ each.index > 5 }}", spec.Boolean)
	collected := map[string]string{
		"loop": compile(
			"{{ len(tasks.loop.output) }}", spec.Integer,
		), "none": compile(
			"{{ tasks.none.output }}", spec.ListOf(spec.String),
		), "skipped": compile("{{ tasks.all_skipped.output }}", spec.ListOf(spec.String)),
	}
	phase, message, nodes := c.run(dump("one", "k", "v", "i"), dump("dump", keysOf(collected)...),
		object{"name": "pipe", "inputs": object{"parameters": inputs("items")}, "dag": object{"tasks": list{
			object{"name": "loop", "template": "one", "withParam": compiledItems, "when": always, "arguments": parameters(args)},
			object{"name": "none", "template": "one", "withParam": "[]", "arguments": parameters(args)},
			object{
				"name": "all-skipped", "template": "one", "withParam": compiledItems, "when": never, "arguments": parameters(args),
			},
			object{
				"name": "dump", "template": "dump", "depends": "loop && none && all-skipped", "arguments": parameters(collected),
			},
		}}},
		object{
			"name": "main",
			"dag": object{
				"tasks": list{
					object{
						"name": "pipe", "template": "pipe",
						"arguments": parameters(map[string]string{"items": fmt.Sprint(w.argo["inputs.parameters.items"])}),
					},
				},
			},
		})
	if phase != "Succeeded" {
		t.Fatalf("%s: %s: %+v", phase, message, nodes)
	}
	seen := 0
	for name, n := range nodes {
		if !strings.HasPrefix(name, "loop(") {
			continue
		}
		seen++
		values := dumped(t, n)
		i := slices.Index([]string{"0", "10", "20"}, values["i"])
		item, _ := items[i].(object)
		if got := received(t, values["k"], spec.String); got != item["k"] {
			t.Errorf("each.value.k of %d is %q, want %q", i, got, item["k"])
		}
		if got := received(t, values["v"], spec.Struct); !reflect.DeepEqual(got, asJSON(item)) {
			t.Errorf("each.value of %d is %v, want %v", i, got, item)
		}
	}
	got := dumped(t, nodes["dump"])
	if want := map[string]string{"loop": "3", "none": "[]", "skipped": "[]"}; seen != len(items) || !reflect.DeepEqual(got, want) {
		t.Errorf("%d iterations, collected %v, want %v", seen, got, want)
	}
}

// TestClusterAbsent reads outputs of tasks that were skipped, omitted or failed.
func TestClusterAbsent(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	env := expr.Env{Shared: map[string]expr.Var{}}
	for _, name := range []string{"skipped", "omitted", "failed", "fine"} {
		env.Shared["tasks."+name+".output"] = expr.Var{
			Type: spec.String, Argo: "tasks." + name + ".outputs.parameters.Output", Nullable: true,
		}
		env.Shared["tasks."+name+".status"] = expr.Var{
			Type: spec.String, Argo: "tasks." + name + ".status", Coding: expr.Plain,
		}
	}
	args, want := map[string]string{}, map[string]string{}
	for i, e := range []struct{ text, want string }{
		{
			"tasks.skipped.output ?? 'none'", "none",
		}, {
			"tasks.omitted.output ?? 'none'", "none",
		}, {"tasks.failed.output ?? 'none'", "none"}, {"tasks.fine.output ?? 'none'", "yes"},
		{"tasks.skipped.output ?? tasks.omitted.output ?? tasks.failed.output ?? tasks.fine.output", "yes"},
		{
			"tasks.failed.output == nil ? tasks.failed.status : 'x'", "Failed",
		}, {"tasks.skipped.status", "Skipped"}, {"tasks.omitted.status", "Omitted"},
		{"string(tasks.failed.output == tasks.fine.output)", "false"}, {"len(tasks.failed.output ?? '')", "0"},
	} {
		compiled, err := parse(t, "{{ "+e.text+" }}").In(env).Compile(spec.Any)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("e%d", i)
		args[name], want[name] = compiled, e.want
	}
	or, err := parse(t, "{{ tasks.failed.output }}").In(env).CompileOr(spec.String, "fallback")
	if err != nil {
		t.Fatal(err)
	}
	args["or"], want["or"] = or, "fallback"
	failing := say("failing", "no")
	failing["container"] = object{"image": image, "command": list{"python3", "-c", "raise SystemExit(3)"}}
	_, _, nodes := c.run(say("say", "yes"), failing, dump("dump", keysOf(args)...), object{"name": "main", "dag": object{"failFast": false, "tasks": list{
		object{
			"name": "fine", "template": "say",
		}, object{"name": "skipped", "template": "say", "when": "false"}, object{"name": "failed", "template": "failing"},
		object{"name": "omitted", "template": "say", "depends": "failed.Succeeded"},
		object{
			"name": "dump", "template": "dump", "depends": "fine && skipped && failed.Failed && omitted.Omitted",
			"arguments": parameters(args),
		},
	}}})
	if got := dumped(t, nodes["dump"]); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
