package crosswalk

import (
	"context"
	"slices"

	"socle/geo"
	"socle/geo/crs"
	"socle/imu/parallel"
)

// Reasons that features are told with.
const (
	noShape  = "it has no geometry"
	isBeyond = "it lies outside the mesh"
)

// buildPoint gives each feature to the cell that holds its point.
func buildPoint(ctx context.Context, r *Request) (*Matrix, error) {
	var ways crs.Cache
	defer ways.Close()
	system := r.Mesh.Descriptor().CRS
	mesh, err := newCells(ctx, r.Mesh, system, &ways, false)
	if err != nil {
		return nil, err
	}
	l, err := newLayer(r.Source, system, &ways)
	if err != nil {
		return nil, err
	}
	if r.Source.Descriptor().Geometry == geo.Point {
		return assignPoints(ctx, r, l, mesh)
	}
	return sharePoints(ctx, r, l, mesh)
}

// place is a point on its way to a cell.
type place struct {
	x, y   float64
	row    uint32
	square uint32
}

// locate gives the cell of each point of a layer, none for those without. Points are put
// in the order of the squares of the grid first, so that neighbours are tried against the
// same few cells while those are at hand.
func (x *cells) locate(ctx context.Context, l *layer) (cell []uint32, missing []bool, err error) {
	n := l.Len()
	cell, missing = make([]uint32, n), make([]bool, n)
	if x.columns == 0 {
		for i := range cell {
			g := l.Geometry(i)
			cell[i], missing[i] = none, g.IsNull()
		}
		return cell, missing, nil
	}
	places := make([]place, n)
	outside := uint32(x.columns * x.rows) // the square of those without a place
	err = parallel.Each(ctx, n, chunkRows, func() *shapes { return new(shapes) }, func(s *shapes, _, from, to int) error {
		if err := l.read(s, from, to); err != nil {
			return err
		}
		for k := range s.list {
			p := &places[from+k]
			p.row, p.square = uint32(from+k), outside
			if xy := s.list[k].XY; len(xy) > 0 {
				p.x, p.y = xy[0], xy[1]
				p.square = uint32(x.square(p.x, p.y))
			} else {
				missing[from+k] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	sorted := bySquare(places, int(outside)+1)
	err = parallel.Each(ctx, n, chunkRows, func() struct{} { return struct{}{} }, func(_ struct{}, _, from, to int) error {
		for k := from; k < to; k++ {
			p := &sorted[k]
			cell[p.row] = none
			if p.square != outside {
				cell[p.row] = x.within(int(p.square), p.x, p.y)
			}
		}
		return nil
	})
	return cell, missing, err
}

// bySquare sorts places by counting.
func bySquare(places []place, squares int) []place {
	next := make([]uint32, squares+1)
	for k := range places {
		next[places[k].square+1]++
	}
	for k := range squares {
		next[k+1] += next[k]
	}
	out := make([]place, len(places))
	for k := range places {
		at := &next[places[k].square]
		out[*at] = places[k]
		*at++
	}
	return out
}

func assignPoints(ctx context.Context, r *Request, l *layer, mesh *cells) (*Matrix, error) {
	cell, missing, err := mesh.locate(ctx, l)
	if err != nil {
		return nil, err
	}
	d := r.newDraft(ByPoint)
	for i, c := range cell {
		if c != none {
			continue
		}
		d.matrix.level[i] = d.unmatched()
		d.tell(i/int(chunkRows), func() Fate {
			if missing[i] {
				return fate(r.Source, i, 1, noShape)
			}
			return fate(r.Source, i, 1, isBeyond)
		})
	}
	return d.assign(r.Mesh.Len(), cell), nil
}

// sharePoints gives features of any shape: several points share a feature evenly, a line is
// where its middle is, a polygon where a point inside it is.
func sharePoints(ctx context.Context, r *Request, l *layer, mesh *cells) (*Matrix, error) {
	d := r.newDraft(ByPoint)
	m := d.matrix
	m.outside = make([]float64, r.Source.Len())
	type worker struct {
		shapes
		spots scanLine
		cells []uint32
	}
	err := parallel.Each(ctx, r.Source.Len(), chunkRows, func() *worker { return new(worker) }, func(w *worker, chunk, from, to int) error {
		if err := l.read(&w.shapes, from, to); err != nil {
			return err
		}
		for k := range w.list {
			i, g := from+k, &w.list[k]
			spots := w.spots.of(g)
			w.cells = w.cells[:0]
			for s := 0; s < len(spots); s += 2 {
				if c := mesh.at(spots[s], spots[s+1]); c != none {
					w.cells = append(w.cells, c)
				}
			}
			slices.Sort(w.cells)
			all := float64(len(spots) / 2)
			for at := 0; at < len(w.cells); {
				first := at
				for at < len(w.cells) && w.cells[at] == w.cells[first] {
					at++
				}
				d.chunks[chunk] = append(d.chunks[chunk], pair{cell: w.cells[first], source: uint32(i), weight: float64(at-first) / all})
			}
			switch inside := float64(len(w.cells)); {
			case all == 0:
				m.level[i] = d.unmatched()
				d.tell(chunk, func() Fate { return fate(r.Source, i, 1, noShape) })
			case inside == 0:
				m.level[i] = d.unmatched()
				d.tell(chunk, func() Fate { return fate(r.Source, i, 1, isBeyond) })
			case inside < all:
				m.outside[i] = (all - inside) / all
				d.tell(chunk, func() Fate { return fate(r.Source, i, m.outside[i], "some of its points lie outside the mesh") })
			}
		}
		return d.grown(len(d.chunks[chunk]))
	})
	if err != nil {
		return nil, err
	}
	return d.finish(ctx, r.Mesh.Len(), false)
}
