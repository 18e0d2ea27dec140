package kit

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// DriftAttribute is the same in every resource that is read back.
func DriftAttribute() schema.ListAttribute {
	return schema.ListAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "Paths in the cluster object that somebody changed and that no other attribute shows, such " +
			"as a sidecar that was added. Values are not shown. " +
			"The next apply undoes them, so a plan always says `[]`.",
	}
}

// NamespaceAttribute is the same in every resource: the provider's namespace unless given, and never changed in place.
func NamespaceAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: "Namespace. Default: the provider's `namespace`.",
		PlanModifiers: []planmodifier.String{
			stringplanmodifier.RequiresReplaceIfConfigured(), stringplanmodifier.UseStateForUnknown(),
		},
	}
}

// TextList declares an optional list of texts.
func TextList(description string) schema.ListAttribute {
	return schema.ListAttribute{
		Optional: true, ElementType: types.StringType, MarkdownDescription: description,
		Validators: []validator.List{NoNulls{}},
	}
}

// OptionalText declares an optional text.
func OptionalText(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description}
}

// RequiredText declares a text that must be given.
func RequiredText(description string) schema.StringAttribute {
	return schema.StringAttribute{Required: true, MarkdownDescription: description}
}

// TextMap declares an optional map of texts.
func TextMap(description string) schema.MapAttribute { return mapOf(types.StringType, description) }

func mapOf(element attr.Type, description string) schema.MapAttribute {
	return schema.MapAttribute{Optional: true, ElementType: element, MarkdownDescription: description}
}

// TextSet declares an optional set of texts.
func TextSet(description string) schema.SetAttribute {
	return schema.SetAttribute{
		Optional: true, ElementType: types.StringType, MarkdownDescription: description,
		Validators: []validator.Set{NoNulls{}},
	}
}

// DurationAttribute declares an optional duration.
func DurationAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, CustomType: DurationType{}, MarkdownDescription: description}
}

// NestedMapAttribute is a map of named things.
func NestedMapAttribute(description string, attributes map[string]schema.Attribute) schema.MapNestedAttribute {
	return schema.MapNestedAttribute{
		Optional: true, MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: attributes},
		Validators:   []validator.Map{NoNulls{}},
	}
}

// nestedListAttribute is a list of things that have no names.
func nestedListAttribute(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Optional: true, MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: attributes},
		Validators:   []validator.List{NoNulls{}},
	}
}

// NestedAttribute declares an optional object.
func NestedAttribute(description string, attributes map[string]schema.Attribute) schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{Optional: true, MarkdownDescription: description, Attributes: attributes}
}
