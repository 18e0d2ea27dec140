package expr

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ElementType is the type that all elements of a JSON list have, spec.Any where they differ or there are none.
func ElementType(constant string) (spec.Type, error) {
	dec := json.NewDecoder(bytes.NewReader([]byte(constant)))
	dec.UseNumber()
	var list []any
	if err := dec.Decode(&list); err != nil {
		return spec.Any, errors.New("it is not a list as JSON")
	}
	return commonType(list), nil
}

func commonType(list []any) spec.Type {
	if len(list) == 0 {
		return spec.Any
	}
	common := jsonValueType(list[0])
	for _, v := range list[1:] {
		common = join(common, jsonValueType(v))
	}
	return common
}

func jsonValueType(v any) spec.Type {
	switch v := v.(type) {
	case string:
		return spec.String
	case bool:
		return spec.Boolean
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return spec.Float
		}
		return spec.Integer
	case map[string]any:
		return spec.Struct
	case []any:
		return listOf(commonType(v))
	}
	return spec.Any
}
