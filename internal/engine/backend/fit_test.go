package backend

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"pgregory.net/rapid"
)

const cron = `{"apiVersion":"argoproj.io/v1alpha1","kind":"CronWorkflow","metadata":{"name":"nightly","namespace":"etl","labels":{"a":"b"}},
"spec":{"schedules":["0 4 * * *","5 4 * * *"],"timezone":"UTC","suspend":true,"startingDeadlineSeconds":5,"workflowSpec":{"arguments":{"parameters":[{"name":"a","value":"1"},{"name":"b","value":2}]},
"workflowTemplateRef":{"name":"every"}}},"status":{"active":[{"name":"x"}],"lastScheduledTime":"2026-01-01T00:00:00Z"}}`

// What cannot be held is left out, and nothing else.
func TestDecodeLeavesOutWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	for at, value := range map[string]any{
		"spec.schedules": "x", "spec.timezone": 5, "spec.suspend": "yes", "spec.workflowSpec.arguments": []any{}, "spec.workflowSpec.arguments.parameters.0": "x",
		"spec.workflowSpec.workflowTemplateRef": true, "status": "x", "status.lastScheduledTime": "yesterday", "status.active.0": 3, "spec": "x", "spec.schedules.1": map[string]any{"x": 1},
		"spec.startingDeadlineSeconds": 1.5,
	} {
		wanted, broken := object(t, cron), object(t, cron)
		replace(wanted, at, nil)
		replace(broken, at, value)
		var got, want wfv1.CronWorkflow
		if err := (&Object{Content: broken}).Into(&got); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		if err := tryDecode(wanted, &want); err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if string(a) != string(b) {
			t.Errorf("%s is %v:\ngot  %s\nwant %s", at, value, a, b)
		}
	}
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var content map[string]any
	if err := json.Unmarshal([]byte(text), &content); err != nil {
		t.Fatal(err)
	}
	return content
}

// replace puts a value at a path; nil removes what is there.
func replace(v any, at string, value any) any {
	key, rest := at, ""
	for i := range at {
		if at[i] == '.' {
			key, rest = at[:i], at[i+1:]
			break
		}
	}
	switch v := v.(type) {
	case map[string]any:
		switch {
		case rest != "":
			v[key] = replace(v[key], rest, value)
		case value == nil:
			delete(v, key)
		default:
			v[key] = value
		}
		return v
	case []any:
		i := 0
		_, _ = fmt.Sscan(key, &i)
		switch {
		case rest != "":
			v[i] = replace(v[i], rest, value)
		case value == nil:
			return slices.Delete(v, i, i+1)
		default:
			v[i] = value
		}
	}
	return v
}

// Whatever an object holds, it can be read, and reading it again gives the same.
func TestEverythingDecodes(t *testing.T) {
	t.Parallel()
	var anything *rapid.Generator[any]
	anything = rapid.Deferred(func() *rapid.Generator[any] {
		return rapid.OneOf(rapid.Just[any](nil), rapid.Just[any]("x"), rapid.Just[any](-1.5), rapid.Just[any](true),
			rapid.Map(rapid.SliceOfN(anything, 0, 3), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(
				rapid.SampledFrom([]string{"name", "value", "spec", "x", "templates", "schedules"}), anything, 0, 3,
			), func(m map[string]any) any { return m }))
	})
	rapid.Check(t, func(t *rapid.T) {
		var content map[string]any
		if err := json.Unmarshal([]byte(cron), &content); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			var at any = content
			for {
				m, ok := at.(map[string]any)
				if !ok || len(m) == 0 {
					break
				}
				key := rapid.SampledFrom(slices.Sorted(maps.Keys(m))).Draw(t, "key")
				if rapid.Bool().Draw(t, "here") {
					m[key] = anything.Draw(t, "value")
					break
				}
				at = m[key]
			}
		}
		for _, into := range []any{&wfv1.CronWorkflow{}, &wfv1.WorkflowTemplate{}, &wfv1.Workflow{}} {
			if err := (&Object{Content: content}).Into(into); err != nil {
				t.Fatalf("%v: %v", content, err)
			}
			again := reflect.New(reflect.TypeOf(into).Elem()).Interface()
			if err := (&Object{Content: content}).Into(again); err != nil || !reflect.DeepEqual(into, again) {
				t.Fatalf("%v: read twice, it differs: %v", content, err)
			}
		}
	})
}
