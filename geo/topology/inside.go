package topology

import (
	"errors"

	"github.com/twpayne/go-geos"

	"socle/geo"
)

// Inside gives a point well within a polygon: the middle of its widest stretch at some
// height, as GEOS has it. It is the same for the same vertices.
func (e *Engine) Inside(g *geo.Geometry) (x, y float64, err error) {
	err = e.with(g, func(shape *geos.Geom) error {
		p := shape.PointOnSurface()
		if p == nil || p.IsEmpty() {
			return errors.New("the shape has no inside")
		}
		defer p.Destroy()
		x, y = p.X(), p.Y()
		return nil
	})
	return x, y, err
}
