package settings

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// testEnv is the environment of the examples.
var testEnv = expr.Env{Own: map[string]expr.Var{
	"run.name":          {Type: spec.String, Argo: "workflow.name", Coding: expr.Plain},
	"parameters.maybe":  {Type: spec.String, Argo: "inputs.parameters.maybe", Optional: true},
	"parameters.struct": {Type: spec.Struct, Argo: "inputs.parameters.struct", Optional: true},
}}

// parse reads a text in the environment of the examples.
func parse(text string) (*expr.Typed, error) {
	t, errs := expr.Parse(text)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return t.In(testEnv), nil
}

// Each field has one row, which is called like it and changes no other field.
func TestEveryFieldHasARow(t *testing.T) {
	t.Parallel()
	rows := map[string]bool{}
	for _, setting := range All {
		if rows[setting.Name()] {
			t.Errorf("%s has two rows", setting.Name())
		}
		rows[setting.Name()] = true
		for _, s := range setting.Examples() {
			for field, value := range reflect.ValueOf(s).Fields() {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if name != setting.Name() && !value.IsZero() {
					t.Errorf("the row of %s sets %s", setting.Name(), name)
				}
			}
		}
	}
	for field := range reflect.TypeFor[spec.Settings]().Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); !rows[name] {
			t.Errorf("%s has no row in the table", name)
		}
	}
}

func TestExamplesAreRight(t *testing.T) {
	t.Parallel()
	for _, setting := range All {
		for _, s := range setting.Examples() {
			if heads, details := found(problems(s)); heads != nil {
				t.Errorf("%s: %v\n%s", setting.Name(), heads, details)
			}
		}
		if first := setting.Examples()[0]; !setting.Given(&first) {
			t.Errorf("the first example of %s says nothing", setting.Name())
		}
	}
	every := Every()
	if heads, details := found(problems(every)); heads != nil {
		t.Errorf("all together: %v\n%s", heads, details)
	}
}

// The values that are wrong in the tests of the checks are of every setting.
func TestEverySettingIsChecked(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, tc := range wrong {
		for _, p := range problems(tc.settings) {
			seen[p.Path[0].Attribute] = true
		}
	}
	for _, setting := range All {
		if !seen[setting.Name()] {
			t.Errorf("nothing is found to be wrong with %s: add a value that is, with its message, to wrong", setting.Name())
		}
	}
}

// Whatever a task says goes over what defaults say, and is found again beside them.
func TestWithoutUndoesMerge(t *testing.T) {
	t.Parallel()
	for _, setting := range All {
		examples := append(setting.Examples(), spec.Settings{})
		for _, defaults := range examples {
			own := Without(defaults, defaults)
			if said := setting.Given(&own); said && setting.Name() != "labels" && setting.Name() != "annotations" {
				t.Errorf("%s: what defaults say is the task's own: %+v", setting.Name(), own)
			}
			for _, task := range examples {
				merged := Merge(defaults, task)
				if setting.Given(&task) && !setting.Given(&merged) {
					t.Errorf("%s: the task's value is lost", setting.Name())
				}
				again := Merge(defaults, Without(defaults, merged))
				if diff := cmp.Diff(merged, again); diff != "" {
					t.Errorf("%s of %+v over %+v (-want +got):\n%s", setting.Name(), task, defaults, diff)
				}
			}
		}
	}
}

// What a setting says in the patch is of a pod, in Kubernetes' own words, and is read from there.
func TestPatchesAreOfPods(t *testing.T) {
	t.Parallel()
	elsewhere := map[string]bool{
		"retry": true, "cache": true, "labels": true, "annotations": true, "synchronization": true,
	}
	for _, setting := range All {
		for _, s := range append(setting.Examples(), Every()) {
			patch, err := PodPatch(s, parse)
			if err != nil {
				t.Fatal(err)
			}
			if patch == "" {
				if !elsewhere[setting.Name()] && cmp.Equal(s, setting.Examples()[0]) {
					t.Errorf("%s is not in the patch of the pod", setting.Name())
				}
				continue
			}
			var pod corev1.PodSpec
			said, _ := SplitTags(patch)
			for _, list := range []string{"tolerations", "affinity"} { // which stand for no string
				said = regexp.MustCompile(`,?"`+list+`":"\\u0000[0-9]+"`).ReplaceAllString(said, "")
			}
			said = strings.Replace(said, "{,", "{", 1)
			said = regexp.MustCompile(`:"\\u0000[0-9]+"([,}]*[}\]])`).ReplaceAllString(said, `:"1"$1`)
			if strict, err := kjson.UnmarshalStrict([]byte(said), &pod); err != nil || len(strict) > 0 {
				t.Errorf("%s: the patch %s is none of a pod: %v %v", setting.Name(), patch, strict, err)
			}
			var read spec.Settings
			texts, err := ReadPodPatch(patch, s, &read)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range texts {
				found, ok := text.Read(expr.NewDecompiler(testEnv), parse)
				if !ok {
					t.Errorf("%s: %s cannot be read", setting.Name(), text.Argo)
				}
				text.Set(found)
			}
			again, err := PodPatch(read, parse)
			if err != nil || again != patch {
				t.Errorf("%s: read back it is %s, not %s (%v)", setting.Name(), again, patch, err)
			}
		}
	}
}

// A patch that no settings make is refused as a whole.
func TestStrangePatchesAreRefused(t *testing.T) {
	t.Parallel()
	for _, patch := range []string{
		`{`, `[]`, `{"containers":{}}`, `{"containers":[{"env":{}}]}`,
		`{"serviceAccountName":"a","priorityClassName":1}`,
		`{"volumes":1}`, `{"containers":[{"volumeMounts":1}]}`, `{"containers":[{"resources":[]}]}`,
		`{"securityContext":[]}`,
	} {
		var read spec.Settings
		if _, err := ReadPodPatch(patch, spec.Settings{}, &read); err == nil || !cmp.Equal(read, spec.Settings{}) {
			t.Errorf("%s: %v, %+v", patch, err, read)
		}
	}
}
