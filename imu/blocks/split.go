package blocks

import (
	"context"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/topology"
	"socle/geo/voronoi"
	"socle/imu/parallel"
)

// splitChunk is how many blocks a worker splits at a time.
const splitChunk parallel.Chunk = 16

// maxSites bounds the points a block is split by: beyond, they are set further apart.
const maxSites = 500_000

// splitMixed gives for every block of mixed form the lines between the neighbourhoods of
// its buildings of different form: an enclosed tessellation by buildings, of which cells
// of one form that touch are one piece.
func (b *build) splitMixed(ctx context.Context) ([]geo.Geometry, error) {
	s := &b.params.Split
	if !s.Enabled || b.in.Buildings == nil || s.Purity == 0 {
		return nil, nil
	}
	parts, err := placeBuildings(ctx, b.in.Buildings, newMesh(b.shapes))
	if err != nil {
		return nil, err
	}
	forms := make([]int32, len(b.in.Buildings.Features))
	former := newFormer(s, b.in.Buildings)
	for i := range forms {
		if forms[i] = former.of(&b.in.Buildings.Features[i]); forms[i] == noForm {
			b.report.Annexes++
		} else {
			b.report.Forms[former.name(forms[i])]++
		}
	}
	held := make([][]part, b.regions)
	for _, p := range parts {
		if forms[p.building] != noForm {
			held[p.block] = append(held[p.block], p)
		}
	}
	mixed := make([]bool, b.regions)
	for r := range held {
		if mixed[r] = b.isMixed(r, held[r], forms); mixed[r] {
			b.report.MixedBlocks++
		}
	}
	lines := make([]geo.Geometry, b.regions)
	over := b.overshoot()
	err = parallel.Each(ctx, b.regions, splitChunk, func() *splitter { return &splitter{} }, func(w *splitter, _, from, to int) error {
		for r := from; r < to; r++ {
			if mixed[r] {
				w.gather(b.in.Buildings, held[r], forms, s)
				lines[r] = w.cut(&b.shapes[r], s, over)
			}
		}
		return nil
	})
	return lines, err
}

// isMixed tells whether a block is large enough to be split and no form has the share of
// its footprints that would make it pure.
func (b *build) isMixed(r int, held []part, forms []int32) bool {
	s := &b.params.Split
	if b.kinds[r].nature == IsWater || b.net.AreaOf(b.patches[r].steps) < 2*s.MinArea {
		return false
	}
	sums := make([]float64, len(s.Forms)+1)
	whole, most := 0.0, 0.0
	for _, p := range held {
		sums[forms[p.building]] += p.area
		whole += p.area
		most = max(most, sums[forms[p.building]])
	}
	return most < s.Purity*whole
}

// splitter holds what one worker needs.
type splitter struct {
	diagram voronoi.Diagram
	sites   []float64
	labels  []int32
	ridges  []voronoi.Ridge
	outline topology.Outline
}

// gather puts points along the footprints of buildings, labelled by form.
func (w *splitter) gather(buildings *Layer, held []part, forms []int32, s *SplitRules) {
	for spacing := s.Spacing; ; spacing *= 2 {
		w.sites, w.labels = w.sites[:0], w.labels[:0]
		for _, p := range held {
			w.sites = appendSites(w.sites, &buildings.Features[p.building].Shape, s.DrawnIn, spacing)
			for len(w.labels) < len(w.sites)/2 {
				w.labels = append(w.labels, forms[p.building])
			}
			if len(w.labels) > maxSites && spacing < 100 {
				break
			}
		}
		if len(w.labels) <= maxSites || spacing >= 100 {
			return
		}
	}
}

// cut gives the lines between forms within a block, a little beyond its outline.
func (w *splitter) cut(block *geo.Geometry, s *SplitRules, over float64) geo.Geometry {
	box := block.Bound()
	w.ridges = w.diagram.Ridges(w.ridges[:0], w.sites, w.labels, box)
	window := box.Pad(1)
	w.outline.Measure(block)
	var lines, out geo.Geometry
	for _, line := range chain(w.ridges) {
		clipLine(&lines, simplify(line, s.Smooth), &window)
	}
	out.Type = geo.MultiLineString
	for i := range lines.Ends {
		line := lines.Ring(i)
		for k := 2; k < len(line); k += 2 {
			w.keepInside(&out, [2]float64(line[k-2:k]), [2]float64(line[k:k+2]), over)
		}
	}
	return out
}

// keepInside adds the stretches of a segment that lie within the block. Where the outline
// ends them they go a little beyond, so that they meet it on the grid.
func (w *splitter) keepInside(out *geo.Geometry, p, q [2]float64, over float64) {
	at := func(share float64) [2]float64 { return [2]float64{p[0] + share*(q[0]-p[0]), p[1] + share*(q[1]-p[1])} }
	shares := appendCrossings([]float64{0}, &w.outline, p, q)
	shares = append(shares, 1)
	for k := 1; k < len(shares); k++ {
		from, to := at(shares[k-1]), at(shares[k])
		if from == to || !w.outline.Covers((from[0]+to[0])/2, (from[1]+to[1])/2) {
			continue
		}
		before, after := over, over
		if k == 1 {
			before = 0 // it goes on from there
		}
		if k == len(shares)-1 {
			after = 0
		}
		addOver(out, from, to, before, after)
	}
}

// windowOf is the box of a segment.
func windowOf(p, q [2]float64) orb.Bound {
	return orb.Bound{Min: orb.Point{min(p[0], q[0]), min(p[1], q[1])}, Max: orb.Point{max(p[0], q[0]), max(p[1], q[1])}}
}
