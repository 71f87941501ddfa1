package topology

import (
	"errors"
	"fmt"
	"math"

	"github.com/twpayne/go-geos"

	"socle/geo"
)

// RepairResult tells what Repair had to do.
type RepairResult struct {
	Changed       bool
	Reason        string // why the shape was not valid, in GEOS' words; "" when it only needed tidying
	RingsClosed   int    // rings whose last vertex was not their first
	PointsRemoved int    // vertices equal to the one before
	Dropped       int    // rings, lines and pieces that had no extent
}

// ErrCollapsed is given where nothing of the shape's dimension is left: a polygon without
// area, a line without length.
var ErrCollapsed = errors.New("nothing is left of the shape once it is made valid")

// Repair makes g valid and keeps its dimension: rings are closed, repeated points and
// collapsed rings go, crossings are resolved so that what was inside a shell stays inside.
// A single type stays single when the result allows and becomes multi otherwise; a multi
// type stays multi. A valid shape is left as it is. What g's slices viewed is never
// written to: a repaired g has storage of its own. On error g is unchanged.
func (e *Engine) Repair(g *geo.Geometry) (RepairResult, error) {
	if g.IsNull() {
		return RepairResult{}, nil
	}
	if err := checkEnds(g); err != nil {
		return RepairResult{}, err
	}
	if ok, _, err := e.Valid(g); ok || err != nil {
		return RepairResult{}, err
	}
	tidied, res := tidy(g)
	if len(tidied.XY) == 0 {
		return res, ErrCollapsed
	}
	ok, reason, err := e.Valid(&tidied)
	if err != nil {
		return res, err
	}
	if !ok {
		res.Reason = reason
		if err := e.makeValid(&tidied, &res); err != nil {
			return res, err
		}
	}
	res.Changed = true
	*g = tidied
	return res, nil
}

// makeValid lets GEOS resolve crossings and keeps the parts of g's dimension.
func (e *Engine) makeValid(g *geo.Geometry, res *RepairResult) error {
	var out geo.Geometry
	err := e.with(g, func(shape *geos.Geom) error {
		valid, err := validShape(shape)
		if err != nil {
			return err
		}
		defer valid.Destroy()
		return collect(valid, g.Type.Dimension(), &out, res)
	})
	if err != nil {
		return err
	}
	if len(out.XY) == 0 {
		return ErrCollapsed
	}
	if g.Type == g.Type.Multi() {
		out.Promote()
	}
	*g = out
	return nil
}

// validShape gives a valid shape the caller destroys.
//
// GEOS' structure method comes first, not its default: where parts or loops overlap, the
// default makes the overlap a hole, which is never what a map of buildings meant. GEOS
// 3.11 sometimes leaves two lobes side by side as parts that share an edge; a union
// dissolves it. The default method is the last resort.
func validShape(shape *geos.Geom) (*geos.Geom, error) {
	tries := []func(*geos.Geom) *geos.Geom{
		func(*geos.Geom) *geos.Geom {
			return shape.MakeValidWithParams(geos.MakeValidStructure, geos.MakeValidKeepCollapsed)
		},
		(*geos.Geom).UnaryUnion,
		func(*geos.Geom) *geos.Geom {
			return shape.MakeValidWithParams(geos.MakeValidLinework, geos.MakeValidKeepCollapsed)
		},
	}
	last := shape
	for _, try := range tries {
		next := try(last)
		if last != shape {
			last.Destroy()
		}
		if next == nil {
			return nil, errors.New("GEOS cannot make the shape valid")
		}
		if next.IsValid() {
			return next, nil
		}
		last = next
	}
	last.Destroy()
	return nil, errors.New("GEOS cannot make the shape valid")
}

// collect appends the members of shape that have that dimension to out, and counts the
// others as dropped.
func collect(shape *geos.Geom, dimension int, out *geo.Geometry, res *RepairResult) error {
	if shape.IsEmpty() {
		return nil
	}
	if shape.TypeID() == geos.TypeIDGeometryCollection {
		for i := range shape.NumGeometries() {
			if err := collect(shape.Geometry(i), dimension, out, res); err != nil {
				return err
			}
		}
		return nil
	}
	var g geo.Geometry
	if _, err := geo.DecodeWKB(shape.ToWKB(), &g); err != nil {
		return err
	}
	if g.Type.Dimension() != dimension {
		res.Dropped++
		return nil
	}
	join(out, &g)
	return nil
}

// join adds the parts of g, of the same dimension, to out.
func join(out, g *geo.Geometry) {
	if out.Type == geo.None {
		*out = *g
		return
	}
	vertices, rings := uint32(out.NumVertices()), uint32(len(out.Ends))
	out.XY = append(out.XY, g.XY...)
	for _, end := range g.Ends {
		out.Ends = append(out.Ends, vertices+end)
	}
	for _, end := range g.Parts {
		out.Parts = append(out.Parts, rings+end)
	}
	out.Promote()
}

// checkEnds tells what makes g unreadable, as opposed to invalid: vertices that are not
// finite and ends that do not fit them.
func checkEnds(g *geo.Geometry) error {
	if len(g.XY)%2 != 0 {
		return fmt.Errorf("odd number of ordinates (%d)", len(g.XY))
	}
	for i, v := range g.XY {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("vertex %d is not finite", i/2)
		}
	}
	ordered := func(ends []uint32, last int) bool {
		prev := uint32(0)
		for _, end := range ends {
			if end < prev {
				return false
			}
			prev = end
		}
		return int(prev) == last
	}
	switch dimension := g.Type.Dimension(); {
	case dimension < 0:
		return fmt.Errorf("a %s is not a shape that can be repaired", g.Type)
	case dimension >= 1 && !ordered(g.Ends, g.NumVertices()), dimension == 2 && !ordered(g.Parts, len(g.Ends)):
		return fmt.Errorf("the ends of the rings do not match the vertices")
	}
	return nil
}
