package address

import (
	"github.com/paulmach/orb"

	"socle/geo"
	"socle/referentials/snapshot"
)

// Mesh tells which cell of a public mesh a position lies in. It is safe for concurrent use.
type Mesh struct {
	c   *snapshot.PublicCollection
	key int
}

// NewMesh looks into a collection of polygons.
func NewMesh(c *snapshot.PublicCollection) Mesh {
	return Mesh{c, c.Descriptor().KeyIndex()}
}

// At gives the key of the cell that a position lies in, the first one where several do; ""
// when none does.
func (m Mesh) At(p Position) string {
	at := -1
	m.c.Search(orb.Bound{Min: orb.Point{p.Lon, p.Lat}, Max: orb.Point{p.Lon, p.Lat}}, func(i int) bool {
		if g := m.c.LonLat(i); (at < 0 || i < at) && covers(&g, p.Lon, p.Lat) {
			at = i
		}
		return true
	})
	if at < 0 {
		return ""
	}
	return m.c.Value(at, m.key).String()
}

// covers tells whether a line from a point to the east crosses the rings of a polygon an
// odd number of times.
func covers(g *geo.Geometry, x, y float64) bool {
	inside := false
	for r := range g.Ends {
		ring := g.Ring(r)
		for k := 3; k < len(ring); k += 2 {
			x0, y0, x1, y1 := ring[k-3], ring[k-2], ring[k-1], ring[k]
			if (y0 > y) != (y1 > y) && x < x0+(y-y0)/(y1-y0)*(x1-x0) {
				inside = !inside
			}
		}
	}
	return inside
}
