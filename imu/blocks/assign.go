package blocks

import (
	"context"
	"slices"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/index"
	"socle/geo/topology"
	"socle/imu/parallel"
)

// part is what a building and a block have in common.
type part struct {
	building, block int
	area            float64
}

// contact is the share of a shape below which two only touch.
const contact = 1e-9

// cutShare is from what share of its footprint in another block a building counts as cut.
const cutShare = 0.01

// assign gives each building to the block that holds most of it, of equals the first, and
// each point to the block it lies in.
func (b *build) assign(ctx context.Context) error {
	layer := b.in.Buildings
	if layer == nil {
		return nil
	}
	b.result.Assigned = make([]int, len(layer.Features))
	var err error
	if b.result.buildings, err = placeBuildings(ctx, layer, meshOf(b.result.Blocks)); err != nil {
		return err
	}
	b.countBuildings()
	return nil
}

// placeBuildings gives what every building has in common with every block, by building and
// then by block.
func placeBuildings(ctx context.Context, layer *Layer, m *mesh) ([]part, error) {
	n := len(layer.Features)
	found := make([][]part, chunk.Of(n))
	type worker struct {
		overlap topology.Overlap
		outline topology.Outline
	}
	err := parallel.Each(ctx, n, chunk, func() *worker { return &worker{} }, func(w *worker, share, from, to int) error {
		for i := from; i < to; i++ {
			g := &layer.Features[i].Shape
			if g.Type.Dimension() == 2 {
				w.outline.Measure(g)
				found[share] = m.overlaps(found[share], &w.overlap, &w.outline, i)
			} else if g.Type == geo.Point {
				if k, ok := m.holding(g.XY[0], g.XY[1]); ok {
					found[share] = append(found[share], part{i, k, 0})
				}
			}
		}
		return nil
	})
	return slices.Concat(found...), err
}

// countBuildings goes through the parts, which are by building and then by block.
func (b *build) countBuildings() {
	blocks, told, parts := b.result.Blocks, &b.report.Buildings, b.result.buildings
	for i := range b.result.Assigned {
		n := 0
		for n < len(parts) && parts[n].building == i {
			n++
		}
		own := parts[:n]
		parts = parts[n:]
		told.Read++
		b.result.Assigned[i] = -1
		if n == 0 {
			if d := b.in.Buildings.Features[i].Shape.Type; d.Dimension() != 2 && d != geo.Point {
				told.Unfit++
			} else {
				told.Outside++
			}
			continue
		}
		best, whole := 0, 0.0
		for k := range own {
			if own[k].area > own[best].area {
				best = k
			}
			whole += own[k].area
			blocks[own[k].block].Footprint += own[k].area
		}
		if whole > 0 && own[best].area < (1-cutShare)*whole {
			told.Cut++
		}
		told.Assigned++
		b.result.Assigned[i] = own[best].block
		blocks[own[best].block].Buildings++
	}
}

// mesh finds blocks by place.
type mesh struct {
	outlines []topology.Outline
	tree     *index.Tree
}

// meshOf finds blocks.
func meshOf(blocks []Block) *mesh {
	shapes := make([]geo.Geometry, len(blocks))
	for k := range blocks {
		shapes[k] = blocks[k].Shape
	}
	return newMesh(shapes)
}

func newMesh(shapes []geo.Geometry) *mesh {
	m := &mesh{outlines: make([]topology.Outline, len(shapes))}
	boxes := make([]orb.Bound, len(shapes))
	for k := range shapes {
		m.outlines[k].Measure(&shapes[k])
		boxes[k] = m.outlines[k].Bound()
	}
	m.tree = index.Build(boxes)
	return m
}

// near gives the blocks whose box meets another, in their order.
func (m *mesh) near(box orb.Bound) []int {
	var list []int
	m.tree.Search(box, func(id uint32) bool {
		list = append(list, int(id))
		return true
	})
	slices.Sort(list)
	return list
}

func (m *mesh) overlaps(dst []part, v *topology.Overlap, o *topology.Outline, building int) []part {
	for _, k := range m.near(o.Bound()) {
		if area := v.Area(o, &m.outlines[k]); area > contact*min(o.Area(), m.outlines[k].Area()) {
			dst = append(dst, part{building, k, area})
		}
	}
	return dst
}

// holding gives the first block that covers a point.
func (m *mesh) holding(x, y float64) (int, bool) {
	for _, k := range m.near(orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x, y}}) {
		if m.outlines[k].Covers(x, y) {
			return k, true
		}
	}
	return 0, false
}
