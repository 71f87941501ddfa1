package encodetest

import (
	"encoding/json"
	"testing"
	"time"

	"socle/geo"
	"socle/referentials"
)

// JSONValue reads a property as encoding/json understands it, into a value of type t.
func JSONValue(tb testing.TB, t referentials.FieldType, raw json.RawMessage) referentials.Value {
	tb.Helper()
	if string(raw) == "null" {
		return referentials.Null
	}
	var into any
	var text string
	var number float64
	var integer int64
	var truth bool
	switch t {
	case referentials.JSON:
		return referentials.JSONValue(string(raw))
	case referentials.Integer:
		into = &integer
	case referentials.Number:
		into = &number
	case referentials.Boolean:
		into = &truth
	default:
		into = &text
	}
	if err := json.Unmarshal(raw, into); err != nil {
		tb.Fatalf("%s as %s: %v", raw, t, err)
	}
	switch t {
	case referentials.Integer:
		return referentials.IntegerValue(integer)
	case referentials.Number:
		return referentials.NumberValue(number)
	case referentials.Boolean:
		return referentials.BooleanValue(truth)
	case referentials.Date, referentials.DateTime:
		layout := map[referentials.FieldType]string{referentials.Date: time.DateOnly, referentials.DateTime: time.RFC3339Nano}[t]
		at, err := time.Parse(layout, text)
		if err != nil {
			tb.Fatal(err)
		}
		if t == referentials.Date {
			return referentials.DateValue(at.Unix() / 86400)
		}
		return referentials.DateTimeValue(at.UnixMicro())
	}
	return referentials.StringValue(text)
}

// JSONGeometry reads a GeoJSON geometry by the nesting of its coordinates.
func JSONGeometry(tb testing.TB, raw json.RawMessage) geo.Geometry {
	tb.Helper()
	var g geo.Geometry
	if string(raw) == "null" {
		return g
	}
	var shape struct {
		Type        string
		Coordinates any
	}
	if err := json.Unmarshal(raw, &shape); err != nil {
		tb.Fatal(err)
	}
	t, err := geo.ParseType(shape.Type)
	if err != nil {
		tb.Fatal(err)
	}
	g.Type = t
	// depth of arrays under which a ring or line ends, and a polygon
	ring := map[geo.Type]int{geo.LineString: 1, geo.MultiLineString: 2, geo.Polygon: 2, geo.MultiPolygon: 3}[t]
	var walk func(v any, depth int)
	walk = func(v any, depth int) {
		list := v.([]any)
		if len(list) == 2 {
			if x, ok := list[0].(float64); ok {
				g.Add(x, list[1].(float64))
				return
			}
		}
		for _, member := range list {
			walk(member, depth+1)
		}
		switch {
		case ring > 0 && depth == ring-1:
			g.EndRing()
		case t.Dimension() == 2 && depth == ring-2:
			g.EndPart()
		}
	}
	walk(shape.Coordinates, 0)
	return g
}
