package geojsonseq_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/paulmach/orb"
	orbjson "github.com/paulmach/orb/geojson"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/encodetest"
	"socle/referentials/encode/geojsonseq"
)

func TestConformance(t *testing.T) {
	t.Run("RFC8142", func(t *testing.T) {
		encodetest.Run(t, encodetest.Suite{Format: geojsonseq.Format(), Read: func(tb testing.TB, data []byte, h encode.Header) []referentials.Row {
			return read(tb, data, h, true)
		}})
	})
	t.Run("Lines", func(t *testing.T) {
		encodetest.Run(t, encodetest.Suite{Format: geojsonseq.Lines(), Read: func(tb testing.TB, data []byte, h encode.Header) []referentials.Row {
			return read(tb, data, h, false)
		}})
	})
}

// read uses encoding/json and orb.
func read(tb testing.TB, data []byte, h encode.Header, separator bool) []referentials.Row {
	tb.Helper()
	if len(data) == 0 {
		return nil
	}
	if data[len(data)-1] != '\n' {
		tb.Fatal("the last line does not end in a line feed")
	}
	var rows []referentials.Row
	for line := range bytes.Lines(data) {
		rest, found := bytes.CutPrefix(line, []byte{0x1e})
		if found != separator {
			tb.Fatalf("record separator: %v, want %v", found, separator)
		}
		var f struct {
			Type       string
			Geometry   *orbjson.Geometry
			Properties map[string]json.RawMessage
		}
		if err := json.Unmarshal(rest, &f); err != nil {
			tb.Fatalf("%v in %s", err, rest)
		}
		var row referentials.Row
		for _, field := range h.Descriptor.Fields {
			row.Values = append(row.Values, encodetest.JSONValue(tb, field.Type, f.Properties[field.Name]))
		}
		if f.Geometry != nil {
			row.Geom = flat(tb, f.Geometry.Geometry())
		}
		rows = append(rows, row)
	}
	return rows
}

func flat(tb testing.TB, shape orb.Geometry) geo.Geometry {
	tb.Helper()
	t, err := geo.ParseType(shape.GeoJSONType())
	if err != nil {
		tb.Fatal(err)
	}
	g := geo.Geometry{Type: t}
	add := func(points ...orb.Point) {
		for _, p := range points {
			g.Add(p[0], p[1])
		}
	}
	polygon := func(p orb.Polygon) {
		for _, ring := range p {
			add(ring...)
			g.EndRing()
		}
		g.EndPart()
	}
	switch s := shape.(type) {
	case orb.Point:
		add(s)
	case orb.MultiPoint:
		add(s...)
	case orb.LineString:
		add(s...)
		g.EndRing()
	case orb.MultiLineString:
		for _, line := range s {
			add(line...)
			g.EndRing()
		}
	case orb.Polygon:
		polygon(s)
	case orb.MultiPolygon:
		for _, p := range s {
			polygon(p)
		}
	}
	return g
}
