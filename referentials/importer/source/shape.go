package source

import (
	"errors"
	"fmt"
	"unsafe"

	"socle/geo"
)

// maxCollections bounds how deep geometry collections may hold each other.
const maxCollections = 8

// DecodeGeoJSON reads the GeoJSON geometry (or the feature around one) that is next at c
// into g, reusing its storage; null gives Type None, and so do empty coordinates. The text
// has been checked to be JSON. It tells whether a third ordinate was dropped. A collection is taken when its
// members have one dimension, as the multi type of it. After an error, which is about
// this geometry alone, c is somewhere inside the value. Closing and validity of rings
// are not judged.
func DecodeGeoJSON(c *JSONCursor, g *geo.Geometry) (hasZ bool, err error) {
	g.Reset()
	d := shapeDecoder{c: *c, g: g}
	err = d.geometry(0)
	*c = d.c
	if err != nil || len(g.XY) == 0 {
		g.Reset()
	}
	return d.hasZ, err
}

// IsGeoJSONType tells the names of GeoJSON's geometry types.
func IsGeoJSONType(name string) bool { return jsonType(name) != geo.None || name == collection }

const collection = "GeometryCollection"

func jsonType(name string) geo.Type {
	switch name {
	case "Point":
		return geo.Point
	case "LineString":
		return geo.LineString
	case "Polygon":
		return geo.Polygon
	case "MultiPoint":
		return geo.MultiPoint
	case "MultiLineString":
		return geo.MultiLineString
	case "MultiPolygon":
		return geo.MultiPolygon
	}
	return geo.None
}

type shapeDecoder struct {
	c    JSONCursor
	g    *geo.Geometry
	hasZ bool
}

func (d *shapeDecoder) geometry(depth int) error {
	switch d.c.Kind() {
	case 'n':
		d.c.Value()
		return nil
	case '{':
	default:
		return errors.New("its geometry is not an object")
	}
	if depth > maxCollections {
		return errors.New("its geometry collections are nested too deep")
	}
	var name, members []byte
	read := geo.None // the type coordinates were read as
	for d.c.Enter(); d.c.Next(); {
		switch string(d.c.Name()) {
		case "type":
			name = d.c.Value()
		case "coordinates":
			// The type may come after them: their nesting tells enough to begin.
			if read = jsonType(unquoted(name)); read == geo.None {
				read = d.typeOfNesting()
			}
			if err := d.coordinates(read); err != nil {
				return err
			}
		case "geometries":
			members = d.c.Value()
		case "geometry":
			if err := d.geometry(depth + 1); err != nil {
				return err
			}
		default:
			d.c.Value()
		}
	}
	switch what := unquoted(name); {
	case name == nil:
		return errors.New("its geometry has no type")
	case what == "Feature":
		return nil
	case what == collection:
		rest := d.c
		defer func() { d.c = rest }()
		d.g.Reset()
		d.c = WalkJSON(members)
		return d.collect(depth)
	case jsonType(what) == geo.None:
		return fmt.Errorf("%.40q is not a GeoJSON geometry type", what)
	case read == geo.None:
		return fmt.Errorf("its %s has no coordinates", what)
	default:
		return d.retype(read, jsonType(what))
	}
}

// typeOfNesting gives a type whose coordinates are nested as those that are next.
func (d *shapeDecoder) typeOfNesting() geo.Type {
	c, depth := d.c, 0
	for c.Kind() == '[' && depth < 4 {
		c.Enter()
		depth++
	}
	return [...]geo.Type{geo.Point, geo.Point, geo.LineString, geo.Polygon, geo.MultiPolygon}[depth]
}

// retype turns a geometry read by its nesting into what it is said to be.
func (d *shapeDecoder) retype(read, t geo.Type) error {
	switch {
	case read == t:
	case read == geo.LineString && t == geo.MultiPoint:
		d.g.Ends = d.g.Ends[:0]
	case read == geo.Polygon && t == geo.MultiLineString:
		d.g.Parts = d.g.Parts[:0]
	case len(d.g.XY) > 0:
		return errNesting
	}
	d.g.Type = t
	return nil
}

