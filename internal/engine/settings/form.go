package settings

import (
	"encoding/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// form is how a text stands in the patch: as JSON, whatever its value is.
type form struct {
	compile func(text string, parse Parse) (string, error)
	read    func(d *expr.Decompiler, argo string) (string, bool) // undoes compile; nil: another text tells
}

// formOf is the form of one text.
func formOf(
	compile func(*expr.Typed) (string, error), read func(d *expr.Decompiler, argo string) (string, bool),
) form {
	return form{
		compile: func(text string, parse Parse) (string, error) {
			t, err := parse(text)
			if err != nil {
				return "", err
			}
			return compile(t)
		},
		read: read,
	}
}

var (
	// valueForm is the value of an environment variable, or an amount.
	valueForm = formOf((*expr.Typed).CompileJSON, (*expr.Decompiler).JSON)
	// nameForm is a name, which may be null.
	nameForm = formOf((*expr.Typed).CompileOrNull, (*expr.Decompiler).OrNull)
	// neededForm is a name that must be there.
	neededForm = formOf((*expr.Typed).CompileJSONString, (*expr.Decompiler).JSONString)
	// objectForm is an object of Kubernetes', or null.
	objectForm = formOf((*expr.Typed).CompileObject, (*expr.Decompiler).Object)
	// goneForm is what the element of a list that is merged by a key says where its name is nil: not to be there.
	goneForm = formOf(func(t *expr.Typed) (string, error) { return t.CompileIfNil(`,"$patch":"delete"`) }, nil)
	// keyForm is the name of a member. One that is nil is that of a member which does not exist.
	keyForm = formOf(
		func(t *expr.Typed) (string, error) { return t.CompileOrElse(noMember) },
		func(d *expr.Decompiler, argo string) (string, bool) { return d.OrElse(argo, noMember) },
	)
)

// noMember is a member that no object has. Its value is null, which removes it in a merge.
const noMember = "kfp-none"

// memberForm is the value of the member of that name: null where the name is nil. It can be read once the name has
// been.
func memberForm(name *string) form {
	return form{
		compile: func(text string, parse Parse) (string, error) {
			value, err := parse(text)
			if err != nil {
				return "", err
			}
			of, err := parse(*name)
			if err != nil {
				return "", err
			}
			return value.CompileUnlessNil(of)
		},
		read: func(d *expr.Decompiler, argo string) (string, bool) {
			if *name == "" {
				return "", false
			}
			return d.UnlessNil(argo, *name)
		},
	}
}

// tolerationsForm is a list of tolerations, whose text is the JSON of it.
var tolerationsForm = form{
	compile: func(text string, parse Parse) (string, error) {
		var list []spec.Toleration
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return "", err
		}
		var typed []*expr.Typed
		for _, t := range list {
			one, err := tolerationText(t)
			if err != nil {
				return "", err
			}
			parsed, err := parse(one)
			if err != nil {
				return "", err
			}
			typed = append(typed, parsed)
		}
		return expr.CompileList(typed)
	},
	read: func(d *expr.Decompiler, argo string) (string, bool) {
		texts, ok := d.List(argo)
		if !ok {
			return "", false
		}
		var list []spec.Toleration
		for _, text := range texts {
			list = append(list, tolerationOf(text))
		}
		said, err := json.Marshal(list)
		return string(said), err == nil
	},
}
