package aggregate

import (
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"

	"socle/geo"
	"socle/imu/disclosure"
	"socle/referentials"
)

// Release is what may leave of a request: a table on the mesh, one on each level above that
// was asked for, and how they were made.
type Release struct {
	Table   *Table
	Parents []*Table
	Receipt *Receipt
}

// column is one field of a table as rows: values by row.
type column struct {
	referentials.Field
	value func(i int) referentials.Value
}

// rows counts the rows of the table: one for each cell, or for each figure.
func (t *Table) rows() int {
	if t.wide {
		return len(t.cells)
	}
	return len(t.cells) * t.groups()
}

// RowLen counts the rows that Rows gives.
func (t *Table) RowLen() int { return t.rows() }

// perRow is how many figures a row holds.
func (t *Table) perRow() int {
	if t.wide {
		return t.groups()
	}
	return 1
}

// columns lays the table out.
func (t *Table) columns() []column {
	d := t.collection.Descriptor()
	cell := func(i int) int { return i * t.perRow() / t.groups() }
	key := d.Fields[d.KeyIndex()]
	var list []column
	add := func(f referentials.Field, value func(i int) referentials.Value) {
		f.Disclosure, f.Aliases, f.Weight = referentials.Public, nil, ""
		for taken := true; taken; {
			taken = false
			for _, c := range list {
				if taken = taken || c.Name == f.Name; taken {
					f.Name += "_"
					break
				}
			}
		}
		list = append(list, column{f, value})
	}
	grouped := t.groups() > 1 && !t.wide
	if grouped {
		add(referentials.Field{Name: "id", Type: referentials.String, Role: referentials.Key, Title: say("Identifiant", "Identifier")}, func(i int) referentials.Value {
			parts := append([]string{t.Key(cell(i)).String()}, t.labels(i%t.groups())...)
			return referentials.StringValue(strings.Join(parts, "|"))
		})
		key.Role, key.Refers = referentials.Ref, d.ID
	}
	add(key, func(i int) referentials.Value { return t.Key(cell(i)) })
	if l := d.LabelIndex(); l >= 0 && d.Fields[l].IsPublic() {
		add(d.Fields[l], func(i int) referentials.Value { return t.collection.Value(t.Row(cell(i)), l) })
	}
	if grouped && len(t.bins) > 0 {
		add(referentials.Field{Name: "period", Type: referentials.String, Role: referentials.Category, Title: say("Période", "Period")}, func(i int) referentials.Value {
			return referentials.StringValue(t.bins[i%t.groups()/t.figures()])
		})
	}
	if grouped && t.by != nil {
		by := *t.by
		by.Type, by.Role, by.Refers = referentials.String, referentials.Category, ""
		add(by, func(i int) referentials.Value {
			if c := i % t.figures(); c > 0 {
				return referentials.StringValue(t.categories[c-1])
			}
			return referentials.Null // all of them
		})
	}
	for g := range t.perRow() {
		suffix, of := "", ""
		if labels := t.labels(g); t.perRow() > 1 && len(labels) > 0 {
			suffix, of = "_"+strings.Join(labels, "_"), " ("+strings.Join(labels, ", ")+")"
		}
		for m, f := range t.measures {
			f.Name += suffix
			f.Title.FR, f.Title.EN = f.Title.FR+of, f.Title.EN+of
			add(f, func(i int) referentials.Value {
				v := t.values[m][i*t.perRow()+g]
				if f.Type == referentials.Integer && v == v {
					return referentials.IntegerValue(int64(v))
				}
				return referentials.NumberValue(v)
			})
		}
		add(referentials.Field{Name: "status" + suffix, Type: referentials.String, Role: referentials.Category, Title: say("Statut%s", "Status%s", of)},
			func(i int) referentials.Value {
				return referentials.StringValue(string(statusOf(t.reasons[i*t.perRow()+g])))
			})
		add(referentials.Field{Name: "reason" + suffix, Type: referentials.String, Role: referentials.Category, Title: say("Motif%s", "Reason%s", of)},
			func(i int) referentials.Value { return t.reason(i*t.perRow() + g) })
	}
	return list
}

// reason tells why a figure is hidden or partial.
func (t *Table) reason(figure int) referentials.Value {
	switch r := t.reasons[figure]; {
	case r.Hidden():
		return referentials.StringValue(r.String())
	case r == disclosure.Shown && t.partial != nil && t.partial[figure]:
		return referentials.StringValue("partial")
	}
	return referentials.Null
}

// labels names group g of a cell: its bin, and its category unless it is all of them.
func (t *Table) labels(g int) (labels []string) {
	if len(t.bins) > 0 {
		labels = append(labels, t.bins[g/t.figures()])
	}
	if c := g % t.figures(); c > 0 {
		labels = append(labels, t.categories[c-1])
	}
	return labels
}

// Descriptor describes the rows, so that every encoder writes them and they can be
// published as a collection: its id is made of both names.
func (rel *Release) Descriptor() referentials.Descriptor {
	return rel.Table.descriptor(rel.Receipt)
}

// ParentDescriptor describes the rows of parent k.
func (rel *Release) ParentDescriptor(k int) referentials.Descriptor {
	return rel.Parents[k].descriptor(rel.Receipt)
}

const maxID = 63

