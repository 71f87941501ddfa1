package csv

import (
	"socle/geo"
	"socle/referentials/encode"
)

// appendWKT appends g as Well-Known Text; one without vertices is EMPTY.
func appendWKT(dst []byte, g *geo.Geometry, p encode.Precision) []byte {
	dst = append(dst, keyword(g.Type)...)
	if len(g.XY) == 0 {
		return append(dst, " EMPTY"...)
	}
	dst = append(dst, ' ')
	switch g.Type {
	case geo.Point, geo.LineString:
		dst = appendVertices(dst, g.XY, p)
	case geo.MultiPoint:
		dst = append(dst, '(')
		for i := 0; i+1 < len(g.XY); i += 2 {
			dst = separate(dst, i)
			dst = appendVertices(dst, g.XY[i:i+2], p)
		}
		dst = append(dst, ')')
	case geo.MultiLineString, geo.Polygon:
		dst = appendRings(dst, g, 0, len(g.Ends), p)
	case geo.MultiPolygon:
		dst = append(dst, '(')
		for i := range g.Parts {
			dst = separate(dst, i)
			from, to := g.RingsOf(i)
			dst = appendRings(dst, g, from, to, p)
		}
		dst = append(dst, ')')
	}
	return dst
}

func keyword(t geo.Type) string {
	switch t {
	case geo.Point:
		return "POINT"
	case geo.LineString:
		return "LINESTRING"
	case geo.Polygon:
		return "POLYGON"
	case geo.MultiPoint:
		return "MULTIPOINT"
	case geo.MultiLineString:
		return "MULTILINESTRING"
	}
	return "MULTIPOLYGON"
}

func appendRings(dst []byte, g *geo.Geometry, from, to int, p encode.Precision) []byte {
	dst = append(dst, '(')
	for i := from; i < to; i++ {
		dst = separate(dst, i-from)
		dst = appendVertices(dst, g.Ring(i), p)
	}
	return append(dst, ')')
}

func appendVertices(dst []byte, xy []float64, p encode.Precision) []byte {
	dst = append(dst, '(')
	for i := 0; i+1 < len(xy); i += 2 {
		dst = separate(dst, i)
		dst = p.Append(dst, xy[i])
		dst = append(dst, ' ')
		dst = p.Append(dst, xy[i+1])
	}
	return append(dst, ')')
}

func separate(dst []byte, i int) []byte {
	if i == 0 {
		return dst
	}
	return append(dst, ", "...)
}
