package morphology

import (
	"context"
	"math"
	"slices"

	"socle/geo"
)

// besideM is how far to the left and right of a road it is looked which cell is there.
const besideM = 0.01

// placeRoads gives the metres of every road in every cell. A road that runs along the
// border of two cells, as blocks have it, gives half its length to each.
func (m *mesh) placeRoads(ctx context.Context, roads []Road, tell *teller) ([]share, error) {
	chunks := make([][]share, chunkSize.Of(len(roads)))
	err := spread(ctx, len(roads), tell.stage("roads"), func() *cutter { return &cutter{mesh: m} }, func(c *cutter, chunk, from, to int) error {
		c.shares = nil
		for i := from; i < to; i++ {
			if g := &roads[i].Geom; !g.IsNull() {
				c.road(uint32(i), g)
			}
		}
		chunks[chunk] = c.shares
		return nil
	})
	return slices.Concat(chunks...), err
}

// cutter cuts roads along the borders of cells. One for each worker.
type cutter struct {
	mesh   *mesh
	cells  []uint32
	cuts   []float64
	shares []share
}

func (c *cutter) road(of uint32, g *geo.Geometry) {
	c.cells = c.mesh.near(c.cells[:0], g.Bound().Pad(besideM))
	for _, cell := range c.cells {
		sum := 0.0
		eachEdge(g, func(x0, y0, x1, y1 float64) { sum += c.inside(int(cell), x0, y0, x1, y1) })
		if sum > 0 {
			c.shares = append(c.shares, share{cell, of, sum})
		}
	}
}

// inside gives the metres of a segment in a cell: it is cut where it, or a line beside it,
// meets the border, and each piece looked at from both sides of its middle.
func (c *cutter) inside(cell int, x0, y0, x1, y1 float64) float64 {
	length := math.Hypot(x1-x0, y1-y0)
	box := edgeBox(x0, y0, x1, y1).Pad(besideM)
	outline := &c.mesh.outlines[cell]
	if length == 0 || !box.Intersects(outline.Bound()) {
		return 0
	}
	dx, dy := (x1-x0)/length, (y1-y0)/length
	c.cuts = append(c.cuts[:0], 0, length)
	cut := func(t float64) {
		if t > 0 && t < length {
			c.cuts = append(c.cuts, t)
		}
	}
	outline.EachEdgeIn(box, func(u0, v0, u1, v1 float64) {
		da, db := dx*(v0-y0)-dy*(u0-x0), dx*(v1-y0)-dy*(u1-x0)
		ta, tb := dx*(u0-x0)+dy*(v0-y0), dx*(u1-x0)+dy*(v1-y0)
		if math.Abs(da) <= besideM {
			cut(ta)
		}
		if math.Abs(db) <= besideM {
			cut(tb)
		}
		for _, d := range [...]float64{-besideM, 0, besideM} { // where either side meets it
			if (da-d)*(db-d) < 0 {
				cut(ta + (tb-ta)*(da-d)/(da-db))
			}
		}
	})
	slices.Sort(c.cuts)
	sum := 0.0
	for k := 1; k < len(c.cuts); k++ {
		piece := c.cuts[k] - c.cuts[k-1]
		if piece == 0 {
			continue
		}
		t := (c.cuts[k] + c.cuts[k-1]) / 2
		x, y := x0+t*dx, y0+t*dy
		if outline.Covers(x-besideM*dy, y+besideM*dx) {
			sum += piece / 2
		}
		if outline.Covers(x+besideM*dy, y-besideM*dx) {
			sum += piece / 2
		}
	}
	return sum
}