func (t *Table) descriptor(r *Receipt) referentials.Descriptor {
	mesh := t.collection.Descriptor()
	d := referentials.Descriptor{
		ID:          r.Source.Collection + "_" + mesh.ID,
		Title:       referentials.Text{FR: r.Source.Title.FR + " — " + mesh.Title.FR, EN: r.Source.Title.EN + " — " + mesh.Title.EN},
		Description: referentials.Text{FR: r.summary("fr"), EN: r.summary("en")},
		Class:       referentials.Territory, Geometry: mesh.Geometry, CRS: mesh.CRS, Producer: r.Source.Producer, Licence: r.Source.Licence,
		Frequency: referentials.Irregular, Vintage: r.Source.Vintage, Access: referentials.Open,
		Mesh: mesh.Mesh && t.perRow() == t.groups(), Tiles: referentials.TilePolicy{MinZoom: mesh.Tiles.MinZoom, MaxZoom: mesh.Tiles.MaxZoom},
	}
	for len(d.ID) > maxID {
		_, size := utf8.DecodeLastRuneInString(d.ID)
		d.ID = d.ID[:len(d.ID)-size]
	}
	for _, c := range t.columns() {
		d.Fields = append(d.Fields, c.Field)
		if c.Role == referentials.Key {
			d.Key = c.Name
		}
	}
	return d
}

// Rows gives the table as rows of the descriptor, cell after cell, with the geometry of
// the cells in the CRS of the mesh.
func (t *Table) Rows() referentials.Rows { return t.rowsIn(t.collection.Geometry) }

// LonLatRows is Rows with the geometry in CRS84.
func (t *Table) LonLatRows() referentials.Rows { return t.rowsIn(t.collection.LonLat) }

func (t *Table) rowsIn(shape func(row int) geo.Geometry) referentials.Rows {
	columns := t.columns()
	return func(yield func(*referentials.Row, error) bool) {
		row := &referentials.Row{Values: make([]referentials.Value, len(columns))}
		for i := range t.rows() {
			for c := range columns {
				row.Values[c] = columns[c].value(i)
			}
			row.Geom = shape(t.Row(i * t.perRow() / t.groups()))
			if !yield(row, nil) {
				return
			}
		}
	}
}

// WriteJSON writes the release column by column, with its receipt, which it also tells in
// words.
func (rel *Release) WriteJSON(w io.Writer) error {
	receipt, err := json.Marshal(rel.Receipt)
	if err != nil {
		return referentials.Errorf(referentials.Internal, "the receipt: %w", err)
	}
	c := &chunks{w: w}
	c.text("{")
	if err := rel.Table.writeJSON(c); err != nil {
		return err
	}
	for k, p := range rel.Parents {
		c.text([]string{`,"parents":[{`, `},{`}[min(k, 1)])
		if err := p.writeJSON(c); err != nil {
			return err
		}
	}
	if len(rel.Parents) > 0 {
		c.text("}]")
	}
	c.text(`,"receipt":`)
	c.bytes = append(c.bytes, receipt...)
	words, err := json.Marshal(referentials.Text{FR: rel.Receipt.Text("fr"), EN: rel.Receipt.Text("en")})
	if err != nil {
		return referentials.Errorf(referentials.Internal, "the receipt in words: %w", err)
	}
	c.text(`,"words":`)
	c.bytes = append(c.bytes, words...)
	c.text("}\n")
	return c.flush()
}

// chunks gathers bytes into writes of some size.
type chunks struct {
	w     io.Writer
	bytes []byte
}

const chunkBytes = 1 << 16

func (c *chunks) text(s string) { c.bytes = append(c.bytes, s...) }

func (c *chunks) flush() error {
	_, err := c.w.Write(c.bytes)
	c.bytes = c.bytes[:0]
	return err
}

func (t *Table) writeJSON(c *chunks) error {
	columns := t.columns()
	type field struct {
		Name  string                 `json:"name"`
		Title referentials.Text      `json:"title,omitzero"`
		Type  referentials.FieldType `json:"type"`
		Unit  string                 `json:"unit,omitempty"`
	}
	fields := make([]field, len(columns))
	for k := range columns {
		f := &columns[k].Field
		fields[k] = field{f.Name, f.Title, f.Type, f.Unit}
	}
	head, err := json.Marshal(struct {
		Mesh   string  `json:"mesh"`
		Rows   int     `json:"rows"`
		Fields []field `json:"fields"`
	}{t.Collection(), t.rows(), fields})
	if err != nil {
		return referentials.Errorf(referentials.Internal, "the fields: %w", err)
	}
	c.bytes = append(c.bytes, head[1:len(head)-1]...)
	c.text(`,"columns":{`)
	for k := range columns {
		if k > 0 {
			c.text(",")
		}
		if c.bytes, err = appendJSON(c.bytes, referentials.StringValue(columns[k].Name)); err != nil {
			return err
		}
		c.text(":[")
		for i := range t.rows() {
			if i > 0 {
				c.text(",")
			}
			if c.bytes, err = appendJSON(c.bytes, columns[k].value(i)); err != nil {
				return err
			}
			if len(c.bytes) >= chunkBytes {
				if err := c.flush(); err != nil {
					return err
				}
			}
		}
		c.text("]")
	}
	c.text("}")
	return nil
}

// plain tells a text that JSON writes as it is.
func plain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c >= utf8.RuneSelf, c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}

func appendJSON(dst []byte, v referentials.Value) ([]byte, error) {
	switch v.Type() {
	case "":
		return append(dst, "null"...), nil
	case referentials.Integer, referentials.Number, referentials.Boolean, referentials.JSON:
		return v.Append(dst), nil
	}
	if text := v.Str(); v.Type() == referentials.String && plain(text) {
		return append(append(append(dst, '"'), text...), '"'), nil
	}
	text, err := json.Marshal(v.String())
	if err != nil {
		return dst, referentials.Errorf(referentials.Internal, "a text: %w", err)
	}
	return append(dst, text...), nil
}
