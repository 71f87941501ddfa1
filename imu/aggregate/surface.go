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

// hectares measures the cells of a mesh, in its own system where that is in metres. Cells
// without a shape are NaN.
func hectares(c *snapshot.Collection) ([]float64, error) {
	areas := make([]float64, c.Len())
	if c.Descriptor().Geometry.Dimension() != 2 {
		for k := range areas {
			areas[k] = math.NaN()
		}
		return areas, nil
	}
	system := c.Descriptor().CRS
	info, err := crs.Describe(system)
	if err != nil {
		return nil, err
	}
	perUnit := info.PerUnit
	var way *crs.Transformer
	if !info.TrueToScale() {
		if way, err = crs.NewTransformer(system, crs.EPSG(equalArea)); err != nil {
			return nil, err
		}
		defer way.Close()
		perUnit = 1
	}
	for k := range areas {
		g := c.Geometry(k)
		if way != nil {
			g.XY = slices.Clone(g.XY)
			if err := way.Forward(g.XY); err != nil {
				return nil, err
			}
		}
		areas[k] = topology.Area(&g) * perUnit * perUnit / squareMetres
	}
	return areas, nil
}
