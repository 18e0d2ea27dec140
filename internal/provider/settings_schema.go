package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func optionalText(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description}
}

func requiredText(description string) schema.StringAttribute {
	return schema.StringAttribute{Required: true, MarkdownDescription: description}
}

func textMap(description string) schema.MapAttribute { return mapOf(types.StringType, description) }

func mapOf(element attr.Type, description string) schema.MapAttribute {
	return schema.MapAttribute{Optional: true, ElementType: element, MarkdownDescription: description}
}

func textSet(description string) schema.SetAttribute {
	return schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description, Validators: []validator.Set{noNulls{}}}
}

func durationAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, CustomType: durationType{}, MarkdownDescription: description}
}

// nestedMapAttribute is a map of named things.
func nestedMapAttribute(description string, attributes map[string]schema.Attribute) schema.MapNestedAttribute {
	return schema.MapNestedAttribute{
		Optional: true, MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: attributes},
		Validators:   []validator.Map{noNulls{}},
	}
}

// nestedListAttribute is a list of things that have no names.
func nestedListAttribute(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Optional: true, MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: attributes},
		Validators:   []validator.List{noNulls{}},
	}
}

func nestedAttribute(description string, attributes map[string]schema.Attribute) schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{Optional: true, MarkdownDescription: description, Attributes: attributes}
}
