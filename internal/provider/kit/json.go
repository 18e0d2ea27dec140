package kit

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
)

// JSONText is JSON, in which neither the order of keys nor white space means anything. The type of the same purpose
// in terraform-plugin-framework-jsontypes also refuses what is not JSON, before the engine can tell it together with
// everything else that is wrong.
type JSONText struct{}

type (
	JSONType  = textType[JSONText]
	JSONValue = TextValue[JSONText]
)

func (JSONText) same(a, b string) bool {
	x, ok := decodeJSON(a)
	if !ok {
		return false
	}
	y, ok := decodeJSON(b)
	return ok && reflect.DeepEqual(x, y)
}

// decodeJSON keeps numbers as they are written, since float64 would make large ones equal.
func decodeJSON(text string) (value any, ok bool) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, false
	}
	_, err := d.Token()
	return value, err == io.EOF
}
