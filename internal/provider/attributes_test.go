package provider

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/component"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/recurringrun"
)

// fieldsOf are the fields of the spec that an attribute is read from, for the resources that are read back. The
// generators of the property tests set every field of the spec, which a test beside them proves by reflection; so an
// attribute that is listed here is drawn there.
var fieldsOf = map[string]struct {
	make func() resource.Resource
	spec []reflect.Type
	// fields by attribute, where they are not called alike; "": it follows from others, or is a part of what is beside it.
	fields map[string]string
}{
	"kfp_component": {
		component.New, []reflect.Type{reflect.TypeFor[spec.Component]()},
		map[string]string{
			"version": "", "ref": "", "drift": "",
			"package": "", "images": "", // nobody can read a package off what it has become
		},
	},
	"kfp_pipeline": {
		pipeline.New, []reflect.Type{reflect.TypeFor[spec.Pipeline](), reflect.TypeFor[spec.Options]()},
		map[string]string{
			"version": "", "ref": "", "drift": "", "run_labels": "Labels",
			"package": "", "images": "", "caching": "", // nobody can read a package off what it has become
		},
	},
	"kfp_recurring_run": {recurringrun.New, []reflect.Type{reflect.TypeFor[spec.RecurringRun]()}, map[string]string{
		"pin": "Pinned", "pinned_pipeline": "Pipeline", "cron": "Lines", "crons": "Lines", "interval": "Lines", "start_time": "When", "end_time": "When",
		"enabled": "Disabled", "history": "KeepSucceeded", "schedule": "", "next_runs": "", "last_scheduled_time": "", "drift": "", "ref": "",
	}},
}

func TestEveryAttributeIsReadBack(t *testing.T) {
	t.Parallel()
	for name, r := range fieldsOf {
		var resp resource.SchemaResponse
		r.make().Schema(t.Context(), resource.SchemaRequest{}, &resp)
		checkReadBack(t, name, resp.Schema.Attributes, r.fields, r.spec...)
	}
	python, container := component.PythonAttribute().Attributes, component.ContainerAttribute().Attributes
	checkReadBack(t, "kfp_component.python", python, map[string]string{
		"file": "SourceFile", "base_image": "Image", "additional_sources": "Additional",
	}, reflect.TypeFor[spec.Python]())
	checkReadBack(t, "kfp_component.container", container, nil, reflect.TypeFor[spec.Container]())
	checkReadBack(t, "kfp_pipeline.tasks", pipeline.TaskAttributes(), map[string]string{"group": "Component", "import": "Component"}, reflect.TypeFor[spec.Task]())
	checkReadBack(t, "kfp_pipeline.groups", pipeline.GroupAttributes(), nil, reflect.TypeFor[spec.Group]())
}

// checkReadBack fails for an attribute that no field of the spec holds: what is not in the spec is neither compiled nor
// drawn.
func checkReadBack(
	t *testing.T, where string, attributes map[string]schema.Attribute, fields map[string]string, specs ...reflect.Type,
) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		field, renamed := fields[name]
		if renamed && field == "" {
			continue
		}
		if !renamed {
			field = strings.ReplaceAll(name, "_", "")
		}
		if !slices.ContainsFunc(specs, func(s reflect.Type) bool {
			_, ok := s.FieldByNameFunc(func(f string) bool { return strings.EqualFold(f, field) })
			return ok
		}) {
			t.Errorf("%s.%s is in no field of %v: import and drift cannot know it", where, name, specs)
		}
	}
}
