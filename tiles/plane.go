package tiles

import (
	"slices"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// Grid is a square of another plane than Web Mercator's that a Tiler cuts into tiles. World
// units are then its 2³²th parts. What lies beyond the square is on its edge, what has no
// image in the plane in a corner.
type Grid struct {
	CRS       crs.CRS
	Left, Top float64 // the corner, in the units of CRS
	Side      float64

	// Deeper is how many levels below a zoom of the web the level of about the same scale
	// lies: policies are written in zooms of the web.
	Deeper uint8
}

// units gives the world units of a place in the plane: of a longitude and latitude where
// there is no grid.
func (g *Grid) units(x, y float64) (uint32, uint32) {
	if g == nil {
		return project(x, y)
	}
	return toUnit((x - g.Left) / g.Side), toUnit((g.Top - y) / g.Side)
}

// zoomsIn is Zooms in levels of a grid.
func zoomsIn(d *referentials.Descriptor, g *Grid) (low, high uint32) {
	least, most := Zooms(d)
	if g != nil && g.Deeper > 0 {
		least, most = min(least+int(g.Deeper), MaxZoom), min(most+int(g.Deeper), MaxZoom)
	}
	return uint32(least), uint32(most)
}

// policyIn is policyOf in levels of a grid.
func policyIn(d *referentials.Descriptor, g *Grid) referentials.TilePolicy {
	p := policyOf(d)
	if g == nil || g.Deeper == 0 {
		return p
	}
	low, high := zoomsIn(d, g)
	p.MinZoom, p.MaxZoom = uint8(low), uint8(high)
	zooms := make(map[string]uint8, len(p.FieldZooms))
	for name, zoom := range p.FieldZooms {
		zooms[name] = zoom + g.Deeper
	}
	p.FieldZooms = zooms
	return p
}

// build makes the layer of a collection in the grid of the Tiler.
func (t *Tiler) build(c *snapshot.PublicCollection) (*layer, error) {
	if t.options.Grid == nil {
		return buildLayer(c, t.options.Buffer), nil
	}
	l := &layer{collection: c, grid: t.options.Grid}
	if stored := c.Descriptor().CRS; stored != l.grid.CRS {
		way, err := crs.NewTransformer(stored, l.grid.CRS)
		if err != nil {
			return nil, referentials.Errorf(referentials.Internal, "tiles of %q: %w", c.ID(), err)
		}
		defer way.Close()
		l.way = way
	}
	l.build(t.options.Buffer)
	l.way = nil
	return l, nil
}

// shape gives the shape of a row in the plane of the layer.
func (l *layer) shape(row int) geo.Geometry {
	if l.grid == nil {
		return l.collection.LonLat(row)
	}
	g := l.collection.Geometry(row)
	if l.way != nil {
		g.XY = slices.Clone(g.XY)
		l.toGrid(g.XY)
	}
	return g
}

// toGrid takes places of the collection to the plane of the grid.
func (l *layer) toGrid(xy []float64) {
	if l.way != nil {
		// A way that fails as a whole leaves places where they are not: on the edge.
		_, _ = l.way.TryForward(xy, nil)
	}
}
