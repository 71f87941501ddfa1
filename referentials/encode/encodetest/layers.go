package encodetest

import (
	"math"
	"strings"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
)

// Layer is a named collection to write.
type Layer struct {
	Name   string
	Header encode.Header
	Rows   []referentials.Row
}

// Layers gives every collection of the suite: all field types with all their hard
// values, and one layer of each geometry type, each with a null geometry in it.
func Layers() []Layer {
	layers := []Layer{Points(), Table()}
	for _, t := range []geo.Type{geo.LineString, geo.Polygon, geo.MultiPoint, geo.MultiLineString, geo.MultiPolygon, geo.Any} {
		layers = append(layers, shapes(t))
	}
	return layers
}

// Points is a layer of points in Lambert-93 with a field of every type.
func Points() Layer {
	l := Table()
	l.Name = "Points"
	l.Header.Descriptor.Geometry = geo.Point
	l.Header.Descriptor.CRS = crs.EPSG(2154)
	l.Header.CRS = crs.EPSG(2154)
	for i := range l.Rows {
		if i == 1 {
			continue
		}
		l.Rows[i].Geom = geo.Geometry{Type: geo.Point, XY: []float64{351234.56 + float64(i), 6789012.3456 + float64(i)/8}}
	}
	return l
}

// Table is a collection without geometry, with a field of every type. Each row has the
// hard values of its index, so nulls come in every column.
func Table() Layer {
	d := referentials.Descriptor{
		ID: "essai", Key: "id", Access: referentials.Open,
		Title: referentials.Text{FR: "Essai « à lire »", EN: "Trial"},
		Fields: []referentials.Field{
			{Name: "id", Type: referentials.Integer, Role: referentials.Key},
			{Name: "texte", Type: referentials.String},
			{Name: "entier", Type: referentials.Integer},
			{Name: "nombre", Type: referentials.Number},
			{Name: "vrai", Type: referentials.Boolean},
			{Name: "jour", Type: referentials.Date},
			{Name: "instant", Type: referentials.DateTime},
			{Name: "objet", Type: referentials.JSON},
			{Name: `Né "à", l'été`, Type: referentials.String},
		},
	}
	columns := [][]referentials.Value{
		values(referentials.StringValue, "Allée", "", "a,b;c\td", `"quoted" and \back`, "two\nlines", "two\r\nlines", "\x01 control",
			"𝔘nicode 🏙 日本", "NULL", " spaces ", "null", "-", "=1+1", "0001", "a\u2028b", strings.Repeat("long é ", 10_000)),
		values(referentials.IntegerValue, 0, -1, 1<<53+1, -(1<<53 + 1), math.MaxInt64, math.MinInt64, 42),
		values(referentials.NumberValue, 0, 0.1, -1.0/3, 1e300, 5e-324, math.MaxFloat64, -math.MaxFloat64, 1e21, 1e-7, 123456789.125,
			1e15+0.5, math.NaN(), math.Inf(1), 100, 2.5e-5),
		values(referentials.BooleanValue, true, false),
		values(day, "2024-02-29", "1970-01-01", "1969-12-31", "1900-01-01", "2100-12-31", "1582-10-15"),
		values(instant, "2024-02-29T12:34:56.789012Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2038-01-19T03:14:08Z",
			"1950-06-01T06:07:08.5Z", "2100-01-01T00:00:00.000001Z"),
		values(referentials.JSONValue, `{"a":[1,2.5,"é",null,true],"b":{}}`, `[]`, `["35238"]`, `{"n":9007199254740993}`),
		values(referentials.StringValue, "", "l'été", "x"),
	}
	const rows = 20
	l := Layer{Name: "Table", Header: encode.Header{
		Descriptor: d,
		Matched:    rows,
		TimeStamp:  "2024-02-29T12:00:00Z",
		Links:      []encode.Link{{Href: "https://example.org/items?f=x&a=é", Rel: "self", Title: `un "titre"`}},
	}}
	for i := range rows {
		row := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(i) + 1)}}
		for _, column := range columns {
			v := referentials.Null
			if i < len(column) {
				v = column[i]
			}
			row.Values = append(row.Values, v)
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func values[T any](of func(T) referentials.Value, raw ...T) []referentials.Value {
	out := make([]referentials.Value, len(raw))
	for i, v := range raw {
		out[i] = of(v)
	}
	return out
}

func day(s string) referentials.Value {
	t, err := time.Parse(referentials.DateLayout, s)
	if err != nil {
		panic(err) // the suite's own constants
	}
	return referentials.DateValue(t.Unix() / 86400)
}

func instant(s string) referentials.Value {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err) // the suite's own constants
	}
	return referentials.DateTimeValue(t.UnixMicro())
}

// shapes is a layer of one geometry type in CC48 with a text key.
func shapes(t geo.Type) Layer {
	d := referentials.Descriptor{
		ID: "formes", Key: "code", Geometry: t, CRS: crs.EPSG(3948), Access: referentials.Open,
		Title:  referentials.Text{FR: "Formes"},
		Fields: []referentials.Field{{Name: "code", Type: referentials.String, Role: referentials.Key}},
	}
	l := Layer{Name: t.String(), Header: encode.Header{Descriptor: d, CRS: d.CRS, Matched: -1}}
	kinds := []geo.Type{t, t, geo.None, t}
	if t == geo.Any {
		kinds = []geo.Type{geo.Point, geo.LineString, geo.Polygon, geo.None, geo.MultiPoint, geo.MultiLineString, geo.MultiPolygon}
	}
	for i, kind := range kinds {
		row := referentials.Row{Values: []referentials.Value{referentials.StringValue(string(rune('a' + i)))}}
		row.Geom = Shape(kind, 1351000.25+1000*float64(i), 7222000.125+500*float64(i))
		l.Rows = append(l.Rows, row)
	}
	for _, single := range []geo.Type{geo.Point, geo.LineString, geo.Polygon} {
		if single.Multi() != t {
			continue
		}
		// A multi shape of one part, which some formats write in their own way.
		row := referentials.Row{Values: []referentials.Value{referentials.StringValue("seul")}, Geom: Shape(single, 1350000, 7221000)}
		row.Geom.Type = t
		l.Rows = append(l.Rows, row)
	}
	return l
}

// Shape gives a geometry of a type at a place: polygons have a hole, are wound as
// RFC 7946 asks, and multi types have two parts.
func Shape(t geo.Type, x, y float64) geo.Geometry {
	g := geo.Geometry{Type: t}
	line := func(dx float64) {
		g.Add(x+dx, y)
		g.Add(x+dx+10.1, y+20.2)
		g.Add(x+dx+30.3, y+1.0/3)
		g.EndRing()
	}
	polygon := func(dx float64) {
		g.XY = append(g.XY, x+dx, y, x+dx+100, y, x+dx+100, y+100, x+dx, y+100, x+dx, y)
		g.EndRing()
		g.XY = append(g.XY, x+dx+10, y+10, x+dx+10, y+20, x+dx+20, y+20, x+dx+20, y+10, x+dx+10, y+10)
		g.EndRing()
		g.EndPart()
	}
	switch t {
	case geo.Point:
		g.Add(x, y)
	case geo.MultiPoint:
		g.Add(x, y)
		g.Add(x+1, y+1)
	case geo.LineString:
		line(0)
	case geo.MultiLineString:
		line(0)
		line(100)
	case geo.Polygon:
		polygon(0)
	case geo.MultiPolygon:
		polygon(0)
		polygon(200)
	}
	return g
}
