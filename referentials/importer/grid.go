package importer

import (
	"context"
	"math"
	"strconv"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials/importer/source"
)

// grid names the square cells of the European grid (EPSG:3035) the way INSEE does,
// "CRS3035RES200mN2852400E3440800", by their lower left corner.
type grid struct {
	size float64 // side of a cell in metres
	to   *crs.Transformer
	xy   []float64
	met  map[[2]int64]bool
}

// cornerTolerance is how far, in metres, the corners of a cell may lie from those of the
// grid: what rounding longitudes and latitudes does, and no more.
const cornerTolerance = 1.0

var gridSizes = map[string]float64{"carreaux_200m": 200, "carreaux_1km": 1000}

// gridCount tells whether all shapes of a file are cells of the grid, each met once.
type gridCount struct {
	cells, odd, repeated int64
}

func (c *gridCount) usable() bool { return c.cells > 0 && c.odd == 0 && c.repeated == 0 }

func newGrid(size float64, from crs.CRS) (*grid, error) {
	t, err := crs.NewTransformer(from, crs.EPSG(3035))
	if err != nil {
		return nil, err
	}
	return &grid{size: size, to: t, met: map[[2]int64]bool{}}, nil
}

func (gr *grid) close() {
	if gr != nil {
		gr.to.Close()
	}
}

// corner gives the lower left corner of a cell in whole metres, false when g is not one.
func (gr *grid) corner(g *geo.Geometry) (corner [2]int64, ok bool) {
	if g.Type.Dimension() != 2 || len(g.XY) > 64 {
		return corner, false
	}
	gr.xy = append(gr.xy[:0], g.XY...)
	if gr.to.Forward(gr.xy) != nil {
		return corner, false
	}
	b := geo.BoundOf(gr.xy)
	for axis := range 2 {
		low := math.Round(b.Min[axis]/gr.size) * gr.size
		if math.Abs(b.Min[axis]-low) > cornerTolerance || math.Abs(b.Max[axis]-low-gr.size) > cornerTolerance {
			return corner, false
		}
		corner[axis] = int64(low)
	}
	return corner, true
}

func (gr *grid) count(c *gridCount, g *geo.Geometry) {
	corner, ok := gr.corner(g)
	switch {
	case !ok:
		c.odd++
	case gr.met[corner]:
		c.repeated++
	default:
		gr.met[corner] = true
		c.cells++
	}
}

// id writes a corner as INSEE does.
func (gr *grid) id(corner [2]int64) string {
	b := append([]byte("CRS3035RES"), strconv.Itoa(int(gr.size))...)
	b = strconv.AppendInt(append(b, "mN"...), corner[1], 10)
	return string(strconv.AppendInt(append(b, 'E'), corner[0], 10))
}

// countGrid walks the files to see whether their shapes are all cells of the grid.
func countGrid(ctx context.Context, inputs []*input, size float64) (gridCount, error) {
	var c gridCount
	for _, in := range inputs {
		gr, err := newGrid(size, in.crs)
		if err != nil {
			return c, err
		}
		_, err = in.each(ctx, nil, Surveying, func(rec *source.Record) error {
			if rec.Err == nil {
				gr.count(&c, &rec.Geom)
			}
			return nil
		})
		gr.close()
		if err != nil {
			return c, err
		}
	}
	return c, nil
}
