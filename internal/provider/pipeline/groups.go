package pipeline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// What a pipeline and each of its groups have alike.
func tasksAttribute(required bool) schema.Attribute {
	text := "Tasks by name. Their order follows from the outputs that they use of each other, and from `depends_on`."
	if !required {
		text += " Exactly one of `tasks` and `package`."
	}
	return schema.MapNestedAttribute{
		Required: required, Optional: !required,
		MarkdownDescription: text,
		NestedObject:        nestedObject(TaskAttributes()),
		Validators:          []validator.Map{kit.NoNulls{}},
	}
}

func failFastAttribute() schema.Attribute {
	return schema.BoolAttribute{
		Optional: true, MarkdownDescription: "Whether no more tasks start once one has failed. Default: `true`.",
	}
}

// GroupAttributes declare a group.
func GroupAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{"tasks": tasksAttribute(true), "fail_fast": failFastAttribute()}
	attributes["description"] = kit.OptionalText("What the group does.")
	attributes["parameters"] = schema.MapNestedAttribute{
		Optional: true,
		MarkdownDescription: "Parameters and artifacts by name, which the tasks that use the group fill in `inputs`. The " +
			"tasks of the group read them as `{{ parameters.x }}`; they know no others.",
		NestedObject: schema.NestedAttributeObject{Attributes: kit.InputAttributes()},
		Validators:   []validator.Map{kit.NoNulls{}},
	}
	attributes["on_exit"] = schema.MapNestedAttribute{
		Optional: true,
		MarkdownDescription: "Tasks that run when those of the group have ended, whatever became of them. They may read " +
			"`run.status`, which is that of the group, and parameters.",
		NestedObject: nestedObject(TaskAttributes()),
		Validators:   []validator.Map{kit.NoNulls{}},
	}
	attributes["outputs"] = schema.MapAttribute{
		Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Outputs by name, such as `{{ tasks.train.outputs.model }}`, which are those of the tasks that " +
			"use the group.",
	}
	attributes["parallelism"] = schema.Int64Attribute{
		Optional: true,
		MarkdownDescription: "How many tasks of the group are in progress at a time, at least 1, each time that it is used. " +
			"Default: no bound.",
	}
	return attributes
}

// groupsAttribute declares the groups of a pipeline.
func groupsAttribute() schema.Attribute {
	return schema.MapNestedAttribute{
		Optional: true,
		MarkdownDescription: "Graphs of tasks inside this pipeline, by name. A task uses one by `group = \"name\"` in place " +
			"of a component, under `when`, `for_each` and `retry` like any other. See the guide on control flow.",
		NestedObject: nestedObject(GroupAttributes()),
		Validators:   []validator.Map{kit.NoNulls{}},
	}
}

var groupType = types.ObjectType{AttrTypes: kit.AttributeTypes(GroupAttributes())}

// groupsSpec reads groups; those that are not known yet as a whole leave the map open.
func groupsSpec(ctx context.Context, m types.Map, t *kit.Reader) map[string]spec.Group {
	if m.IsUnknown() {
		t.Unknown = true
	}
	if !kit.IsKnown(m) {
		return nil
	}
	groups := map[string]spec.Group{}
	for name, v := range m.Elements() {
		if !kit.IsKnown(v) {
			t.Unknown = t.Unknown || v.IsUnknown()
			continue
		}
		groups[name] = groupSpec(ctx, path.Root("groups").AtMapKey(name), kit.Known(v), t)
	}
	return groups
}

func groupSpec(ctx context.Context, at path.Path, of map[string]attr.Value, t *kit.Reader) spec.Group {
	parameters, tasks, onExit := kit.As[types.Map](of["parameters"]), kit.As[types.Map](of["tasks"]), kit.As[types.Map](of["on_exit"])
	if parameters.IsUnknown() {
		t.Unknown = true
	}
	return spec.Group{
		Description: t.Text(kit.As[types.String](of["description"])),
		Parameters:  kit.InputsSpec(ctx, parameters, t),
		Tasks:       tasksSpec(ctx, at.AtName("tasks"), tasks, t),
		OnExit:      tasksSpec(ctx, at.AtName("on_exit"), onExit, t),
		Outputs:     t.Strings(ctx, kit.As[types.Map](of["outputs"])),
		Parallelism: t.Number(kit.As[types.Int64](of["parallelism"])),
		FailFast:    t.OptionalFlag(kit.As[types.Bool](of["fail_fast"])),
		Open:        spec.Open{Parameters: parameters.IsUnknown(), Tasks: isOpen(tasks), OnExit: isOpen(onExit)},
	}
}

// writeGroups writes groups that were read from the cluster. What means the same as before stays as it was written.
func writeGroups(ctx context.Context, w kit.Writer, groups map[string]spec.Group, prior types.Map) types.Map {
	if len(groups) == 0 && kit.Keeps(prior) {
		return prior
	}
	if len(groups) == 0 {
		return types.MapNull(groupType)
	}
	old, all := prior.Elements(), make(map[string]attr.Value, len(groups))
	for name, g := range groups {
		before := kit.Known(old[name])
		parameters, diags := kit.NewInputs(ctx, g.Parameters, kit.As[types.Map](before["parameters"]))
		w.Diags.Append(diags...)
		group, diags := types.ObjectValue(groupType.AttrTypes, map[string]attr.Value{
			"description": w.Text(g.Description, kit.As[types.String](before["description"])),
			"parameters":  parameters,
			"tasks":       writeTasks(ctx, w, g.Tasks, kit.As[types.Map](before["tasks"])),
			"on_exit":     writeTasks(ctx, w, g.OnExit, kit.As[types.Map](before["on_exit"])),
			"outputs": w.Texts(
				ctx, types.MapType{ElemType: types.StringType}, g.Outputs, kit.As[types.Map](before["outputs"]),
			),
			"parallelism": types.Int64PointerValue(g.Parallelism),
			"fail_fast":   types.BoolPointerValue(g.FailFast),
		})
		w.Diags.Append(diags...)
		all[name] = group
	}
	written, diags := types.MapValue(groupType, all)
	w.Diags.Append(diags...)
	return written
}
