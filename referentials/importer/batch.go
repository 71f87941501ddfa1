package importer

import (
	"socle/geo"
	"socle/referentials"
)

// batchRows is how many rows pass from the reading side to the writing one at a time.
const batchRows = 512

// batch holds rows of its own: records and rows are only valid until the next one, and
// reading goes on while a batch is written.
type batch struct {
	width  int
	values []referentials.Value // row after row
	texts  []byte               // of String and JSON values, until seal
	cells  []textCell
	shapes []shapeEnd
	xy     []float64
	ends   []uint32
	parts  []uint32
	row    referentials.Row
}

type textCell struct{ value, from, to int }

// shapeEnd is a geometry's type and where it ends in the arrays of the batch.
type shapeEnd struct {
	kind            geo.Type
	xy, ends, parts int
}

func newBatch(width int) *batch { return &batch{width: width} }

func (b *batch) reset() {
	b.values, b.texts, b.cells, b.shapes = b.values[:0], b.texts[:0], b.cells[:0], b.shapes[:0]
	b.xy, b.ends, b.parts = b.xy[:0], b.ends[:0], b.parts[:0]
}

func (b *batch) len() int { return len(b.shapes) }

// add copies a row.
func (b *batch) add(values []referentials.Value, g *geo.Geometry) {
	for _, v := range values {
		if text := v.Str(); text != "" {
			b.cells = append(b.cells, textCell{len(b.values), len(b.texts), len(b.texts) + len(text)})
			b.texts = append(b.texts, text...)
		}
		b.values = append(b.values, v)
	}
	b.xy = append(b.xy, g.XY...)
	b.ends = append(b.ends, g.Ends...)
	b.parts = append(b.parts, g.Parts...)
	b.shapes = append(b.shapes, shapeEnd{g.Type, len(b.xy), len(b.ends), len(b.parts)})
}

// seal gives the texts storage that stays: one string for the whole batch.
func (b *batch) seal() {
	all := string(b.texts)
	for _, c := range b.cells {
		text := all[c.from:c.to]
		if b.values[c.value].Type() == referentials.JSON {
			b.values[c.value] = referentials.JSONValue(text)
		} else {
			b.values[c.value] = referentials.StringValue(text)
		}
	}
}

// at gives row i, valid until the next call.
func (b *batch) at(i int) *referentials.Row {
	from := shapeEnd{}
	if i > 0 {
		from = b.shapes[i-1]
	}
	to := b.shapes[i]
	b.row.Values = b.values[i*b.width : (i+1)*b.width : (i+1)*b.width]
	b.row.Geom = geo.Geometry{Type: to.kind, XY: b.xy[from.xy:to.xy:to.xy]}
	if to.ends > from.ends {
		b.row.Geom.Ends = b.ends[from.ends:to.ends:to.ends]
	}
	if to.parts > from.parts {
		b.row.Geom.Parts = b.parts[from.parts:to.parts:to.parts]
	}
	return &b.row
}
