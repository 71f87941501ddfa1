package cql2

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/filter"
)

func appendJSON(dst []byte, e filter.Expr) []byte {
	switch e := e.(type) {
	case *filter.Literal:
		return appendJSONLiteral(dst, e.Value)
	case *filter.Property:
		return append(appendString(append(dst, `{"property":`...), e.Name), '}')
	case *filter.Shape:
		return appendGeoJSON(dst, e)
	case *filter.Box:
		return append(appendBox(append(dst, `{"bbox":[`...), e, ']'), '}')
	case *filter.Interval:
		dst = appendJSONEnd(append(dst, `{"interval":[`...), e.From)
		return append(appendJSONEnd(append(dst, ','), e.To), "]}"...)
	case *filter.Array:
		return appendJSONList(dst, e.Items)
	case *filter.Call:
		op := e.Op
		if o, ok := operators[strings.ToLower(op)]; ok {
			op = o.op
		}
		dst = appendString(append(dst, `{"op":`...), op)
		return append(appendJSONList(append(dst, `,"args":`...), e.Args), '}')
	}
	return append(dst, "null"...)
}

func appendJSONList(dst []byte, list []filter.Expr) []byte {
	dst = append(dst, '[')
	for i, e := range list {
		dst = appendJSON(comma(dst, i), e)
	}
	return append(dst, ']')
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// appendString cannot fail but for a text that is not UTF-8, whose bytes it replaces.
func appendString(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}

func appendJSONLiteral(dst []byte, v referentials.Value) []byte {
	switch v.Type() {
	case "":
		return append(dst, "null"...)
	case referentials.Boolean:
		return v.Append(dst)
	case referentials.Integer, referentials.Number:
		return appendNumber(dst, v)
	case referentials.Date:
		return append(v.Append(append(dst, `{"date":"`...)), `"}`...)
	case referentials.DateTime:
		return append(v.Append(append(dst, `{"timestamp":"`...)), `"}`...)
	}
	return appendString(dst, v.Str())
}

func appendJSONEnd(dst []byte, e filter.Expr) []byte {
	l, ok := e.(*filter.Literal)
	if !ok {
		return appendJSON(dst, e)
	}
	dst = append(dst, '"')
	if l.Value.IsNull() {
		dst = append(dst, openEnd...)
	}
	return append(l.Value.Append(dst), '"')
}

func appendGeoJSON(dst []byte, s *filter.Shape) []byte {
	if s.Collection {
		dst = append(dst, `{"type":"GeometryCollection","geometries":[`...)
	}
	for i := range s.Members {
		g := &s.Members[i]
		dst = append(comma(dst, i), `{"type":"`...)
		dst = append(append(dst, g.Type.String()...), `","coordinates":`...)
		dst = append(positions{geom: g, heights: heightsOf(s, i)}.appendGeoJSON(dst), '}')
	}
	if s.Collection {
		dst = append(dst, "]}"...)
	}
	return dst
}

func (p positions) appendGeoJSON(dst []byte) []byte {
	switch p.geom.Type {
	case geo.Point:
		return p.jsonPosition(dst, 0)
	case geo.MultiPoint:
		return p.jsonPositions(dst, 0, p.geom.NumVertices())
	case geo.LineString:
		return p.jsonPositions(dst, 0, int(p.geom.Ends[0]))
	case geo.MultiLineString, geo.Polygon:
		return p.jsonLines(dst, 0, len(p.geom.Ends))
	}
	dst = append(dst, '[')
	for i := range p.geom.Parts {
		from, to := p.geom.RingsOf(i)
		dst = p.jsonLines(comma(dst, i), from, to)
	}
	return append(dst, ']')
}

func (p positions) jsonLines(dst []byte, from, to int) []byte {
	dst = append(dst, '[')
	for i := from; i < to; i++ {
		first, last := p.vertices(i)
		dst = p.jsonPositions(comma(dst, i-from), first, last)
	}
	return append(dst, ']')
}

func (p positions) jsonPositions(dst []byte, from, to int) []byte {
	dst = append(dst, '[')
	for i := from; i < to; i++ {
		dst = p.jsonPosition(comma(dst, i-from), i)
	}
	return append(dst, ']')
}

func (p positions) jsonPosition(dst []byte, vertex int) []byte {
	return append(p.position(append(dst, '['), vertex, ','), ']')
}
