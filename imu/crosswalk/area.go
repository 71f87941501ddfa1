package crosswalk

import (
	"context"
	"fmt"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/imu/parallel"
)

// contact is the share of the smaller of two shapes below which they only touch: what
// rounding leaves where neighbours share a border, as after a change of system.
const contact = 1e-10

// sharer shares sources out among the cells of a mesh by area. One for each worker.
type sharer struct {
	mesh    *cells
	overlap topology.Overlap
	near    []uint32
	pairs   []pair // of the last source: cell and area
}

// share fills pairs with the cells that a measured outline has area in common with, and
// gives the sum of those areas.
func (s *sharer) share(o *topology.Outline) (sum float64) {
	s.pairs = s.pairs[:0]
	s.near = s.mesh.near(s.near[:0], o.Bound())
	for _, c := range s.near {
		cell := &s.mesh.outlines[c]
		area := s.overlap.Area(o, cell)
		if area > contact*min(o.Area(), cell.Area()) {
			s.pairs = append(s.pairs, pair{cell: c, area: area})
			sum += area
		}
	}
	return sum
}

// weigh turns what a source has in common with each cell into weights that are of whole,
// and gives the share that no cell got. Where cells overlap, more than whole is divided
// among them.
func weigh(pairs []pair, of func(*pair) float64, sum, whole float64, base Base) (outside float64) {
	if base == Sum || sum > whole {
		whole = sum
	}
	for k := range pairs {
		pairs[k].weight = of(&pairs[k]) / whole
	}
	if outside = 1 - sum/whole; outside < 1e-12 {
		return 0
	}
	return outside
}

func areaOf(p *pair) float64 { return p.area }

// buildArea shares features out by area.
func buildArea(ctx context.Context, r *Request) (*Matrix, error) {
	var ways crs.Cache
	defer ways.Close()
	plane, err := planeOf(r.Mesh)
	if err != nil {
		return nil, err
	}
	mesh, err := newCells(ctx, r.Mesh, plane, &ways, true)
	if err != nil {
		return nil, err
	}
	l, err := newLayer(r.Source, plane, &ways)
	if err != nil {
		return nil, err
	}
	d := r.newDraft(ByArea)
	m := d.matrix
	m.plane, m.outside = plane, make([]float64, r.Source.Len())
	type worker struct {
		sharer
		shapes
		outline topology.Outline
	}
	start := func() *worker { return &worker{sharer: sharer{mesh: mesh}} }
	err = parallel.Each(ctx, r.Source.Len(), chunkRows, start, func(w *worker, chunk, from, to int) error {
		if err := l.read(&w.shapes, from, to); err != nil {
			return err
		}
		for k := range w.list {
			i, g := from+k, &w.list[k]
			if k%64 == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if g.Type.Dimension() != 2 {
				m.level[i] = d.unmatched()
				d.tell(chunk, func() Fate { return fate(r.Source, i, 1, withoutArea(g)) })
				continue
			}
			w.outline.Measure(g)
			sum := w.share(&w.outline)
			if len(w.pairs) == 0 {
				m.level[i] = d.unmatched()
				d.tell(chunk, func() Fate { return fate(r.Source, i, 1, isBeyond) })
				continue
			}
			m.outside[i] = weigh(w.pairs, areaOf, sum, w.outline.Area(), r.Base)
			d.keep(chunk, i, w.pairs)
			if m.outside[i] > 0 {
				d.tell(chunk, func() Fate { return fate(r.Source, i, m.outside[i], "a part of it lies outside the mesh") })
			}
		}
		return d.grown(len(d.chunks[chunk]))
	})
	if err != nil {
		return nil, err
	}
	return d.finish(ctx, r.Mesh.Len(), true)
}

// keep keeps the pairs of source i.
func (d *draft) keep(chunk, i int, pairs []pair) {
	for k := range pairs {
		pairs[k].source = uint32(i)
	}
	d.chunks[chunk] = append(d.chunks[chunk], pairs...)
}

func withoutArea(g *geo.Geometry) string {
	if g.IsNull() {
		return noShape
	}
	return fmt.Sprintf("it is a %s, without area", g.Type)
}
