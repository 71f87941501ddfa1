package cql2

import (
	"math"
	"strconv"
	"strings"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/filter"
)

// dimensions are the words between a geometry's type and its coordinates.
var dimensions = []string{"z", "m", "zm", "empty"}

// geometry is a well-known text, of one geometry or of a collection.
func (p *parser) geometry() (filter.Expr, error) {
	w := wkt{parser: p, shape: &filter.Shape{Source: at(p.tok.at)}}
	if p.is(collection) {
		return w.shape, w.collection()
	}
	return w.shape, w.member()
}

// wkt reads one literal into its shape. All vertices have a height or none has: the first
// decides, or the word Z before it.
type wkt struct {
	*parser
	shape   *filter.Shape
	known   bool // whether solid is decided
	solid   bool
	heights []float64
	geom    geo.Geometry
}

// dimension reads what follows a type: Z or nothing.
func (w *wkt) dimension(of string) error {
	switch word := strings.ToLower(w.tok.text); {
	case w.tok.kind != wordToken:
	case word == "empty":
		return w.fault(w.tok.at, "an empty %s meets no geometry", of).Do("leave the condition out, or write TRUE or FALSE")
	case word == "m" || word == "zm":
		return w.fault(w.tok.at, "geometries have no measure (M) in filters").Do("write x and y, or Z and x, y and z")
	case word == "z":
		if w.known && !w.solid {
			return w.mixed(w.tok.at)
		}
		w.known, w.solid = true, true
		w.next()
	}
	return nil
}

func (w *wkt) mixed(at int) error {
	return w.fault(at, "some positions of the geometry have a height and others have none").Do("give all of them one, or none")
}

func (w *wkt) collection() error {
	name := strings.ToUpper(w.tok.text)
	w.shape.Collection = true
	w.next()
	if err := w.dimension(name); err != nil {
		return err
	}
	return w.listed(func() error {
		if w.is(collection) {
			return w.fault(w.tok.at, "a collection within a collection").Do("write its members directly")
		}
		return w.member()
	})
}

// member reads one tagged geometry and adds it to the shape.
func (w *wkt) member() error {
	offset, name := w.tok.at, strings.ToUpper(w.tok.text)
	t, ok := geometryTags[strings.ToLower(name)]
	if w.tok.kind != wordToken || !ok {
		return w.unexpected("a geometry such as POINT(…)", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON")
	}
	w.geom, w.heights = geo.Geometry{Type: t}, nil
	w.next()
	if err := w.dimension(name); err != nil {
		return err
	}
	if err := w.coordinates(t); err != nil {
		return err
	}
	if err := addMember(w.shape, w.geom, w.heights, w.solid); err != nil {
		return w.locate(offset, err)
	}
	return nil
}

// addMember checks a geometry and adds it.
func addMember(s *filter.Shape, g geo.Geometry, heights []float64, solid bool) *referentials.Error {
	if err := g.Check(); err != nil {
		e := referentials.Errorf(referentials.Invalid, "the %s is malformed: %w", g.Type, err)
		if strings.HasSuffix(err.Error(), "not closed") {
			return e.Do("end the ring where it begins")
		}
		return e
	}
	s.Members = append(s.Members, g)
	if solid {
		s.Heights = append(s.Heights, heights)
	}
	return nil
}

func (w *wkt) coordinates(t geo.Type) error {
	switch t {
	case geo.Point:
		return w.one(w.position)
	case geo.MultiPoint:
		return w.listed(func() error {
			if w.symbolIs("(") {
				return w.one(w.position)
			}
			return w.position()
		})
	case geo.LineString:
		return w.line()
	case geo.MultiLineString:
		return w.listed(w.line)
	case geo.Polygon:
		return w.polygon()
	}
	return w.listed(w.polygon)
}

func (w *wkt) line() error {
	err := w.listed(w.position)
	w.geom.EndRing()
	return err
}

func (w *wkt) polygon() error {
	err := w.listed(w.line)
	w.geom.EndPart()
	return err
}

func (w *wkt) one(part func() error) error {
	if err := w.begin(); err != nil {
		return err
	}
	if err := part(); err != nil {
		return err
	}
	return w.expect(")", `")"`)
}

// listed reads parts separated by commas, between parentheses.
func (w *wkt) listed(part func() error) error {
	if err := w.begin(); err != nil {
		return err
	}
	for {
		if err := part(); err != nil {
			return err
		}
		if !w.symbolIs(",") {
			break
		}
		w.next()
	}
	if !w.symbolIs(")") {
		return w.unexpected(`"," or ")"`)
	}
	w.next()
	return nil
}

func (w *wkt) begin() error {
	if w.is("empty") {
		return w.dimension("geometry")
	}
	return w.expect("(", `"(" and coordinates`)
}

// position reads x y or x y z.
func (w *wkt) position() error {
	offset := w.tok.at
	x, err := w.ordinate("x")
	if err != nil {
		return err
	}
	y, err := w.ordinate("y")
	if err != nil {
		return err
	}
	solid := w.tok.kind == numberToken || w.symbolIs("-") || w.symbolIs("+")
	if w.known && solid != w.solid {
		return w.mixed(offset)
	}
	w.known, w.solid = true, solid
	w.geom.Add(x, y)
	if !solid {
		return nil
	}
	z, err := w.ordinate("z")
	if err != nil {
		return err
	}
	w.heights = append(w.heights, z)
	if w.tok.kind == numberToken {
		return w.unexpected(`"," or ")"`).Do("a position is x y or x y z")
	}
	return nil
}

// ordinate reads a signed number.
func (p *parser) ordinate(name string) (float64, error) {
	sign, offset := "", p.tok.at
	if p.symbolIs("-") || p.symbolIs("+") {
		sign = p.tok.text
		p.next()
	}
	if p.tok.kind != numberToken {
		return 0, p.unexpected("a number (" + name + ")")
	}
	f, _ := strconv.ParseFloat(sign+p.tok.text, 64)
	if math.IsInf(f, 0) {
		return 0, p.fault(offset, "the number %s is too large", shorten(p.tok.text))
	}
	p.next()
	return f, nil
}

// box is BBOX(…) of 4 numbers, or of 6 with heights.
func (p *parser) box() (filter.Expr, error) {
	offset := p.tok.at
	p.next()
	p.next()
	var numbers []float64
	for {
		f, err := p.ordinate("of the box")
		if err != nil {
			return nil, err
		}
		if numbers = append(numbers, f); len(numbers) > 6 || !p.symbolIs(",") {
			break
		}
		p.next()
	}
	if len(numbers) <= 6 {
		if err := p.expect(")", `"," or ")"`); err != nil {
			return nil, err
		}
	}
	b, err := boxOf(numbers)
	if err != nil {
		return nil, p.locate(offset, err)
	}
	b.At = offset
	return b, nil
}

// boxOf makes a box of the numbers of a BBOX, in either form.
func boxOf(n []float64) (*filter.Box, *referentials.Error) {
	switch len(n) {
	case 4:
		return &filter.Box{Min: [2]float64{n[0], n[1]}, Max: [2]float64{n[2], n[3]}}, nil
	case 6:
		return &filter.Box{Min: [2]float64{n[0], n[1]}, Max: [2]float64{n[3], n[4]}, Heights: &[2]float64{n[2], n[5]}}, nil
	}
	return nil, referentials.Errorf(referentials.Invalid, "a box has 4 numbers, or 6 with heights").
		Do("write west, south, east, north or west, south, low, east, north, high")
}
