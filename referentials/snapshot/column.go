package snapshot

import (
	"math"

	"socle/referentials"
)

// column is one immutable field of every row.
type column interface {
	value(i int) referentials.Value
	// builder starts a column that will take runs of this one, for about n rows.
	builder(n int) columnBuilder
	bytes() int
}

// columnBuilder grows a column. A builder made by column.builder takes runs of that
// column; any takes values.
type columnBuilder interface {
	append(v referentials.Value) error
	appendRun(src column, from, to int)
	finish() column
}

func newColumnBuilder(f *referentials.Field, n int) columnBuilder {
	switch f.Type {
	case referentials.Integer, referentials.Date, referentials.DateTime:
		return &integerBuilder{field: f.Name, column: integerColumn{kind: f.Type, codes: makeCodes(n)}}
	case referentials.Number:
		return &numberBuilder{field: f.Name, column: make(numberColumn, 0, n)}
	case referentials.Boolean:
		return &booleanBuilder{field: f.Name}
	}
	return newTextBuilder(f.Name, f.Type, n)
}

func mismatch(field string, want referentials.FieldType, got referentials.Value) error {
	return referentials.Errorf(referentials.Internal, "the store gave a %s for the %s field %q", got.Type(), want, field)
}

// integerColumn holds integers, days and instants.
type integerColumn struct {
	kind  referentials.FieldType
	codes codes // zigzag; 0 where null
	nulls bits
}

func (c *integerColumn) value(i int) referentials.Value {
	if c.nulls.at(i) {
		return referentials.Null
	}
	v := unzigzag(c.codes.at(i))
	switch c.kind {
	case referentials.Date:
		return referentials.DateValue(v)
	case referentials.DateTime:
		return referentials.DateTimeValue(v)
	}
	return referentials.IntegerValue(v)
}

func (c *integerColumn) builder(n int) columnBuilder {
	return &integerBuilder{column: integerColumn{kind: c.kind, codes: makeCodes(n)}}
}

func (c *integerColumn) bytes() int { return c.codes.bytes() + c.nulls.bytes() }

type integerBuilder struct {
	field  string
	column integerColumn
}

func (b *integerBuilder) append(v referentials.Value) error {
	if !v.IsNull() && v.Type() != b.column.kind {
		return mismatch(b.field, b.column.kind, v)
	}
	b.column.nulls.append(v.IsNull())
	b.column.codes.append(zigzag(v.Int()))
	return nil
}

func (b *integerBuilder) appendRun(src column, from, to int) {
	s := src.(*integerColumn)
	b.column.codes.appendRun(&s.codes, from, to)
	b.column.nulls.appendRun(&s.nulls, from, to)
}

func (b *integerBuilder) finish() column { return &b.column }

// numberColumn holds numbers; NaN, which no value can be, stands for null.
type numberColumn []float64

func (c numberColumn) value(i int) referentials.Value { return referentials.NumberValue(c[i]) }

func (c numberColumn) builder(n int) columnBuilder {
	return &numberBuilder{column: make(numberColumn, 0, n)}
}

func (c numberColumn) bytes() int { return 8 * cap(c) }

type numberBuilder struct {
	field  string
	column numberColumn
}

func (b *numberBuilder) append(v referentials.Value) error {
	switch v.Type() {
	case "":
		b.column = append(b.column, math.NaN())
	case referentials.Number, referentials.Integer:
		b.column = append(b.column, v.Float())
	default:
		return mismatch(b.field, referentials.Number, v)
	}
	return nil
}

func (b *numberBuilder) appendRun(src column, from, to int) {
	b.column = append(b.column, src.(numberColumn)[from:to]...)
}

func (b *numberBuilder) finish() column { return b.column }

// booleanColumn holds truth values.
type booleanColumn struct {
	truth, nulls bits
}

func (c *booleanColumn) value(i int) referentials.Value {
	if c.nulls.at(i) {
		return referentials.Null
	}
	return referentials.BooleanValue(c.truth.at(i))
}

func (c *booleanColumn) builder(int) columnBuilder { return &booleanBuilder{} }

func (c *booleanColumn) bytes() int { return c.truth.bytes() + c.nulls.bytes() }

type booleanBuilder struct {
	field  string
	column booleanColumn
}

func (b *booleanBuilder) append(v referentials.Value) error {
	if !v.IsNull() && v.Type() != referentials.Boolean {
		return mismatch(b.field, referentials.Boolean, v)
	}
	b.column.truth.append(v.Bool())
	b.column.nulls.append(v.IsNull())
	return nil
}

func (b *booleanBuilder) appendRun(src column, from, to int) {
	s := src.(*booleanColumn)
	b.column.truth.appendRun(&s.truth, from, to)
	b.column.nulls.appendRun(&s.nulls, from, to)
}

func (b *booleanBuilder) finish() column { return &b.column }
