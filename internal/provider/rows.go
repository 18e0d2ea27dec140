package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// row is an attribute of an object, and the field of S that it is: its schema, how it is read, and how it is written.
// What is written keeps the spelling of the prior value where that means the same.
type row[S any] struct {
	name      string
	attribute schema.Attribute
	read      func(ctx context.Context, t *texts, from attr.Value, into *S)
	write     func(ctx context.Context, w values, from *S, prior attr.Value) attr.Value
}

// object is one whose attributes are the fields of S.
type object[S any] struct {
	rows  []row[S]
	types map[string]attr.Type
	// isOpen reports whether so little is known that nothing can be said of the object; nil: something always can.
	isOpen func(from types.Object) bool
}

func objectOf[S any](rows ...row[S]) object[S] {
	o := object[S]{rows: rows}
	o.types = attributeTypes(o.attributes())
	return o
}

func (o object[S]) attributes() map[string]schema.Attribute {
	all := make(map[string]schema.Attribute, len(o.rows))
	for _, r := range o.rows {
		all[r.name] = r.attribute
	}
	return all
}

func (o object[S]) read(ctx context.Context, t *texts, from map[string]attr.Value) S {
	var into S
	for _, r := range o.rows {
		r.read(ctx, t, from[r.name], &into)
	}
	return into
}

// openWhile tells when nothing can be said of the object.
func (o object[S]) openWhile(isOpen func(from types.Object) bool) object[S] {
	o.isOpen = isOpen
	return o
}

// readObject is nil for an object that is null or unknown.
func (o object[S]) readObject(ctx context.Context, t *texts, from types.Object) *S {
	if !isKnown(from) || o.isOpen != nil && o.isOpen(from) {
		t.unknown = t.unknown || !from.IsNull()
		return nil
	}
	s := o.read(ctx, t, from.Attributes())
	return &s
}

func (o object[S]) write(ctx context.Context, w values, from S, prior map[string]attr.Value) map[string]attr.Value {
	all := make(map[string]attr.Value, len(o.rows))
	for _, r := range o.rows {
		all[r.name] = r.write(ctx, w, &from, prior[r.name])
	}
	return all
}

// writeObject writes nil as null, or as a prior object that says nothing.
func (o object[S]) writeObject(ctx context.Context, w values, from *S, prior types.Object) types.Object {
	if from == nil {
		if keeps(prior) {
			return prior
		}
		return types.ObjectNull(o.types)
	}
	written, diags := types.ObjectValue(o.types, o.write(ctx, w, *from, known(prior)))
	w.diags.Append(diags...)
	return written
}

// known are the attributes of an object; none if it is null or unknown.
func known(v attr.Value) map[string]attr.Value {
	if o, ok := v.(types.Object); ok && isKnown(o) {
		return o.Attributes()
	}
	return nil
}

// as is a value of the type that the schema tells; zero, which is null, where there is none.
func as[V attr.Value](v attr.Value) V {
	out, _ := v.(V)
	return out
}

// rowOf is an attribute whose framework value is a V.
func rowOf[S, T any, V attr.Value](
	name string, attribute schema.Attribute, field func(*S) *T,
	read func(ctx context.Context, t *texts, from V) T, write func(ctx context.Context, w values, from T, prior V) V,
) row[S] {
	return row[S]{
		name: name, attribute: attribute,
		read: func(ctx context.Context, t *texts, from attr.Value, into *S) {
			*field(into) = read(ctx, t, as[V](from))
		},
		write: func(ctx context.Context, w values, from *S, prior attr.Value) attr.Value {
			return write(ctx, w, *field(from), as[V](prior))
		},
	}
}

// exact is the row for which an empty value says more than none, so that a prior one does not stay where nothing is
// written.
func (r row[S]) exact() row[S] {
	write := r.write
	r.write = func(ctx context.Context, w values, from *S, prior attr.Value) attr.Value {
		if written := write(ctx, w, from, nil); written.IsNull() {
			return written
		}
		return write(ctx, w, from, prior)
	}
	return r
}
