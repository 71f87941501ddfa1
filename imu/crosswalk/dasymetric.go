package crosswalk

import (
	"cmp"
	"context"
	"math"
	"slices"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/imu/parallel"
	"socle/referentials"
)

// parcel is what one weighing feature weighs in a source and, but for those outside the
// mesh, in a cell.
type parcel struct {
	source, cell uint32
	weight       float64
}

// buildDasymetric shares features out by what weighs in them: the weight of a source in a
// cell is that of what lies in both.
func buildDasymetric(ctx context.Context, r *Request) (*Matrix, error) {
	var ways crs.Cache
	defer ways.Close()
	plane, err := planeOf(r.Mesh)
	if err != nil {
		return nil, err
	}
	w := &weighing{r: r, weight: newWeight(r)}
	if w.mesh, err = newCells(ctx, r.Mesh, plane, &ways, true); err != nil {
		return nil, err
	}
	if w.sources, err = newCells(ctx, r.Source, plane, &ways, true); err != nil {
		return nil, err
	}
	l, err := newLayer(r.Weights, plane, &ways)
	if err != nil {
		return nil, err
	}
	d := r.newDraft(ByWeight, AreaFallback)
	d.matrix.plane = plane
	parcels := make([][]parcel, chunkRows.Of(r.Weights.Len()))
	err = parallel.Each(ctx, r.Weights.Len(), chunkRows, func() *scale { return &scale{weighing: w} }, func(s *scale, chunk, from, to int) error {
		if err := l.read(&s.shapes, from, to); err != nil {
			return err
		}
		for k := range s.list {
			if k%64 == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			s.put(&s.list[k], from+k)
		}
		parcels[chunk] = slices.Clone(s.parcels)
		s.parcels = s.parcels[:0]
		return d.grown(len(parcels[chunk]))
	})
	if err != nil {
		return nil, err
	}
	d.count.Store(0)
	if err := w.distribute(ctx, d, bySource(parcels, r.Source.Len())); err != nil {
		return nil, err
	}
	return d.finish(ctx, r.Mesh.Len(), false)
}

// weighing is what all workers share.
type weighing struct {
	r             *Request
	weight        weight
	mesh, sources *cells
}

// weight reads what features weigh.
type weight struct {
	field, minus int // -1 where there is none
	quantity     bool
}

func newWeight(r *Request) weight {
	d, spec := r.Weights.Descriptor(), &r.Weight
	w := weight{field: d.FieldIndex(spec.Field), minus: d.FieldIndex(spec.Minus), quantity: spec.Kind == Quantity}
	if spec.Kind == "" {
		w.quantity = w.field >= 0 && d.Fields[w.field].Role == referentials.Extensive && w.minus < 0
	}
	return w
}

