package eval

import (
	"math"

	"socle/geo"
	"socle/geo/topology"
	"socle/referentials/filter"
)

// measured is a number computed from the geometry of rows.
type measured struct {
	of    places
	other places // of distance; nil elsewhere
	do    func(g, other *geo.Geometry) (float64, error)
	price int
}

func (v *measured) cost() int { return v.of.cost() + v.price }

func (v *measured) eval(rows []uint32, out []float64) []float64 {
	v.of.load(rows)
	if v.other != nil {
		v.other.load(rows)
	}
	for k := range rows {
		out[k] = math.NaN()
		g := v.of.at(k)
		if g.IsNull() {
			continue
		}
		var other *geo.Geometry
		if v.other != nil {
			if other = v.other.at(k); other.IsNull() {
				continue
			}
		}
		if m, err := v.do(g, other); err == nil && !math.IsInf(m, 0) {
			out[k] = m
		}
	}
	return out
}

// measure compiles area, length and distance.
func (c *compiler) measure(n *filter.Node) (numbers, error) {
	if n.Kind != filter.Apply {
		return nil, c.stranger(n)
	}
	switch n.Function.Name {
	case "area":
		return c.measureOne(n, topology.Area)
	case "length":
		return c.measureOne(n, topology.Length)
	case "distance":
		return c.distance(n)
	}
	return nil, c.stranger(n)
}

func (c *compiler) measureOne(n *filter.Node, measure func(*geo.Geometry) float64) (numbers, error) {
	if members, constant := c.shape(n.Args[0]); constant {
		if len(members) == 0 {
			return numberConstant(math.NaN()), nil
		}
		sum := 0.0
		for k := range members {
			sum += measure(&members[k])
		}
		return numberConstant(sum), nil
	}
	of, err := c.places(n.Args[0], n.CRS)
	return &measured{of: of, do: func(g, _ *geo.Geometry) (float64, error) { return measure(g), nil }, price: 100}, err
}

func (c *compiler) distance(n *filter.Node) (numbers, error) {
	a, b := n.Args[0], n.Args[1]
	if _, constant := c.shape(a); constant {
		a, b = b, a
	}
	members, constant := c.shape(b)
	switch {
	case constant && len(members) == 0:
		return numberConstant(math.NaN()), nil
	case !constant:
		of, other, err := pair(func(n *filter.Node) (places, error) { return c.places(n, n.CRS) }, a, b)
		return &measured{of: of, other: other, do: c.state.geos().Distance, price: 40_000}, err
	}
	to := topology.Prepare(members...)
	c.state.frees = append(c.state.frees, to.Close)
	if left, constant := c.shape(a); constant {
		least := math.NaN()
		for k := range left {
			if d, err := to.Distance(&left[k]); err == nil && !(d >= least) {
				least = d
			}
		}
		return numberConstant(least), nil
	}
	of, err := c.places(a, n.CRS)
	return &measured{of: of, do: func(g, _ *geo.Geometry) (float64, error) { return to.Distance(g) }, price: 1000}, err
}
