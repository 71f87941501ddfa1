package topology

import (
	"fmt"

	"github.com/twpayne/go-geos"

	"socle/geo"
)

// Relation is how one shape lies to another, by the dimensionally extended
// nine-intersection model.
type Relation uint8

// The relations.
const (
	Intersects Relation = iota + 1
	Disjoint
	Contains // with some interior in common
	Within   // with some interior in common
	Equals
	Touches
	Crosses
	Overlaps
)

// Converse gives what b is to a where a is r to b.
func (r Relation) Converse() Relation {
	switch r {
	case Contains:
		return Within
	case Within:
		return Contains
	}
	return r
}

// Relate tells whether a is r to b. It fails where GEOS cannot tell, as for some shapes
// that are not valid.
func (e *Engine) Relate(r Relation, a, b *geo.Geometry) (is bool, err error) {
	if boxesApart(a.Bound(), b.Bound()) {
		return r == Disjoint, nil
	}
	err = e.with(a, func(x *geos.Geom) error {
		return e.with(b, func(y *geos.Geom) error {
			is, err = relate(r, x, y)
			return err
		})
	})
	return is, err
}

func relate(r Relation, x, y *geos.Geom) (bool, error) {
	switch r {
	case Intersects:
		return x.Intersects(y), nil
	case Disjoint:
		return x.Disjoint(y), nil
	case Contains:
		return x.Contains(y), nil
	case Within:
		return x.Within(y), nil
	case Equals:
		return x.Equals(y), nil
	case Touches:
		return x.Touches(y), nil
	case Crosses:
		return x.Crosses(y), nil
	case Overlaps:
		return x.Overlaps(y), nil
	}
	return false, fmt.Errorf("relation %d is not known", r)
}

// relatePrepared tells whether y is r to the prepared shape.
func relatePrepared(r Relation, prepared *geos.PrepGeom, whole, y *geos.Geom) (bool, error) {
	switch r {
	case Intersects:
		return prepared.Intersects(y), nil
	case Disjoint:
		return prepared.Disjoint(y), nil
	case Contains:
		return prepared.Within(y), nil
	case Within:
		return prepared.Contains(y), nil
	case Touches:
		return prepared.Touches(y), nil
	case Crosses:
		return prepared.Crosses(y), nil
	case Overlaps:
		return prepared.Overlaps(y), nil
	}
	return relate(r, y, whole)
}
