package settings

import (
	"encoding/json"
	"reflect"
)

// codec is how Kubernetes says a value in JSON.
type codec[T any] struct {
	encode func(value T) (any, error) // nil: there is nothing to say
	decode func(said []byte, into *T) error
}

// same is for values that Kubernetes says as the spec does.
func same[T any]() codec[T] {
	return as(func(value T) (T, error) { return value, nil }, func(said T) T { return said })
}

// as is for values that Kubernetes has another type for. What is empty is not said.
func as[T, K any](to func(value T) (K, error), from func(said K) T) codec[T] {
	return codec[T]{
		encode: func(value T) (any, error) {
			if isEmpty(value) {
				return nil, nil
			}
			return to(value)
		},
		decode: func(said []byte, into *T) error {
			var k K
			if err := json.Unmarshal(said, &k); err != nil {
				return err
			}
			*into = from(k)
			return nil
		},
	}
}

// isEmpty reports whether a text, a map or a list holds nothing.
func isEmpty(value any) bool {
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.String, reflect.Map, reflect.Slice:
		return v.Len() == 0
	default:
		return v.IsZero()
	}
}
