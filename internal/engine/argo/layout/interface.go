package layout

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// DefaultText is what an input gets on the wire when the caller gives nothing.
func DefaultText(input spec.Input) (string, bool) {
	switch {
	case input.Default != nil:
		return EncodeValue(*input.Default, input.Type), true
	case input.Optional && input.Type == spec.String:
		return wire.Absent, true
	case input.Optional:
		return "null", true
	}
	return "", false
}

// EncodeValue is the wire form of a value that has been checked against its type.
func EncodeValue(text string, t spec.Type) string {
	if t == spec.String {
		return wire.Encode(text)
	}
	encoded, err := wire.EncodeJSON(text)
	if err != nil {
		return wire.Encode(text)
	}
	return encoded
}

// InterfaceTypes is the content of TypesAnnotation: what Argo has no field for.
type InterfaceTypes struct {
	Inputs  map[string]InputType  `json:"inputs,omitempty"`
	Outputs map[string]OutputType `json:"outputs,omitempty"`
}

// InputType is what Argo has no field for, of an input.
type InputType struct {
	Type        spec.Type `json:"type"`
	Optional    bool      `json:"optional,omitempty"`
	Allowed     []string  `json:"allowed_values,omitempty"`
	Description string    `json:"description,omitempty"` // of artifacts: Argo's have none
}

// OutputType is the same of an output.
type OutputType struct {
	Type        spec.Type `json:"type"`
	Description string    `json:"description,omitempty"`
	Optional    bool      `json:"optional,omitempty"`
}

// DecodeValue is a value of a type as people write it, from the text that travels.
func DecodeValue(text string, t spec.Type) string {
	if t != "" && t != spec.String {
		if decoded, err := wire.DecodeJSON(text); err == nil {
			return decoded
		}
	}
	return wire.Decode(text)
}
