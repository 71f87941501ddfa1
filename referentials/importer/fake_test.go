package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/source"
)

// memoryStore keeps what Replace is given; nothing else of a store is used here.
type memoryStore struct {
	referentials.Store
	desc  referentials.Descriptor
	rows  []referentials.Row
	count int64
	light bool // count rows, look at none
	fail  int  // error after so many rows, 0 never

	now *referentials.Descriptor // what a publication replaces
}

var errStore = errors.New("the store broke")

func (m *memoryStore) Replace(_ context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	m.desc, m.rows = p.Descriptor, nil
	if err := p.Descriptor.Validate(); err != nil {
		return referentials.Version{}, err
	}
	if m.now != nil && p.Judge != nil {
		if err := p.Judge(m.now); err != nil {
			return referentials.Version{}, err
		}
	}
	keys := map[string]bool{}
	for r, err := range rows {
		if err != nil {
			return referentials.Version{}, err
		}
		if len(r.Values) != len(p.Descriptor.Fields) {
			return referentials.Version{}, fmt.Errorf("%d values for %d fields", len(r.Values), len(p.Descriptor.Fields))
		}
		if m.count++; m.light {
			continue
		}
		for i, v := range r.Values {
			if f := p.Descriptor.Fields[i]; !v.IsNull() && v.Type() != f.Type {
				return referentials.Version{}, fmt.Errorf("field %s: a %s in a field of type %s", f.Name, v.Type(), f.Type)
			}
		}
		if err := r.Geom.Check(); err != nil {
			return referentials.Version{}, err
		}
		if t := p.Descriptor.Geometry; r.Geom.Type != geo.None && t != geo.Any && r.Geom.Type != t {
			return referentials.Version{}, fmt.Errorf("a %s among shapes of type %s", r.Geom.Type, t)
		}
		key := r.Values[p.Descriptor.KeyIndex()].String()
		if key == "" || keys[key] {
			return referentials.Version{}, fmt.Errorf("key %q is empty or repeated", key)
		}
		keys[key] = true
		m.rows = append(m.rows, referentials.Row{Values: slices.Clone(r.Values), Geom: r.Geom.Clone()})
		if m.fail == len(m.rows) {
			return referentials.Version{}, errStore
		}
	}
	return referentials.Version{Collection: p.Descriptor.ID, ID: 1, Rows: m.count, Current: true}, nil
}

// get gives a value by key and field name.
func (m *memoryStore) get(key, field string) string {
	k, f := m.desc.KeyIndex(), m.desc.FieldIndex(field)
	for _, r := range m.rows {
		if r.Values[k].String() == key {
			if f < 0 {
				return "(no such field)"
			}
			return r.Values[f].String()
		}
	}
	return "(no such row)"
}

// memorySource is a table in memory.
type memorySource struct {
	layer    string
	crs      crs.CRS
	geometry bool
	fields   []source.Field
	records  []source.Record
	raw      []string
}

func (s *memorySource) Layer() string          { return s.layer }
func (s *memorySource) CRS() crs.CRS           { return s.crs }
func (s *memorySource) HasGeometry() bool      { return s.geometry }
func (s *memorySource) Fields() []source.Field { return s.fields }
func (s *memorySource) Close() error           { return nil }

func (s *memorySource) Records(context.Context) iter.Seq2[*source.Record, error] {
	return func(yield func(*source.Record, error) bool) {
		var rec source.Record
		for i := range s.records {
			rec = s.records[i]
			rec.Number = int64(i + 1)
			rec.Values = slices.Clone(rec.Values)
			rec.Geom = rec.Geom.Clone()
			rec.Raw = func() []byte {
				if i < len(s.raw) {
					return []byte(s.raw[i])
				}
				return []byte(fmt.Sprint("row ", i+1))
			}
			if !yield(&rec, nil) {
				return
			}
		}
	}
}

// table makes a textual source of rows of cells, the first of which are the names.
func table(rows ...[]string) *input {
	s := &memorySource{}
	for _, n := range rows[0] {
		s.fields = append(s.fields, source.Field{Name: n})
	}
	for _, cells := range rows[1:] {
		rec := source.Record{}
		for _, c := range cells {
			v := referentials.Null
			if c != "" {
				v = referentials.StringValue(c)
			}
			rec.Values = append(rec.Values, v)
		}
		s.records = append(s.records, rec)
	}
	return &input{name: "table.csv", format: "CSV", textual: true, src: s}
}

// layer makes a spatial source with one integer field "n" that counts rows.
func layer(c crs.CRS, shapes ...geo.Geometry) *input {
	s := &memorySource{layer: "layer", crs: c, geometry: true, fields: []source.Field{{Name: "n", Type: referentials.Integer}}}
	for i, g := range shapes {
		s.records = append(s.records, source.Record{Values: []referentials.Value{referentials.IntegerValue(int64(i + 1))}, Geom: g})
	}
	return &input{name: "layer.fgb", format: "FlatGeobuf", src: s}
}
