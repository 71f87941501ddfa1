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

// WriteCSV writes the matrix as a table of passage, cell by cell: the keys of source and
// cell, the weight and, where it was measured, the area in common. The collections must be
// the revisions the matrix was made of.
func (m *Matrix) WriteCSV(ctx context.Context, w io.Writer, source, mesh *snapshot.Collection) error {
	s, c := source.Descriptor(), mesh.Descriptor()
	if s.ID != m.sourceID || source.Tag() != m.sourceTag || c.ID != m.meshID || mesh.Tag() != m.meshTag {
		return referentials.Errorf(referentials.Conflict, "the crosswalk is of other revisions of %s and %s", m.sourceID, m.meshID).
			Do("build it again")
	}
	b := append(make([]byte, 0, flushBytes+1024), "source,cell,weight"...)
	if m.areas != nil {
		b = append(b, ",area_m2"...)
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
