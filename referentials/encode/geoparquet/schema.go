package geoparquet

import (
	"github.com/parquet-go/parquet-go"

	"socle/referentials"
)

// column is a named column of the schema.
type column struct {
	name string
	node parquet.Node
}

// node gives the type of a field's column. All may be null.
func node(t referentials.FieldType) parquet.Node {
	switch t {
	case referentials.Integer:
		return parquet.Optional(parquet.Int(64))
	case referentials.Number:
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case referentials.Boolean:
		return parquet.Optional(parquet.Leaf(parquet.BooleanType))
	case referentials.Date:
		return parquet.Optional(parquet.Date())
	case referentials.DateTime:
		return parquet.Optional(parquet.TimestampAdjusted(parquet.Microsecond, true))
	case referentials.JSON:
		return parquet.Optional(parquet.JSON())
	}
	return parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
}

// schema is a group that keeps its columns in order, where the library's own sorts them
// by name.
type schema struct {
	parquet.Group
	fields []parquet.Field
}

func newSchema(columns []column) schema {
	s := schema{Group: make(parquet.Group, len(columns))}
	for _, c := range columns {
		s.Group[c.name] = c.node
	}
	byName := make(map[string]parquet.Field, len(columns))
	for _, f := range s.Group.Fields() {
		byName[f.Name()] = f
	}
	for _, c := range columns {
		s.fields = append(s.fields, byName[c.name])
	}
	return s
}

// Fields gives the columns in order.
func (s schema) Fields() []parquet.Field { return s.fields }
