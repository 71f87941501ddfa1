package crosswalk

import (
	"context"
	"io"
	"strings"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// flushBytes is how much of a table is gathered before it is written.
const flushBytes = 1 << 16

// The columns of a table of passage.
const (
	sourceColumn = "source_id"
	cellColumn   = "cell_id"
	weightColumn = "weight"
	areaColumn   = "area_m2" // where it was measured
)

// Describe gives the columns of Rows: the keys of source and cell, the weight and, where it
// was measured, the area in common. None of them names a row by itself.
func (m *Matrix) Describe(source, mesh *snapshot.Collection) referentials.Descriptor {
	s, c := source.Descriptor(), mesh.Descriptor()
	key := func(name string, d *referentials.Descriptor) referentials.Field {
		f := d.Fields[d.KeyIndex()]
		f.Name, f.Role, f.Refers, f.Disclosure, f.Aliases = name, referentials.Ref, d.ID, referentials.Public, nil
		return f
	}
	d := referentials.Descriptor{ID: s.ID + "_" + c.ID, Key: sourceColumn, Access: referentials.Open,
		Fields: []referentials.Field{key(sourceColumn, s), key(cellColumn, c),
			{Name: weightColumn, Type: referentials.Number, Unit: "1", Role: referentials.Intensive}}}
	if m.areas != nil {
		d.Fields = append(d.Fields, referentials.Field{Name: areaColumn, Type: referentials.Number, Unit: "m2", Role: referentials.Extensive})
	}
	return d
}

// Rows gives the matrix as rows of Describe, cell by cell. The collections must be the
// revisions the matrix was made of.
func (m *Matrix) Rows(ctx context.Context, source, mesh *snapshot.Collection) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		if err := m.of(source, mesh); err != nil {
			yield(nil, err)
			return
		}
		row, n := &referentials.Row{Values: make([]referentials.Value, 3, 4)}, 0
		if m.areas != nil {
			row.Values = row.Values[:4]
		}
		from, to := source.Descriptor().KeyIndex(), mesh.Descriptor().KeyIndex()
		for e := range m.Entries() {
			if n++; n%checkEvery == 0 && ctx.Err() != nil {
				yield(nil, context.Cause(ctx))
				return
			}
			row.Values[0], row.Values[1], row.Values[2] = source.Value(e.Source, from), mesh.Value(e.Cell, to), referentials.NumberValue(e.Weight)
			if m.areas != nil {
				row.Values[3] = referentials.NumberValue(e.Area)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// checkEvery is how many rows go by between looks at the context.
const checkEvery = 1 << 12

// of refuses collections that are not those the matrix was made of.
func (m *Matrix) of(source, mesh *snapshot.Collection) error {
	if source.Descriptor().ID != m.sourceID || source.Tag() != m.sourceTag || mesh.Descriptor().ID != m.meshID || mesh.Tag() != m.meshTag {
		return referentials.Errorf(referentials.Conflict, "the crosswalk is of other revisions of %s and %s", m.sourceID, m.meshID).
			Do("build it again")
	}
	return nil
}

// WriteCSV writes the matrix as a table of passage, cell by cell, with the columns of
// Describe. The collections must be the revisions the matrix was made of.
func (m *Matrix) WriteCSV(ctx context.Context, w io.Writer, source, mesh *snapshot.Collection) error {
	if err := m.of(source, mesh); err != nil {
		return err
	}
	s, c := source.Descriptor(), mesh.Descriptor()
	b := append(make([]byte, 0, flushBytes+1024), sourceColumn+","+cellColumn+","+weightColumn...)
	if m.areas != nil {
		b = append(b, ","+areaColumn...)
	}
	b = append(b, "\r\n"...)
	var key []byte
	last := -1
	for e := range m.Entries() {
		if e.Cell != last {
			last = e.Cell
			key = appendKey(key[:0], mesh.Value(e.Cell, c.KeyIndex()))
		}
		b = appendKey(b, source.Value(e.Source, s.KeyIndex()))
		b = append(append(b, ','), key...)
		b = referentials.AppendFloat(append(b, ','), e.Weight)
		if m.areas != nil {
			b = referentials.AppendFloat(append(b, ','), e.Area)
		}
		if b = append(b, "\r\n"...); len(b) < flushBytes {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	_, err := w.Write(b)
	return err
}

// appendKey writes a key as RFC 4180 has it.
func appendKey(b []byte, v referentials.Value) []byte {
	s := v.Str()
	if v.Type() != referentials.String {
		return v.Append(b)
	}
	if !strings.ContainsAny(s, ",\"\r\n") {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}
