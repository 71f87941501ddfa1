// Package geo holds the shapes Socle works with, free of any domain, HTTP or SQL.
//
// A [Geometry] is flat: one slice of XY pairs and two slices of ends. It is the only
// currency for shapes between readers, stores, the snapshot and encoders; a view of it
// costs no allocation. Boxes and points are the types of paulmach/orb.
//
// Geometries are two-dimensional. Readers that meet Z or M drop them and say so.
package geo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Type is an OGC simple-feature geometry type, with its WKB code as value.
type Type uint8

// The geometry types. Any is a column that holds several types; None is a table
// without geometry or a row whose geometry is null.
const (
	None            Type = 0
	Point           Type = 1
	LineString      Type = 2
	Polygon         Type = 3
	MultiPoint      Type = 4
	MultiLineString Type = 5
	MultiPolygon    Type = 6
	Any             Type = 255
)

var typeNames = [...]string{
	None: "None", Point: "Point", LineString: "LineString", Polygon: "Polygon",
	MultiPoint: "MultiPoint", MultiLineString: "MultiLineString", MultiPolygon: "MultiPolygon",
}

const anyName = "Geometry"

// String gives the OGC name ("MultiPolygon"; "Geometry" for Any, "None" for None).
func (t Type) String() string {
	switch {
	case int(t) < len(typeNames):
		return typeNames[t]
	case t == Any:
		return anyName
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// ParseType reads an OGC name as written by [Type.String].
func ParseType(s string) (Type, error) {
	for t, name := range typeNames {
		if name == s {
			return Type(t), nil
		}
	}
	if s == anyName {
		return Any, nil
	}
	return None, fmt.Errorf("unknown geometry type %q", s)
}

// MarshalText writes the OGC name.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the OGC name.
func (t *Type) UnmarshalText(b []byte) error {
	v, err := ParseType(string(b))
	if err != nil {
		return err
	}
	*t = v
	return nil
}

// Dimension is 0 for points, 1 for lines, 2 for polygons, -1 for None and Any.
func (t Type) Dimension() int {
	switch t {
	case Point, MultiPoint:
		return 0
	case LineString, MultiLineString:
		return 1
	case Polygon, MultiPolygon:
		return 2
	}
	return -1
}

// Multi gives the multi type of the same dimension, or t itself for None and Any.
func (t Type) Multi() Type {
	switch t {
	case Point, LineString, Polygon:
		return t + 3
	}
	return t
}

// Geometry is a flat simple feature.
//
//	XY    x0 y0 x1 y1 …            every vertex, rings closed (first = last)
//	Ends  vertex count at the end of each line or ring       (nil for points)
//	Parts ring count at the end of each polygon              (nil but for polygons)
//
// A Polygon has one part, a LineString one end, a Point one vertex. Vertex counts are
// in vertices, not floats: ring i covers XY[2*Ends[i-1] : 2*Ends[i]]. The slices may be
// views into larger arrays: treat a Geometry you were handed as read-only.
type Geometry struct {
	Type  Type
	XY    []float64
	Ends  []uint32
	Parts []uint32
}

// IsNull tells whether there is no geometry at all.
func (g *Geometry) IsNull() bool { return g.Type == None }

// NumVertices counts vertices, closing ones included.
func (g *Geometry) NumVertices() int { return len(g.XY) / 2 }

// Reset empties g and keeps its storage for reuse.
func (g *Geometry) Reset() {
	g.Type, g.XY, g.Ends, g.Parts = None, g.XY[:0], g.Ends[:0], g.Parts[:0]
}

// EndRing closes the current line or ring at the last vertex appended to XY.
func (g *Geometry) EndRing() { g.Ends = append(g.Ends, uint32(len(g.XY)/2)) }

// EndPart closes the current polygon at the last ring ended.
func (g *Geometry) EndPart() { g.Parts = append(g.Parts, uint32(len(g.Ends))) }

// Add appends one vertex.
func (g *Geometry) Add(x, y float64) { g.XY = append(g.XY, x, y) }

// Clone copies g into storage of its own.
func (g *Geometry) Clone() Geometry {
	return Geometry{
		Type:  g.Type,
		XY:    append([]float64(nil), g.XY...),
		Ends:  append([]uint32(nil), g.Ends...),
		Parts: append([]uint32(nil), g.Parts...),
	}
}

// CopyFrom makes g a copy of src, reusing g's storage.
func (g *Geometry) CopyFrom(src *Geometry) {
	g.Type = src.Type
	g.XY = append(g.XY[:0], src.XY...)
	g.Ends = append(g.Ends[:0], src.Ends...)
	g.Parts = append(g.Parts[:0], src.Parts...)
}

// Promote turns a single geometry into the multi one that holds just it.
func (g *Geometry) Promote() { g.Type = g.Type.Multi() }

// Ring gives the XY pairs of line or ring i.
func (g *Geometry) Ring(i int) []float64 {
	from := uint32(0)
	if i > 0 {
		from = g.Ends[i-1]
	}
	return g.XY[2*from : 2*g.Ends[i]]
}

// RingsOf gives the half-open range of ring indexes of polygon part i.
func (g *Geometry) RingsOf(i int) (from, to int) {
	if i > 0 {
		from = int(g.Parts[i-1])
	}
	return from, int(g.Parts[i])
}

// Bound gives the box of g. A null or empty geometry has an empty bound (Min > Max).
func (g *Geometry) Bound() orb.Bound { return BoundOf(g.XY) }

// BoundOf gives the box of flat XY pairs, empty (Min > Max) when there are none.
func BoundOf(xy []float64) orb.Bound {
	b := EmptyBound()
	for i := 0; i+1 < len(xy); i += 2 {
		x, y := xy[i], xy[i+1]
		b.Min[0], b.Max[0] = min(b.Min[0], x), max(b.Max[0], x)
		b.Min[1], b.Max[1] = min(b.Min[1], y), max(b.Max[1], y)
	}
	return b
}

// EmptyBound is the box that holds nothing and that Union leaves out of account.
func EmptyBound() orb.Bound {
	inf := math.Inf(1)
	return orb.Bound{Min: orb.Point{inf, inf}, Max: orb.Point{-inf, -inf}}
}

// Union is the smallest box that holds both; empty boxes do not count.
func Union(a, b orb.Bound) orb.Bound {
	return orb.Bound{
		Min: orb.Point{min(a.Min[0], b.Min[0]), min(a.Min[1], b.Min[1])},
		Max: orb.Point{max(a.Max[0], b.Max[0]), max(a.Max[1], b.Max[1])},
	}
}

// Check tells what is structurally wrong with g: ends out of order, counts that do not
// match the type, rings not closed or too short, coordinates that are not finite.
// It does not judge topology (self-intersection): see geo/topology.
func (g *Geometry) Check() error {
	if len(g.XY)%2 != 0 {
		return fmt.Errorf("odd number of ordinates (%d)", len(g.XY))
	}
	for i, v := range g.XY {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("vertex %d is not finite", i/2)
		}
	}
	n := uint32(len(g.XY) / 2)
	switch g.Type {
	case None:
		return nil
	case Point:
		if n != 1 {
			return fmt.Errorf("a Point has 1 vertex, not %d", n)
		}
		return nil
	case MultiPoint:
		if n == 0 {
			return fmt.Errorf("empty MultiPoint")
		}
		return nil
	case LineString, MultiLineString, Polygon, MultiPolygon:
	default:
		return fmt.Errorf("type %s cannot be stored", g.Type)
	}
	return g.checkRings(n)
}

func (g *Geometry) checkRings(n uint32) error {
	least, area := uint32(2), g.Type.Dimension() == 2
	if area {
		least = 4
	}
	if len(g.Ends) == 0 {
		return fmt.Errorf("empty %s", g.Type)
	}
	prev := uint32(0)
	for i, e := range g.Ends {
		if e > n || e < prev {
			return fmt.Errorf("ring %d ends out of order", i)
		}
		if e-prev < least {
			return fmt.Errorf("ring %d has %d vertices, at least %d are needed", i, e-prev, least)
		}
		if r := g.XY[2*prev : 2*e]; area && (r[0] != r[len(r)-2] || r[1] != r[len(r)-1]) {
			return fmt.Errorf("ring %d is not closed", i)
		}
		prev = e
	}
	if prev != n {
		return fmt.Errorf("%d vertices after the last ring", n-prev)
	}
	switch g.Type {
	case LineString:
		if len(g.Ends) != 1 {
			return fmt.Errorf("a LineString has 1 line, not %d", len(g.Ends))
		}
	case Polygon:
		if len(g.Parts) != 1 {
			return fmt.Errorf("a Polygon has 1 part, not %d", len(g.Parts))
		}
	}
	if !area {
		return nil
	}
	last := uint32(0)
	for i, p := range g.Parts {
		if p <= last || p > uint32(len(g.Ends)) {
			return fmt.Errorf("part %d ends out of order", i)
		}
		last = p
	}
	if last != uint32(len(g.Ends)) {
		return fmt.Errorf("%d rings after the last part", uint32(len(g.Ends))-last)
	}
	return nil
}
