package argo_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// spreading is a component whose arguments vanish and multiply.
func spreading() spec.Component {
	return spec.Component{
		Namespace: "etl", Name: "spreading",
		Interface: spec.Interface{Inputs: map[string]spec.Input{
			"verbose": {Type: spec.Boolean, Default: new("false")}, "name": {Type: spec.String, Optional: true},
			"files": {Type: spec.ListOf(spec.String), Default: new("[]")}, "sizes": {Type: spec.ListOf(spec.Integer), Optional: true},
			"count": {Type: spec.Integer, Optional: true}, "any": {Type: spec.List, Default: new("[]")},
		}},
		Container: &spec.Container{
			Image: "busybox:1.36", Command: []string{"tool", "{{ inputs.verbose ? '--trace' : nil }}"},
			Args: []string{
				"run", "$HOME {{ \"{{\" }}", "{{ inputs.verbose ? ['--verbose', '-v'] : [] }}",
				"{{ inputs.name == nil ? [] : ['--name', inputs.name] }}", "{{ inputs.count }}",
				"{{ inputs.files }}", "{{ filter(inputs.files, true) }}", "{{ inputs.sizes ?? [] }}", "--n={{ inputs.count ?? 0 }}",
				"{{ filter(inputs.any, true) }}",
			},
		},
	}
}

// script is a container with files beside its image.
func script() spec.Component {
	c := step()
	c.Name, c.Container.Files = "script", map[string]string{"run.sh": "echo {{=1+1}} $HOME\n", "query.sql": "SELECT 1"}
	c.Container.Args = []string{"{{ files.path }}/run.sh", "{{ outputs.text.path }}"}
	return c
}

func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	o := mustComponent(t, script())
	main := o.Template.Spec.Templates[0]
	compare(t, "component-files", map[string]any{"container": main.Container, "volumes": main.Volumes, "code": o.Code})
	accepted(t, o.Template)
	read, unread := decompile.DecompileComponent(o.Template, nil, nil)
	if len(unread) != 1 || len(read.Container.Files) > 0 {
		t.Errorf("without the config map: %v, %v", read.Container, unread)
	}
}

func TestGoldenArguments(t *testing.T) {
	t.Parallel()
	o := mustComponent(t, spreading())
	main := o.Template.Spec.Templates[0]
	compare(t, "component-arguments", map[string]any{"container": main.Container, "podSpecPatch": main.PodSpecPatch})
	accepted(t, o.Template)
}