func unquoted(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	return unsafe.String(&raw[1], len(raw)-2) // raw outlives every use of it here
}

// collect joins the members of a collection into one multi geometry.
func (d *shapeDecoder) collect(depth int) error {
	if d.c.Kind() != '[' {
		return errors.New("its geometry collection has no geometries")
	}
	all := d.g
	var part geo.Geometry
	defer func() { d.g = all }()
	for d.c.Enter(); d.c.Next(); {
		part.Reset()
		d.g = &part
		if err := d.geometry(depth + 1); err != nil {
			return err
		}
		if part.IsNull() {
			continue
		}
		if all.IsNull() {
			all.Type = part.Type.Multi()
		}
		if part.Type.Multi() != all.Type {
			return fmt.Errorf("its geometry collection mixes a %s with a %s", all.Type, part.Type)
		}
		vertices, rings := uint32(all.NumVertices()), uint32(len(all.Ends))
		all.XY = append(all.XY, part.XY...)
		for _, e := range part.Ends {
			all.Ends = append(all.Ends, vertices+e)
		}
		for _, p := range part.Parts {
			all.Parts = append(all.Parts, rings+p)
		}
	}
	return nil
}

var errNesting = errors.New("its coordinates are not nested as its type wants")

func (d *shapeDecoder) coordinates(t geo.Type) error {
	if d.c.Kind() != '[' {
		return errNesting
	}
	d.g.Reset() // a repeated member counts once
	d.g.Type = t
	switch t {
	case geo.Point:
		from := d.c
		if d.c.Enter(); !d.c.Next() {
			return nil // an empty point
		}
		d.c = from
		return d.position()
	case geo.MultiPoint:
		return d.positions()
	case geo.LineString:
		return d.line()
	case geo.MultiLineString:
		return d.lines()
	case geo.Polygon:
		return d.polygon()
	}
	for d.c.Enter(); d.c.Next(); {
		if err := d.polygon(); err != nil {
			return err
		}
	}
	return nil
}

func (d *shapeDecoder) polygon() error {
	before := len(d.g.Ends)
	if err := d.lines(); err != nil {
		return err
	}
	if len(d.g.Ends) > before {
		d.g.EndPart()
	}
	return nil
}

func (d *shapeDecoder) lines() error {
	if d.c.Kind() != '[' {
		return errNesting
	}
	for d.c.Enter(); d.c.Next(); {
		if err := d.line(); err != nil {
			return err
		}
	}
	return nil
}

func (d *shapeDecoder) line() error {
	before := len(d.g.XY)
	if err := d.positions(); err != nil {
		return err
	}
	if len(d.g.XY) > before {
		d.g.EndRing()
	}
	return nil
}

func (d *shapeDecoder) positions() error {
	if d.c.Kind() != '[' {
		return errNesting
	}
	for d.c.Enter(); d.c.Next(); {
		if err := d.position(); err != nil {
			return err
		}
	}
	return nil
}

func (d *shapeDecoder) position() error {
	if d.c.Kind() != '[' {
		return errNesting
	}
	d.c.Enter()
	n := 0
	for d.c.Next() {
		switch d.c.Kind() {
		case '0':
		case '[':
			return errNesting
		default:
			return fmt.Errorf("a coordinate is %.20s, not a number", d.c.Value())
		}
		if n >= 2 {
			d.c.Value()
		} else if v, raw, ok := d.c.number(); ok {
			d.g.XY = append(d.g.XY, v)
		} else {
			return fmt.Errorf("coordinate %.40s is out of range", raw)
		}
		n++
	}
	if n < 2 {
		return fmt.Errorf("a position has %d ordinates, at least 2 are needed", n)
	}
	d.hasZ = d.hasZ || n > 2
	return nil
}
