package geo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Flags of PostGIS' EWKB in the type word.
const (
	ewkbZ    = 0x80000000
	ewkbM    = 0x40000000
	ewkbSRID = 0x20000000
)

// ErrEmpty is met where a geometry is there but holds no vertex.
var ErrEmpty = errors.New("empty geometry")

// AppendWKB appends g as little-endian WKB (ISO, 2D). A null geometry appends nothing.
func AppendWKB(dst []byte, g *Geometry) []byte { return appendWKB(dst, g, 0) }

// AppendEWKB appends g as PostGIS EWKB with its SRID.
func AppendEWKB(dst []byte, g *Geometry, srid int32) []byte { return appendWKB(dst, g, srid) }

func appendWKB(dst []byte, g *Geometry, srid int32) []byte {
	if g.Type == None {
		return dst
	}
	dst = append(dst, 1)
	if srid != 0 {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(g.Type)|ewkbSRID)
		dst = binary.LittleEndian.AppendUint32(dst, uint32(srid))
	} else {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(g.Type))
	}
	switch g.Type {
	case Point:
		dst = appendFloats(dst, g.XY)
	case LineString:
		dst = appendLine(dst, g.XY)
	case MultiPoint:
		dst = binary.LittleEndian.AppendUint32(dst, uint32(g.NumVertices()))
		for i := 0; i < len(g.XY); i += 2 {
			dst = appendFloats(appendHead(dst, Point), g.XY[i:i+2])
		}
	case MultiLineString:
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(g.Ends)))
		for i := range g.Ends {
			dst = appendLine(appendHead(dst, LineString), g.Ring(i))
		}
	case Polygon:
		dst = appendPolygon(dst, g, 0, len(g.Ends))
	case MultiPolygon:
		dst = binary.LittleEndian.AppendUint32(dst, uint32(len(g.Parts)))
		for i := range g.Parts {
			from, to := g.RingsOf(i)
			dst = appendPolygon(appendHead(dst, Polygon), g, from, to)
		}
	}
	return dst
}

func appendHead(dst []byte, t Type) []byte {
	return binary.LittleEndian.AppendUint32(append(dst, 1), uint32(t))
}

func appendPolygon(dst []byte, g *Geometry, from, to int) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(to-from))
	for i := from; i < to; i++ {
		dst = appendLine(dst, g.Ring(i))
	}
	return dst
}

func appendLine(dst []byte, xy []float64) []byte {
	return appendFloats(binary.LittleEndian.AppendUint32(dst, uint32(len(xy)/2)), xy)
}

func appendFloats(dst []byte, xy []float64) []byte {
	for _, v := range xy {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	}
	return dst
}

// WKBInfo tells what a WKB value said beside its shape.
type WKBInfo struct {
	SRID int32 // of EWKB, 0 when not given
	HasZ bool  // a third ordinate was there and was dropped
	HasM bool  // a measure was there and was dropped
}

// DecodeWKB reads WKB or EWKB of either byte order into g, reusing its storage. Z and M
// are dropped and told. Geometry collections and curves are refused; an empty geometry
// is [ErrEmpty].
func DecodeWKB(b []byte, g *Geometry) (WKBInfo, error) {
	g.Reset()
	d := wkbDecoder{b: b}
	t, err := d.header(true)
	if err != nil {
		return d.info, err
	}
	g.Type = t
	if err := d.body(g, t); err != nil {
		g.Reset()
		return d.info, err
	}
	if len(g.XY) == 0 {
		g.Reset()
		return d.info, ErrEmpty
	}
	return d.info, nil
}

type wkbDecoder struct {
	b     []byte
	order binary.ByteOrder
	width int
	info  WKBInfo
}

var errTruncated = errors.New("WKB ends too early")

