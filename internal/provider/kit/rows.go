package kit

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
	read      func(ctx context.Context, t *Reader, from attr.Value, into *S)
	write     func(ctx context.Context, w Writer, from *S, prior attr.Value) attr.Value
}

// Object is one whose attributes are the fields of S.
type Object[S any] struct {
	rows  []row[S]
	Types map[string]attr.Type
	// isOpen reports whether so little is known that nothing can be said of the object; nil: something always can.
	isOpen func(from types.Object) bool
}

// ObjectOf makes an object of rows.
func ObjectOf[S any](rows ...row[S]) Object[S] {
	o := Object[S]{rows: rows}
	o.Types = AttributeTypes(o.Attributes())
	return o
}

// Attributes are those of the schema.
func (o Object[S]) Attributes() map[string]schema.Attribute {
	all := make(map[string]schema.Attribute, len(o.rows))
	for _, r := range o.rows {
		all[r.name] = r.attribute
	}
	return all
}

func (o Object[S]) Read(ctx context.Context, t *Reader, from map[string]attr.Value) S {
	var into S
	for _, r := range o.rows {
		r.read(ctx, t, from[r.name], &into)
	}
	return into
}

// OpenWhile tells when nothing can be said of the object.
func (o Object[S]) OpenWhile(isOpen func(from types.Object) bool) Object[S] {
	o.isOpen = isOpen
	return o
}

// ReadObject is nil for an object that is null or unknown.
func (o Object[S]) ReadObject(ctx context.Context, t *Reader, from types.Object) *S {
	if !IsKnown(from) || o.isOpen != nil && o.isOpen(from) {
		t.Unknown = t.Unknown || !from.IsNull()
		return nil
	}
	s := o.Read(ctx, t, from.Attributes())
	return &s
}

// Write gives the attributes that say what a spec says.
func (o Object[S]) Write(ctx context.Context, w Writer, from S, prior map[string]attr.Value) map[string]attr.Value {
	all := make(map[string]attr.Value, len(o.rows))
	for _, r := range o.rows {
		all[r.name] = r.write(ctx, w, &from, prior[r.name])
	}
	return all
}

// WriteObject writes nil as null, or as a prior object that says nothing.
func (o Object[S]) WriteObject(ctx context.Context, w Writer, from *S, prior types.Object) types.Object {
	if from == nil {
		if Keeps(prior) {
			return prior
		}
		return types.ObjectNull(o.Types)
	}
	written, diags := types.ObjectValue(o.Types, o.Write(ctx, w, *from, Known(prior)))
	w.Diags.Append(diags...)
	return written
}

// Known are the attributes of an object; none if it is null or unknown.
func Known(v attr.Value) map[string]attr.Value {
	if o, ok := v.(types.Object); ok && IsKnown(o) {
		return o.Attributes()
	}
	return nil
}

// As is a value of the type that the schema tells; zero, which is null, where there is none.
func As[V attr.Value](v attr.Value) V {
	out, _ := v.(V)
	return out
}

// rowOf is an attribute whose framework value is a V.
func rowOf[S, T any, V attr.Value](
	name string, attribute schema.Attribute, field func(*S) *T,
	read func(ctx context.Context, t *Reader, from V) T, write func(ctx context.Context, w Writer, from T, prior V) V,
) row[S] {
	return row[S]{
		name: name, attribute: attribute,
		read: func(ctx context.Context, t *Reader, from attr.Value, into *S) {
			*field(into) = read(ctx, t, As[V](from))
		},
		write: func(ctx context.Context, w Writer, from *S, prior attr.Value) attr.Value {
			return write(ctx, w, *field(from), As[V](prior))
		},
	}
}

// Exact is the row for which an empty value says more than none, so that a prior one does not stay where nothing is
// written.
func (r row[S]) Exact() row[S] {
	write := r.write
	r.write = func(ctx context.Context, w Writer, from *S, prior attr.Value) attr.Value {
		if written := write(ctx, w, from, nil); written.IsNull() {
			return written
		}
		return write(ctx, w, from, prior)
	}
	return r
}
