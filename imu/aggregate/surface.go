package aggregate

import (
	"math"
	"slices"

	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials/snapshot"
)

// squareMetres is a hectare.
const squareMetres = 10_000

// equalArea is the system that areas of cells are measured in where theirs is not true to
// scale: it keeps them anywhere in the world.
const equalArea = 6933

// hectares measures the cells of a mesh, in its own system where that is true to
// scale. Cells without a shape are NaN.
func hectares(c *snapshot.Collection) ([]float64, error) {
	system := c.Descriptor().CRS
	if c.Descriptor().Geometry.Dimension() == 2 {
		info, err := crs.Describe(system)
		if err != nil {
			return nil, err
		}
		if !info.TrueToScale() {
			system = crs.EPSG(equalArea)
		}
	}
	areas, err := areasIn(c, system)
	for k := range areas {
		areas[k] /= squareMetres
	}
	return areas, err
}

// areasIn measures the cells of a mesh in a plane, in square metres of it. Cells without a
// shape are NaN.
func areasIn(c *snapshot.Collection, plane crs.CRS) ([]float64, error) {
	areas := make([]float64, c.Len())
	if c.Descriptor().Geometry.Dimension() != 2 {
		for k := range areas {
			areas[k] = math.NaN()
		}
		return areas, nil
	}
	info, err := crs.Describe(plane)
	if err != nil {
		return nil, err
	}
	var way *crs.Transformer
	if stored := c.Descriptor().CRS; stored != plane {
		if way, err = crs.NewTransformer(stored, plane); err != nil {
			return nil, err
		}
		defer way.Close()
	}
	for k := range areas {
		g := c.Geometry(k)
		if way != nil {
			g.XY = slices.Clone(g.XY)
			if err := way.Forward(g.XY); err != nil {
				return nil, err
			}
		}
		areas[k] = topology.Area(&g) * info.PerUnit * info.PerUnit
	}
	return areas, nil
}

// surfaces are the areas of the cells of one mesh that outputs are divided by: nil where none
// is.
type surfaces struct {
	hectares []float64 // as they are
	planar   []float64 // in the plane that overlaps were measured in, m²
}

// surfaces measures the cells of a mesh as far as outputs need it.
func (w *work) surfaces(c *snapshot.Collection) (s surfaces, err error) {
	for i := range w.plan.outputs {
		o := &w.plan.outputs[i]
		if o.scale == hectareScale && s.hectares == nil {
			if s.hectares, err = hectares(c); err != nil {
				return s, err
			}
		}
		if o.covered(w.plan) && s.planar == nil {
			if s.planar, err = areasIn(c, w.matrix.Plane()); err != nil {
				return s, err
			}
		}
	}
	return s, nil
}