func (d *wkbDecoder) header(outer bool) (Type, error) {
	if len(d.b) < 5 {
		return None, errTruncated
	}
	switch d.b[0] {
	case 0:
		d.order = binary.BigEndian
	case 1:
		d.order = binary.LittleEndian
	default:
		return None, fmt.Errorf("WKB byte order %d is neither 0 nor 1", d.b[0])
	}
	word := d.order.Uint32(d.b[1:])
	d.b = d.b[5:]
	z, m := word&ewkbZ != 0, word&ewkbM != 0
	if word&ewkbSRID != 0 {
		if len(d.b) < 4 {
			return None, errTruncated
		}
		if outer {
			d.info.SRID = int32(d.order.Uint32(d.b))
		}
		d.b = d.b[4:]
	}
	code := word &^ (ewkbZ | ewkbM | ewkbSRID)
	switch code / 1000 {
	case 1:
		z = true
	case 2:
		m = true
	case 3:
		z, m = true, true
	}
	d.width = 2
	if z {
		d.width++
		d.info.HasZ = true
	}
	if m {
		d.width++
		d.info.HasM = true
	}
	if code > 3999 {
		return None, fmt.Errorf("WKB geometry type %d is not known", word)
	}
	switch t := Type(code % 1000); t {
	case Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon:
		return t, nil
	case 7:
		return None, errors.New("a GeometryCollection cannot be stored as one feature")
	default:
		return None, unsupported(code)
	}
}

// unsupported says what a type is that has no place among ours.
func unsupported(code uint32) error {
	names := [...]string{
		8: "CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve", "MultiSurface", "Curve", "Surface",
		"PolyhedralSurface", "TIN", "Triangle",
	}
	const lastCurve = 14
	switch t := code % 1000; {
	case t >= uint32(len(names)) || names[t] == "":
		return fmt.Errorf("WKB geometry type %d is not known", code)
	case t <= lastCurve:
		return fmt.Errorf("a %s (curves) cannot be stored: turn it into segments first", names[t])
	default:
		return fmt.Errorf("a %s (a surface in space) cannot be stored: turn it into polygons first", names[t])
	}
}

func (d *wkbDecoder) count(least int) (int, error) {
	if len(d.b) < 4 {
		return 0, errTruncated
	}
	n := int(d.order.Uint32(d.b))
	d.b = d.b[4:]
	if n > len(d.b)/least {
		return 0, errTruncated
	}
	return n, nil
}

func (d *wkbDecoder) vertices(g *Geometry, n int) error {
	step := 8 * d.width
	if len(d.b) < n*step {
		return errTruncated
	}
	for range n {
		x := math.Float64frombits(d.order.Uint64(d.b))
		y := math.Float64frombits(d.order.Uint64(d.b[8:]))
		g.XY = append(g.XY, x, y)
		d.b = d.b[step:]
	}
	return nil
}

func (d *wkbDecoder) line(g *Geometry) error {
	n, err := d.count(8 * d.width)
	if err != nil || n == 0 {
		return err
	}
	if err := d.vertices(g, n); err != nil {
		return err
	}
	g.EndRing()
	return nil
}

func (d *wkbDecoder) body(g *Geometry, t Type) error {
	switch t {
	case Point:
		if err := d.vertices(g, 1); err != nil {
			return err
		}
		// An empty point is written as NaN NaN.
		if n := len(g.XY); math.IsNaN(g.XY[n-2]) && math.IsNaN(g.XY[n-1]) {
			g.XY = g.XY[:n-2]
		}
		return nil
	case LineString:
		return d.line(g)
	case Polygon:
		n, err := d.count(4)
		if err != nil {
			return err
		}
		before := len(g.Ends)
		for range n {
			if err := d.line(g); err != nil {
				return err
			}
		}
		if len(g.Ends) > before {
			g.EndPart()
		}
		return nil
	}
	n, err := d.count(5)
	if err != nil {
		return err
	}
	for range n {
		sub, err := d.header(false)
		if err != nil {
			return err
		}
		if sub != t-3 {
			return fmt.Errorf("a %s holds a %s", t, sub)
		}
		if err := d.body(g, sub); err != nil {
			return err
		}
	}
	return nil
}
