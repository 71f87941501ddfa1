package morphology

import (
	"context"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/index"
	"socle/geo/topology"
)

// touching is the share of the smaller of two shapes below which they only touch: what
// rounding leaves where neighbours share a border.
const touching = 1e-10

// mesh is the cells, ready to be measured against.
type mesh struct {
	outlines []topology.Outline
	tree     *index.Tree
	empty    int
	fates    []fate // of the buildings
}

// fate is how a building lies to the cells.
type fate struct {
	cells   int
	shape   bool
	outside bool // some of it lies in none
}

// share is a part of something that lies in a cell.
type share struct {
	cell, of uint32
	part     float64 // of its area, or metres of a road
}

func newMesh(ctx context.Context, cells []geo.Geometry, tell *teller) (*mesh, error) {
	m := &mesh{outlines: make([]topology.Outline, len(cells))}
	boxes := make([]orb.Bound, len(cells))
	err := spread(ctx, len(cells), tell.stage("cells"), func() struct{} { return struct{}{} }, func(_ struct{}, _, from, to int) error {
		for i := from; i < to; i++ {
			boxes[i] = geo.EmptyBound()
			if cells[i].IsNull() {
				continue
			}
			m.outlines[i].Measure(&cells[i])
			if m.outlines[i].Area() > 0 {
				boxes[i] = m.outlines[i].Bound()
			}
		}
		return nil
	})
	for i := range m.outlines {
		if m.outlines[i].Area() == 0 {
			m.empty++
		}
	}
	m.tree = index.Build(boxes)
	return m, err
}

// meshOf makes a mesh of a few shapes.
func meshOf(shapes []geo.Geometry) *mesh {
	m := &mesh{outlines: make([]topology.Outline, len(shapes))}
	boxes := make([]orb.Bound, len(shapes))
	for i := range shapes {
		m.outlines[i].Measure(&shapes[i])
		boxes[i] = m.outlines[i].Bound()
	}
	m.tree = index.Build(boxes)
	return m
}

// near appends the cells whose boxes meet a box, in their order.
func (m *mesh) near(dst []uint32, b orb.Bound) []uint32 {
	from := len(dst)
	m.tree.Search(b, func(id uint32) bool {
		dst = append(dst, id)
		return true
	})
	slices.Sort(dst[from:])
	return dst
}

// placer shares polygons out among cells by area. One for each worker.
type placer struct {
	mesh    *mesh
	overlap topology.Overlap
	outline topology.Outline
	cells   []uint32
	shares  []share
}

// place appends the shares of a polygon and gives how much of it the cells have together.
// Where cells overlap it may be more than 1.
func (p *placer) place(of uint32, g *geo.Geometry) (inside float64) {
	p.outline.Measure(g)
	area := p.outline.Area()
	if area <= 0 {
		return 0
	}
	p.cells = p.mesh.near(p.cells[:0], p.outline.Bound())
	for _, c := range p.cells {
		cell := &p.mesh.outlines[c]
		if common := p.overlap.Area(&p.outline, cell); common > touching*min(area, cell.Area()) {
			p.shares = append(p.shares, share{c, of, common / area})
			inside += common / area
		}
	}
	return inside
}

// whole is the share from which on nothing is said to lie outside: shapes from surveys
// agree to no more digits.
const whole = 1 - 1e-9

// placeBuildings shares the buildings out, and tells each its cell.
func (m *mesh) placeBuildings(ctx context.Context, t *town, tell *teller) ([]share, error) {
	m.fates = make([]fate, len(t.forms))
	chunks := make([][]share, chunkSize.Of(len(t.forms)))
	err := spread(ctx, len(t.forms), tell.stage("places"), func() *placer { return &placer{mesh: m} }, func(p *placer, chunk, from, to int) error {
		p.shares = nil
		for i := from; i < to; i++ {
			f := &t.forms[i]
			if !f.hasShape() {
				continue
			}
			first := len(p.shares)
			inside := p.place(uint32(i), &t.buildings[i].Geom)
			most := 0.0
			for _, s := range p.shares[first:] {
				if s.part > most {
					most, f.Cell = s.part, int(s.cell)
				}
			}
			m.fates[i] = fate{cells: len(p.shares) - first, shape: true, outside: inside < whole}
		}
		chunks[chunk] = p.shares
		return nil
	})
	return slices.Concat(chunks...), err
}

// placeCourts shares the courts out.
func (m *mesh) placeCourts(courts []court) []share {
	p := placer{mesh: m}
	for i := range courts {
		p.place(uint32(i), &courts[i].shape)
	}
	return p.shares
}

// byCell orders shares by cell, and by what they are of within a cell: those of cell c are
// starts[c] to starts[c+1].
func byCell(shares []share, cells int) (sorted []share, starts []uint32) {
	starts = make([]uint32, cells+1)
	for _, s := range shares {
		starts[s.cell+1]++
	}
	for c := range cells {
		starts[c+1] += starts[c]
	}
	next := slices.Clone(starts)
	sorted = make([]share, len(shares))
	for _, s := range shares {
		sorted[next[s.cell]] = s
		next[s.cell]++
	}
	return sorted, starts
}
