package tiles

import (
	"socle/referentials"
	"socle/tiles/mvt"
)

// leastLabelled is how wide and high the box of a polygon is, in tile units, where it gets
// a label: two pixels of 256 to a tile.
const leastLabelled = 2 << pixelBits

// labels draws the label points of the tile itself, each in one tile only: a label near an
// edge is there whole. None is drawn when they take too many bytes.
func (p *pen) labels(dst []byte, l *drawing, most int) ([]byte, int) {
	if !l.labelled {
		return dst, 0
	}
	d := l.collection.Descriptor()
	a := &attributes{fields: labelFields(d), count: -1}
	for _, k := range a.fields {
		a.names = append(a.names, d.Fields[k].Name)
	}
	a.begin(&p.encoder, l.layer, l.collection.ID()+referentials.LabelSuffix)
	window := p.frame.window(0, 0)
	p.found = l.within(&window, l.selection.Rows, p.found[:0])
	var ignored Stats
	for _, k := range p.found {
		if l.dims[k] != 2 {
			continue
		}
		x, y := p.frame.place(l.labels[2*k], l.labels[2*k+1])
		r := &l.boxes[0][k]
		left, top := p.frame.place(r.left, r.top)
		right, bottom := p.frame.place(r.right, r.bottom)
		if x < 0 || y < 0 || x >= mvt.Extent || y >= mvt.Extent || max(right-left, bottom-top) < leastLabelled {
			continue
		}
		p.encoder.BeginFeature(mvt.Point)
		p.encoder.AddPoint(int32(x), int32(y))
		a.write(&p.encoder, l.layer, pick{k, 1}, &ignored)
		p.encoder.EndFeature()
	}
	if p.encoder.Size() > most {
		return dst, 0
	}
	n := p.encoder.Features()
	return p.encoder.EndLayer(dst), n
}

// labelFields gives the positions of the fields that labels carry: the key and the label.
func labelFields(d *referentials.Descriptor) []int {
	fields := []int{d.KeyIndex()}
	if k := d.LabelIndex(); k >= 0 && k != fields[0] {
		fields = append(fields, k)
	}
	return fields
}

// label finds a place for the label of each polygon.
func (l *layer) label() {
	l.labels = make([]uint32, 2*len(l.rows))
	inRuns(len(l.rows), func(from, to int) {
		var s seeker
		for k := from; k < to; k++ {
			if l.dims[k] == 2 {
				l.labels[2*k], l.labels[2*k+1] = s.seek(l, k)
			}
		}
	})
}
