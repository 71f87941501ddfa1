package cql2

import (
	"strings"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/filter"
)

func appendWKT(dst []byte, s *filter.Shape) []byte {
	solid := s.Heights != nil
	if s.Collection {
		dst = appendTag(dst, "GEOMETRYCOLLECTION", solid)
		dst = append(dst, '(')
	}
	for i := range s.Members {
		g := &s.Members[i]
		w := positions{geom: g, heights: heightsOf(s, i)}
		dst = appendTag(separate(dst, i), strings.ToUpper(g.Type.String()), solid)
		dst = w.appendWKT(dst)
	}
	if s.Collection {
		dst = append(dst, ')')
	}
	return dst
}

func appendTag(dst []byte, tag string, solid bool) []byte {
	dst = append(dst, tag...)
	if solid {
		dst = append(dst, " Z"...)
	}
	return dst
}

// positions writes the coordinates of one geometry, in either form.
type positions struct {
	geom    *geo.Geometry
	heights []float64 // nil when flat
}

func heightsOf(s *filter.Shape, member int) []float64 {
	if member < len(s.Heights) {
		return s.Heights[member]
	}
	return nil
}

func (p positions) appendWKT(dst []byte) []byte {
	switch p.geom.Type {
	case geo.Point:
		return append(p.position(append(dst, '('), 0, ' '), ')')
	case geo.MultiPoint:
		dst = append(dst, '(')
		for i := range p.geom.NumVertices() {
			dst = append(p.position(append(separate(dst, i), '('), i, ' '), ')')
		}
		return append(dst, ')')
	case geo.LineString:
		return p.line(dst, 0)
	case geo.MultiLineString:
		return p.lines(dst, 0, len(p.geom.Ends))
	case geo.Polygon:
		return p.lines(dst, 0, len(p.geom.Ends))
	}
	dst = append(dst, '(')
	for i := range p.geom.Parts {
		from, to := p.geom.RingsOf(i)
		dst = p.lines(separate(dst, i), from, to)
	}
	return append(dst, ')')
}

func (p positions) lines(dst []byte, from, to int) []byte {
	dst = append(dst, '(')
	for i := from; i < to; i++ {
		dst = p.line(separate(dst, i-from), i)
	}
	return append(dst, ')')
}

func (p positions) line(dst []byte, ring int) []byte {
	from, to := p.vertices(ring)
	dst = append(dst, '(')
	for i := from; i < to; i++ {
		dst = p.position(separate(dst, i-from), i, ' ')
	}
	return append(dst, ')')
}

// vertices gives the half-open range of vertices of a ring or line.
func (p positions) vertices(ring int) (from, to int) {
	if ring > 0 {
		from = int(p.geom.Ends[ring-1])
	}
	return from, int(p.geom.Ends[ring])
}

// position writes a vertex, its ordinates apart by sep.
func (p positions) position(dst []byte, vertex int, sep byte) []byte {
	dst = referentials.AppendFloat(dst, p.geom.XY[2*vertex])
	dst = referentials.AppendFloat(append(dst, sep), p.geom.XY[2*vertex+1])
	if vertex < len(p.heights) {
		dst = referentials.AppendFloat(append(dst, sep), p.heights[vertex])
	}
	return dst
}

// appendBox writes the numbers of a box and what closes it.
func appendBox(dst []byte, b *filter.Box, end byte) []byte {
	numbers := []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	if b.Heights != nil {
		numbers = []float64{b.Min[0], b.Min[1], b.Heights[0], b.Max[0], b.Max[1], b.Heights[1]}
	}
	for i, f := range numbers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = referentials.AppendFloat(dst, f)
	}
	return append(dst, end)
}