// What Argo and the kubelet make of the template is what the component says, whatever the values are; and what the task
// sets of its pod stays.
func TestArgumentsVanishAndMultiply(t *testing.T) {
	t.Parallel()
	const nasty = `{␛{␛=1+1}} {{x}} $HOME $(PATH) "'\` + "\n"
	for name, c := range map[string]struct {
		given   map[string]string
		command []string
		args    []string
	}{
		"none": {
			map[string]string{}, []string{"tool"}, []string{"run", "$HOME {{", "[]", "--n=0"},
		},
		"all": {
			map[string]string{
				"verbose": "true", "name": nasty, "files": `["a b","{␛{␛=1+1}}"]`, "sizes": "[1,22]", "count": "7",
				"any": `["a",1,{"k":[true]},null]`,
			},
			[]string{"tool", "--trace"},
			[]string{
				"run", "$HOME {{", "--verbose", "-v", "--name", strings.ReplaceAll(nasty, "{␛", "{"), "7", `["a b","{{=1+1}}"]`, "a b",
				"{{=1+1}}", "1", "22", "--n=7", "a", "1", `{"k":[true]}`, "null",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const patch = `{"containers":[{"env":[{"name":"A","value":"{\u007bx}} \u007b\u007b=1+1}}"}],"name":"main"}],"priorityClassName":"high"}`
			given := wfv1.Arguments{Parameters: []wfv1.Parameter{{Name: "kfp-pod", Value: wfv1.AnyStringPtr(patch)}}}
			for name, value := range c.given {
				given.Parameters = append(given.Parameters, wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)})
			}
			pod := podOf(t, mustComponent(t, spreading()).Template.Spec.Templates[0], given)
			main := pod.Containers[0]
			if got := expanded(main.Command); !reflect.DeepEqual(got, c.command) {
				t.Errorf("command %q, wanted %q", got, c.command)
			}
			if got := expanded(main.Args); !reflect.DeepEqual(got, c.args) {
				t.Errorf("args\n%q, wanted\n%q", got, c.args)
			}
			if v := main.Env[len(main.Env)-1].Value; v != "{{x}} {{=1+1}}" && main.Env[0].Value != "{{x}} {{=1+1}}" ||
				pod.PriorityClassName != "high" || len(pod.Containers) != 1 {
				t.Errorf("the task's own patch is lost: %+v", pod)
			}
		})
	}
}

// podOf does what Argo does on the way from a template to a pod, as far as the main container goes.
func podOf(t *testing.T, template wfv1.Template, given wfv1.Arguments) *corev1.PodSpec {
	t.Helper()
	processed, err := common.ProcessArgs(&template, &given, nil, nil, false, "etl", nil)
	if err != nil {
		t.Fatal(err)
	}
	if processed, err = common.ProcessArgs(processed, &wfv1.Arguments{}, nil, nil, false, "etl", nil); err != nil {
		t.Fatal(err)
	}
	main := *processed.Container
	main.Name = "main"
	before, err := json.Marshal(corev1.PodSpec{Containers: []corev1.Container{main}})
	if err != nil {
		t.Fatal(err)
	}
	after, err := strategicpatch.StrategicMergePatch(before, []byte(processed.PodSpecPatch), corev1.PodSpec{})
	if err != nil {
		t.Fatalf("%v: %s", err, processed.PodSpecPatch)
	}
	var pod corev1.PodSpec
	if err := json.Unmarshal(after, &pod); err != nil {
		t.Fatal(err)
	}
	return &pod
}

// expanded is what the kubelet makes of texts.
func expanded(texts []string) []string {
	var all []string
	for _, text := range texts {
		text = strings.ReplaceAll(text, "$(KFP_NOTHING)", "")
		all = append(all, strings.ReplaceAll(text, "$$", "$"))
	}
	return all
}

// Until lists were more than one argument, a computed one was JSON. What such a component says is read as that.
func TestListsOfBeforeAreReadAsJSON(t *testing.T) {
	t.Parallel()
	c := step()
	c.Container.Args = []string{"{{ toJSON(map(inputs.words, # + 'x')) }}"}
	o := mustComponent(t, c)
	const before = `{{=replace(replace(replace(replace(replace(toJson(map(fromJSON(replace(inputs.parameters.words, ` +
		`"\u007b␛", "\u007b")), # + "x")), "\u007b␛", "\u007b␛␛"), "\u007b\u007b", "\u007b␛\u007b"), "\u007b\u007b", ` +
		`"\u007b␛\u007b"), "$", "$$"), "\u007b␛", "\u007b$(KFP_NOTHING)")}}`
	if got := o.Template.Spec.Templates[0].Container.Args[0]; got != before {
		t.Errorf("a list as JSON is now %s", got)
	}
	read, unread := decompile.DecompileComponent(o.Template, nil, nil)
	if len(unread) > 0 || read.Container.Args[0] != c.Container.Args[0] {
		t.Errorf("read as %q, unread %v", read.Container.Args, unread)
	}
}

// A list of one is the same as its element, but for where it stands in the object.
func TestAListOfOneIsReadBack(t *testing.T) {
	t.Parallel()
	c := spreading()
	c.Container.Command, c.Container.Args = nil, []string{"{{ [inputs.name ?? 'x'] }}", "a"}
	read, unread := decompile.DecompileComponent(mustComponent(t, c).Template, nil, nil)
	if len(unread) > 0 || !reflect.DeepEqual(read.Container, c.Container) {
		t.Errorf("read as %q, unread %v", read.Container, unread)
	}
}