// of gives the measure of row i; what is null, not finite or not positive weighs nothing.
func (w *weight) of(r *Request, i int) float64 {
	v := 1.0
	for k, f := range []int{w.field, w.minus} {
		if f < 0 {
			continue
		}
		cell := r.Weights.Value(i, f)
		if cell.IsNull() {
			return 0
		}
		if k == 0 {
			v = cell.Float()
		} else {
			v -= cell.Float()
		}
	}
	if !(v > 0) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// scale weighs features. One for each worker.
type scale struct {
	*weighing
	shapes
	outline    topology.Outline
	overlap    topology.Overlap
	near, zone []uint32
	inCell     []float64
	parcels    []parcel
}

// put weighs one feature in the sources and cells it lies in.
func (s *scale) put(g *geo.Geometry, i int) {
	v := s.weight.of(s.r, i)
	if v == 0 {
		return
	}
	switch g.Type.Dimension() {
	case 0:
		v /= float64(g.NumVertices())
		for k := 0; k < len(g.XY); k += 2 {
			if zone := s.sources.at(g.XY[k], g.XY[k+1]); zone != none {
				s.parcels = append(s.parcels, parcel{zone, s.mesh.at(g.XY[k], g.XY[k+1]), v})
			}
		}
	case 2:
		s.spread(g, v)
	}
}

// spread weighs a footprint: in each source as a whole (cell none) less what falls in cells.
func (s *scale) spread(g *geo.Geometry, v float64) {
	o := &s.outline
	o.Measure(g)
	whole := o.Area()
	if !(whole > 0) {
		return
	}
	if s.weight.quantity {
		v /= whole
	}
	s.zone = s.sources.near(s.zone[:0], o.Bound())
	if len(s.zone) == 0 {
		return
	}
	s.near, s.inCell = s.mesh.near(s.near[:0], o.Bound()), s.inCell[:0]
	for _, c := range s.near {
		s.inCell = append(s.inCell, s.overlap.Area(o, &s.mesh.outlines[c]))
	}
	for _, z := range s.zone {
		zone := &s.sources.outlines[z]
		rest := s.overlap.Area(o, zone)
		if rest <= contact*whole {
			continue
		}
		inZone := rest
		for k, c := range s.near {
			var area float64
			switch {
			case s.inCell[k] <= contact*whole:
				continue
			case s.inCell[k] == whole:
				area = inZone
			case inZone == whole:
				area = s.inCell[k]
			default:
				area = s.overlap.Area3(o, zone, &s.mesh.outlines[c])
			}
			if area > contact*whole {
				s.parcels = append(s.parcels, parcel{z, c, v * area})
				rest -= area
			}
		}
		if rest > contact*whole {
			s.parcels = append(s.parcels, parcel{z, none, v * rest})
		}
	}
}

// bySource groups parcels by source, in the order of what weighs.
func bySource(chunks [][]parcel, sources int) [][]parcel {
	starts := make([]int, sources+1)
	for _, list := range chunks {
		for k := range list {
			starts[list[k].source+1]++
		}
	}
	for k := range sources {
		starts[k+1] += starts[k]
	}
	all, next := make([]parcel, starts[sources]), slices.Clone(starts)
	for _, list := range chunks {
		for k := range list {
			all[next[list[k].source]] = list[k]
			next[list[k].source]++
		}
	}
	out := make([][]parcel, sources)
	for k := range out {
		out[k] = all[starts[k]:starts[k+1]]
	}
	return out
}

// distribute turns the parcels of each source into pairs, by area where it has none.
func (w *weighing) distribute(ctx context.Context, d *draft, of [][]parcel) error {
	r, m := w.r, d.matrix
	m.outside = make([]float64, r.Source.Len())
	start := func() *sharer { return &sharer{mesh: w.mesh} }
	return parallel.Each(ctx, r.Source.Len(), chunkRows, start, func(s *sharer, chunk, from, to int) error {
		for i := from; i < to; i++ {
			if i%64 == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			reason := w.settle(s, m, i, of[i])
			d.keep(chunk, i, s.pairs)
			switch {
			case len(s.pairs) == 0:
				m.level[i], m.outside[i] = d.unmatched(), 0
				d.tell(chunk, func() Fate { return fate(r.Source, i, 1, reason) })
			case m.outside[i] > 0:
				d.tell(chunk, func() Fate { return fate(r.Source, i, m.outside[i], reason) })
			}
		}
		return d.grown(len(d.chunks[chunk]))
	})
}

// settle fills s with the pairs of source i and tells why there are none, or not all.
func (w *weighing) settle(s *sharer, m *Matrix, i int, parcels []parcel) string {
	s.pairs = s.pairs[:0]
	slices.SortStableFunc(parcels, func(a, b parcel) int { return cmp.Compare(a.cell, b.cell) })
	sum, all := 0.0, 0.0
	for _, p := range parcels {
		all += p.weight
		if p.cell == none {
			continue
		}
		if n := len(s.pairs); n == 0 || s.pairs[n-1].cell != p.cell {
			s.pairs = append(s.pairs, pair{cell: p.cell})
		}
		s.pairs[len(s.pairs)-1].weight += p.weight
		sum += p.weight
	}
	switch {
	case sum > 0:
		m.outside[i] = weigh(s.pairs, func(p *pair) float64 { return p.weight }, sum, all, w.r.Base)
		return "some of what weighs in it lies outside the mesh"
	case all > 0 && w.r.Base == Total:
		return "all that weighs in it lies outside the mesh"
	}
	o := &w.sources.outlines[i]
	if !(o.Area() > 0) {
		return "it has no area"
	}
	m.level[i] = 1
	if sum := s.share(o); len(s.pairs) > 0 {
		m.outside[i] = weigh(s.pairs, areaOf, sum, o.Area(), w.r.Base)
		return "nothing weighs in it, and a part of it lies outside the mesh"
	}
	return isBeyond
}
