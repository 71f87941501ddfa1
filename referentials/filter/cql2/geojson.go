package cql2

import (
	"math"
	"strconv"
	"strings"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/filter"
)

// geometry is a GeoJSON geometry or a collection of some.
func (r *reader) geometry(v *value) (filter.Expr, error) {
	s := &filter.Shape{Source: at(v.at)}
	kind, err := r.geometryType(v)
	if err != nil {
		return nil, err
	}
	g := geoJSON{reader: r, shape: s}
	if !strings.EqualFold(kind, collection) {
		return s, g.member(v)
	}
	s.Collection = true
	m, ok := v.member("geometries")
	if !ok {
		return nil, r.fault(`expected "geometries" in the collection`)
	}
	_, err = under(r, "geometries", m, func(m *value) (struct{}, error) { return struct{}{}, g.members(m) })
	return s, err
}

func (r *reader) geometryType(v *value) (string, error) {
	m, ok := v.member("type")
	if !ok {
		return "", r.fault("expected a geometry, found %s", v)
	}
	return under(r, "type", m, r.text)
}

// geoJSON reads one literal into its shape. All positions have a height or none has: the
// first decides.
type geoJSON struct {
	*reader
	shape   *filter.Shape
	known   bool // whether solid is decided
	solid   bool
	heights []float64
	geom    geo.Geometry
}

func (g *geoJSON) members(v *value) error {
	if v.kind != '[' || len(v.values) == 0 {
		return g.fault("expected a list of geometries, found %s", v)
	}
	return g.each(v, g.member)
}

// each reads the items of a list.
func (g *geoJSON) each(v *value, read func(*value) error) error {
	if v.kind != '[' {
		return g.fault("expected a list, found %s", v)
	}
	if len(v.values) == 0 {
		return g.fault("an empty geometry meets no geometry").Do("leave the condition out, or write true or false")
	}
	for i := range v.values {
		g.path = append(g.path, strconv.Itoa(i))
		err := read(&v.values[i])
		g.path = g.path[:len(g.path)-1]
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *geoJSON) member(v *value) error {
	kind, err := g.geometryType(v)
	if err != nil {
		return err
	}
	t, ok := geometryTags[strings.ToLower(kind)]
	if !ok || t.String() != kind {
		fault := g.locate(referentials.Errorf(referentials.Invalid, "%s is no type of geometry", quote(kind)), "type")
		switch {
		case strings.EqualFold(kind, collection) && g.shape.Collection:
			return g.fault("a collection within a collection").Do("write its members directly")
		case kind == "Feature" || kind == "FeatureCollection":
			return fault.Do("write the geometry of the feature")
		}
		return fault.Do("the types are Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon and GeometryCollection")
	}
	m, ok := v.member("coordinates")
	if !ok {
		return g.fault(`expected "coordinates" in the geometry`)
	}
	g.geom, g.heights = geo.Geometry{Type: t}, nil
	g.path = append(g.path, "coordinates")
	err = g.coordinates(t, m)
	g.path = g.path[:len(g.path)-1]
	if err != nil {
		return err
	}
	if err := addMember(g.shape, g.geom, g.heights, g.solid); err != nil {
		return g.locate(err)
	}
	return nil
}

func (g *geoJSON) coordinates(t geo.Type, v *value) error {
	switch t {
	case geo.Point:
		return g.position(v)
	case geo.MultiPoint:
		return g.each(v, g.position)
	case geo.LineString:
		return g.line(v)
	case geo.MultiLineString:
		return g.each(v, g.line)
	case geo.Polygon:
		return g.polygon(v)
	}
	return g.each(v, g.polygon)
}

func (g *geoJSON) line(v *value) error {
	err := g.each(v, g.position)
	g.geom.EndRing()
	return err
}

func (g *geoJSON) polygon(v *value) error {
	err := g.each(v, g.line)
	g.geom.EndPart()
	return err
}

func (g *geoJSON) position(v *value) error {
	if v.kind != '[' || len(v.values) < 2 || len(v.values) > 3 {
		return g.fault("expected a position [x, y] or [x, y, z], found %s", v)
	}
	n, err := g.numbers(v)
	if err != nil {
		return err
	}
	solid := len(n) == 3
	if g.known && solid != g.solid {
		return g.fault("some positions of the geometry have a height and others have none").Do("give all of them one, or none")
	}
	g.known, g.solid = true, solid
	g.geom.Add(n[0], n[1])
	if solid {
		g.heights = append(g.heights, n[2])
	}
	return nil
}

func (r *reader) numbers(v *value) ([]float64, error) {
	if v.kind != '[' {
		return nil, r.fault("expected a list of numbers, found %s", v)
	}
	list := make([]float64, 0, len(v.values))
	for i := range v.values {
		f, err := under(r, strconv.Itoa(i), &v.values[i], r.number)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

func (r *reader) number(v *value) (float64, error) {
	if v.kind != '0' {
		return 0, r.fault("expected a number, found %s", v)
	}
	f, _ := strconv.ParseFloat(v.text, 64)
	if math.IsInf(f, 0) {
		return 0, r.fault("the number %s is too large", shorten(v.text))
	}
	return f, nil
}

func (r *reader) box(v *value) (*filter.Box, error) {
	n, err := r.numbers(v)
	if err != nil {
		return nil, err
	}
	b, fault := boxOf(n)
	if fault != nil {
		return nil, r.locate(fault)
	}
	return b, nil
}
