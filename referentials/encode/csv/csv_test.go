package csv_test

import (
	"bytes"
	stdcsv "encoding/csv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/csv"
	"socle/referentials/encode/encodetest"
)

func TestConformance(t *testing.T) {
	encodetest.Run(t, encodetest.Suite{Format: csv.Format(), Read: read, Expect: expect})
}

// expect is for encoding/csv, which cannot tell "" from nothing and makes CRLF a line
// feed; TestBytes looks at both.
func expect(_ encode.Header, row *referentials.Row) {
	for i, v := range row.Values {
		if v.Type() == referentials.String {
			row.Values[i] = text(strings.ReplaceAll(v.Str(), "\r\n", "\n"))
		}
	}
}

func text(s string) referentials.Value {
	if s == "" {
		return referentials.Null
	}
	return referentials.StringValue(s)
}

// read uses encoding/csv and orb's WKT.
func read(tb testing.TB, data []byte, h encode.Header) []referentials.Row {
	tb.Helper()
	lines, err := stdcsv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	var names []string
	for _, f := range h.Descriptor.Fields {
		names = append(names, f.Name)
	}
	if h.Descriptor.HasGeometry() {
		names = append(names, "WKT")
	}
	if !slices.Equal(lines[0], names) {
		tb.Fatalf("header %q, want %q", lines[0], names)
	}
	var rows []referentials.Row
	for _, line := range lines[1:] {
		var row referentials.Row
		for i, f := range h.Descriptor.Fields {
			row.Values = append(row.Values, value(tb, f.Type, line[i]))
		}
		if h.Descriptor.HasGeometry() && line[len(line)-1] != "" {
			row.Geom = shape(tb, line[len(line)-1])
		}
		rows = append(rows, row)
	}
	return rows
}

func value(tb testing.TB, t referentials.FieldType, s string) referentials.Value {
	tb.Helper()
	if s == "" {
		return referentials.Null
	}
	var err error
	v := referentials.Null
	switch t {
	case referentials.String:
		v = text(s)
	case referentials.JSON:
		v = referentials.JSONValue(s)
	case referentials.Integer:
		var n int64
		n, err = strconv.ParseInt(s, 10, 64)
		v = referentials.IntegerValue(n)
	case referentials.Number:
		var x float64
		x, err = strconv.ParseFloat(s, 64)
		v = referentials.NumberValue(x)
	case referentials.Boolean:
		var b bool
		b, err = strconv.ParseBool(s)
		v = referentials.BooleanValue(b)
	case referentials.Date:
		var at time.Time
		at, err = time.Parse(time.DateOnly, s)
		v = referentials.DateValue(at.Unix() / 86400)
	case referentials.DateTime:
		var at time.Time
		at, err = time.Parse(time.RFC3339Nano, s)
		v = referentials.DateTimeValue(at.UnixMicro())
	}
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func shape(tb testing.TB, s string) geo.Geometry {
	tb.Helper()
	parsed, err := wkt.Unmarshal(s)
	if err != nil {
		tb.Fatalf("%v in %s", err, s)
	}
	t, err := geo.ParseType(parsed.GeoJSONType())
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
	switch s := parsed.(type) {
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

func TestBytes(t *testing.T) {
	d := referentials.Descriptor{
		ID: "a", Key: "id", Geometry: geo.Any, CRS: crs.EPSG(3948),
		Fields: []referentials.Field{{Name: "id", Type: referentials.Integer}, {Name: "no,m", Type: referentials.String}},
	}
	var out bytes.Buffer
	w, err := csv.New(&out, encode.Header{Descriptor: d, CRS: d.CRS})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range []referentials.Value{referentials.Null, referentials.StringValue(""), referentials.StringValue(`l'"été"`), referentials.StringValue("a\r\nb"), referentials.StringValue(" x")} {
		row := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(i)), v}}
		switch i {
		case 1:
			row.Geom = geo.Geometry{Type: geo.Point, XY: []float64{1351000.1234567, 1.0 / 3}}
		case 2:
			row.Geom = encodetest.Shape(geo.MultiPoint, 0, 0.5)
		}
		if err := w.Write(&row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "id,\"no,m\",WKT\r\n0,,\r\n1,\"\",POINT (1351000.1234567 0.3333333333333333)\r\n" +
		"2,\"l'\"\"été\"\"\",\"MULTIPOINT ((0 0.5), (1 1.5))\"\r\n3,\"a\r\nb\",\r\n4,\" x\",\r\n"
	if out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
}

// The one column of a table may be null, and a field may be called WKT.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		field string
		geom  geo.Type
		want  string
	}{
		{"wkt", geo.Point, "wkt,_WKT\r\n,\r\n"},
		{"nom", geo.None, "nom\r\n\"\"\r\n"},
	} {
		d := referentials.Descriptor{ID: "a", Geometry: c.geom, Fields: []referentials.Field{{Name: c.field, Type: referentials.String}}}
		var out bytes.Buffer
		w, err := csv.New(&out, encode.Header{Descriptor: d})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(&referentials.Row{Values: []referentials.Value{referentials.Null}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("got %q, want %q", out.String(), c.want)
		}
	}
}

// GDAL finds the shapes of every layer without being told where they are.
func TestGDAL(t *testing.T) {
	for _, layer := range encodetest.Layers() {
		if !layer.Header.Descriptor.HasGeometry() {
			continue
		}
		var out bytes.Buffer
		w, err := csv.New(&out, layer.Header)
		if err != nil {
			t.Fatal(err)
		}
		shapes := 0
		for i := range layer.Rows {
			if err := w.Write(&layer.Rows[i]); err != nil {
				t.Fatal(err)
			}
			if !layer.Rows[i].Geom.IsNull() {
				shapes++
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := exec.Command("ogrinfo", "-al", "-ro", "-oo", "KEEP_GEOM_COLUMNS=NO", name).CombinedOutput()
		if err != nil {
			t.Fatalf("ogrinfo: %v\n%s(the tests need GDAL: apt-get install gdal-bin)", err, info)
		}
		features, found := bytes.Count(info, []byte("OGRFeature(")), len(regexp.MustCompile(`(?m)^  [A-Z]+ \(`).FindAll(info, -1))
		if features != len(layer.Rows) || found != shapes {
			t.Errorf("%s: GDAL reads %d features with %d shapes, want %d with %d", layer.Name, features, found, len(layer.Rows), shapes)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	layer := encodetest.Points()
	w, err := csv.New(io.Discard, layer.Header)
	if err != nil {
		b.Fatal(err)
	}
	row := &layer.Rows[18]
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Write(row); err != nil {
			b.Fatal(err)
		}
	}
}
