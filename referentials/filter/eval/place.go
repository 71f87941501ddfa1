package eval

import (
	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
)

// places is a column of geometries: load sets the rows, at gives the shape of rows[k] until
// the next load or at. A null one is of type None.
type places interface {
	load(rows []uint32)
	at(k int) *geo.Geometry
	cost() int
}

// plainPlace is the geometry of the rows as the table has it.
type plainPlace struct {
	table  Table
	lonLat bool
	rows   []uint32
	g      geo.Geometry
}

func (v *plainPlace) cost() int { return 10 }

func (v *plainPlace) load(rows []uint32) { v.rows = rows }

func (v *plainPlace) at(k int) *geo.Geometry {
	if v.lonLat {
		v.g = v.table.LonLat(int(v.rows[k]))
	} else {
		v.g = v.table.Geometry(int(v.rows[k]))
	}
	return &v.g
}

// movedPlace is the geometry of the rows in a system that the table does not keep. A batch
// is transformed as a whole when a shape of it is first asked for.
type movedPlace struct {
	table Table
	way   *crs.Transformer
	state *state

	rows   []uint32
	loaded bool
	xy     []float64
	ends   []int // of each row in xy
	failed []int
	g      geo.Geometry
}

func (v *movedPlace) cost() int { return 500 }

func (v *movedPlace) load(rows []uint32) { v.rows, v.loaded = rows, false }

func (v *movedPlace) at(k int) *geo.Geometry {
	if !v.loaded {
		v.transform()
	}
	from := 0
	if k > 0 {
		from = v.ends[k-1]
	}
	v.g = v.table.Geometry(int(v.rows[k]))
	v.g.XY = v.xy[from:v.ends[k]:v.ends[k]]
	for i := 0; i < len(v.g.XY); i += 2 {
		if x := v.g.XY[i]; x-x != 0 {
			v.g = geo.Geometry{} // a part has no image there
			break
		}
	}
	return &v.g
}

func (v *movedPlace) transform() {
	v.loaded, v.xy, v.ends = true, v.xy[:0], v.ends[:0]
	for _, row := range v.rows {
		g := v.table.Geometry(int(row))
		v.xy = append(v.xy, g.XY...)
		v.ends = append(v.ends, len(v.xy))
	}
	var err error
	if v.failed, err = v.way.TryForward(v.xy, v.failed[:0]); err != nil {
		v.state.fail(referentials.Errorf(referentials.Internal, "%w", err))
	}
}

// constantPlace is the same shape for every row.
type constantPlace struct{ g geo.Geometry }

func (v *constantPlace) cost() int { return 1 }

func (v *constantPlace) load([]uint32) {}

func (v *constantPlace) at(int) *geo.Geometry { return &v.g }

// madePlace is buffer or centroid of the geometry of the rows.
type madePlace struct {
	of     places
	shape  []geo.Geometry // in the place of of: a literal, around which the rows tell how far
	metres numbers        // nil for a centroid
	state  *state

	rows []uint32
	g    geo.Geometry
}

func (v *madePlace) cost() int { return 20_000 }

func (v *madePlace) load(rows []uint32) {
	v.rows = rows
	if v.of != nil {
		v.of.load(rows)
	}
}

func (v *madePlace) at(k int) *geo.Geometry {
	v.g = geo.Geometry{}
	shape := v.shape
	if v.of != nil {
		g := v.of.at(k)
		if g.IsNull() {
			return &v.g
		}
		shape = []geo.Geometry{*g}
	}
	if len(shape) == 0 {
		return &v.g
	}
	if v.metres == nil {
		v.g, _ = v.state.geos().Centroid(shape...)
		return &v.g
	}
	var out [1]float64
	if d := v.metres.eval(v.rows[k:k+1], out[:])[0]; d == d {
		v.g, _ = v.state.geos().Buffer(d, shape...)
	}
	return &v.g
}

// isLonLat tells the systems in which a table's longitudes and latitudes are coordinates.
func isLonLat(c crs.CRS) bool { return c == crs.CRS84 || c == crs.EPSG(4326) }

// places compiles a geometry that depends on the row, in the system c.
func (c *compiler) places(n *filter.Node, in crs.CRS) (places, error) {
	switch n.Kind {
	case filter.Constant:
		if len(n.Shape.Members) == 1 {
			return &constantPlace{n.Shape.Members[0]}, nil
		}
	case filter.Place:
		stored := c.table.Descriptor().CRS
		switch {
		case in == stored, stored.IsZero():
			return &plainPlace{table: c.table}, nil
		case isLonLat(in):
			return &plainPlace{table: c.table, lonLat: true}, nil
		}
		if known := c.moved[in]; known != nil {
			return known, nil
		}
		way, err := c.systems.Between(stored, in)
		if err != nil {
			return nil, referentials.Errorf(referentials.Internal, "%w", err)
		}
		v := &movedPlace{table: c.table, way: way, state: c.state}
		if c.moved == nil {
			c.moved = map[crs.CRS]*movedPlace{}
		}
		c.moved[in] = v
		return v, nil
	case filter.Apply:
		v := &madePlace{state: c.state}
		var err error
		var constant bool
		if v.shape, constant = c.shape(n.Args[0]); !constant {
			if v.of, err = c.places(n.Args[0], n.CRS); err != nil {
				return nil, err
			}
		}
		if n.Function.Name == "buffer" {
			v.metres, err = c.numbers(n.Args[1])
		}
		return v, err
	}
	return nil, c.stranger(n)
}

// shape gives the members of a geometry that is the same for every row, none of a null
// one.
func (c *compiler) shape(n *filter.Node) (members []geo.Geometry, constant bool) {
	if n.Kind == filter.Constant {
		return n.Shape.Members, true
	}
	if n.Kind != filter.Apply || !isConstant(n) {
		return nil, false
	}
	of, ok := c.shape(n.Args[0])
	if !ok || len(of) == 0 {
		return nil, ok
	}
	var g geo.Geometry
	var err error
	if n.Function.Name == "centroid" {
		g, err = c.state.geos().Centroid(of...)
	} else {
		metres, failed := c.numbers(n.Args[1])
		if failed != nil {
			return nil, false
		}
		var out [1]float64
		if d := metres.eval([]uint32{0}, out[:])[0]; d == d {
			g, err = c.state.geos().Buffer(d, of...)
		}
	}
	if err != nil || g.IsNull() {
		return nil, true
	}
	return []geo.Geometry{g}, true
}

// noPlace is true where a geometry is null.
func (c *compiler) noPlace(n *filter.Node) (predicate, error) {
	if members, constant := c.shape(n); constant {
		return always(truthOf(len(members) == 0)), nil
	}
	of, err := c.places(n, c.table.Descriptor().CRS)
	if err != nil {
		return nil, err
	}
	return &isNull{func(rows []uint32, null []bool) {
		of.load(rows)
		for k := range rows {
			null[k] = of.at(k).IsNull()
		}
	}, of.cost(), c.state}, nil
}
