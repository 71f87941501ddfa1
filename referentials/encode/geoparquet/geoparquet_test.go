package geoparquet_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/encodetest"
	"socle/referentials/encode/geoparquet"
)

func TestConformance(t *testing.T) {
	encodetest.Run(t, encodetest.Suite{Format: geoparquet.Format(), Read: read, Memory: 64 << 20})
}

func openFile(tb testing.TB, data []byte) *parquet.File {
	tb.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// read uses the library's rows and orb's WKB.
func read(tb testing.TB, data []byte, h encode.Header) []referentials.Row {
	tb.Helper()
	f := openFile(tb, data)
	var names []string
	for _, c := range f.Root().Columns() {
		names = append(names, c.Name())
	}
	var want []string
	for _, field := range h.Descriptor.Fields {
		want = append(want, field.Name)
	}
	if h.Descriptor.HasGeometry() {
		want = append(want, "geometry")
	}
	if !slices.Equal(names, want) {
		tb.Fatalf("columns %q, want %q", names, want)
	}
	var rows []referentials.Row
	for _, group := range f.RowGroups() {
		r := group.Rows()
		buf := make([]parquet.Row, 10)
		for {
			n, err := r.ReadRows(buf)
			for _, values := range buf[:n] {
				rows = append(rows, row(tb, h, values))
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				tb.Fatal(err)
			}
		}
		if err := r.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	return rows
}

func row(tb testing.TB, h encode.Header, values parquet.Row) referentials.Row {
	tb.Helper()
	var out referentials.Row
	for i, field := range h.Descriptor.Fields {
		v := values[i]
		switch {
		case v.IsNull():
			out.Values = append(out.Values, referentials.Null)
		case field.Type == referentials.Integer:
			out.Values = append(out.Values, referentials.IntegerValue(v.Int64()))
		case field.Type == referentials.Number:
			out.Values = append(out.Values, referentials.NumberValue(v.Double()))
		case field.Type == referentials.Boolean:
			out.Values = append(out.Values, referentials.BooleanValue(v.Boolean()))
		case field.Type == referentials.Date:
			out.Values = append(out.Values, referentials.DateValue(int64(v.Int32())))
		case field.Type == referentials.DateTime:
			out.Values = append(out.Values, referentials.DateTimeValue(v.Int64()))
		case field.Type == referentials.JSON:
			out.Values = append(out.Values, referentials.JSONValue(string(v.ByteArray())))
		default:
			out.Values = append(out.Values, referentials.StringValue(string(v.ByteArray())))
		}
	}
	if h.Descriptor.HasGeometry() && !values[len(values)-1].IsNull() {
		shape, err := wkb.Unmarshal(values[len(values)-1].ByteArray())
		if err != nil {
			tb.Fatal(err)
		}
		out.Geom = flat(tb, shape)
	}
	return out
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

func write(t testing.TB, h encode.Header, rows []referentials.Row) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := geoparquet.New(&out, h)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestMetadata(t *testing.T) {
	for _, layer := range encodetest.Layers() {
		text, found := openFile(t, write(t, layer.Header, layer.Rows)).Lookup("geo")
		if found != layer.Header.Descriptor.HasGeometry() {
			t.Errorf("%s: geo metadata %v", layer.Name, found)
		}
		if !found {
			continue
		}
		var meta struct {
			Version string
			Primary string `json:"primary_column"`
			Columns map[string]struct {
				Encoding string
				Types    []string `json:"geometry_types"`
				CRS      struct{ ID struct{ Code int } }
				Bbox     []float64
			}
		}
		if err := json.Unmarshal([]byte(text), &meta); err != nil {
			t.Fatal(err)
		}
		c := meta.Columns["geometry"]
		bound := geo.EmptyBound()
		types := map[string]bool{}
		for i := range layer.Rows {
			if g := &layer.Rows[i].Geom; !g.IsNull() {
				bound = geo.Union(bound, g.Bound())
				types[g.Type.String()] = true
			}
		}
		if meta.Version != "1.1.0" || meta.Primary != "geometry" || c.Encoding != "WKB" || int32(c.CRS.ID.Code) != layer.Header.CRS.SRID() ||
			!slices.Equal(c.Bbox, []float64{bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1]}) || len(c.Types) != len(types) {
			t.Errorf("%s: %+v", layer.Name, meta)
		}
		for _, name := range c.Types {
			if !types[name] {
				t.Errorf("%s: there is no %s in it", layer.Name, name)
			}
		}
	}
}

// points is n points with a text of some bytes.
func points(n, padding int) (encode.Header, []referentials.Row) {
	d := referentials.Descriptor{ID: "grille", Key: "id", Geometry: geo.Point, CRS: crs.EPSG(3948), Fields: []referentials.Field{
		{Name: "id", Type: referentials.Integer}, {Name: "nom", Type: referentials.String}, {Name: "x", Type: referentials.Number},
	}}
	rows := make([]referentials.Row, n)
	for i := range rows {
		rows[i] = referentials.Row{
			Values: []referentials.Value{referentials.IntegerValue(int64(i)), referentials.StringValue(string(bytes.Repeat([]byte{byte('a' + i%26)}, padding))), referentials.NumberValue(float64(i) / 3)},
			Geom:   geo.Geometry{Type: geo.Point, XY: []float64{1350000 + float64(i%1000), 7220000 + float64(i/1000)}},
		}
	}
	return encode.Header{Descriptor: d, CRS: d.CRS, Matched: -1}, rows
}

func TestRowGroups(t *testing.T) {
	for _, c := range []struct{ rows, padding, least int }{
		{geoparquet.RowGroupRows + 1, 1, 2},
		{100, 1 << 20, 3}, // rows of 1 MiB do not wait for 65,536 of them
	} {
		h, rows := points(c.rows, c.padding)
		f := openFile(t, write(t, h, rows))
		if n := len(f.RowGroups()); n < c.least || f.NumRows() != int64(c.rows) {
			t.Errorf("%d rows of %d bytes: %d row groups with %d rows", c.rows, c.padding, n, f.NumRows())
		}
		for _, g := range f.RowGroups() {
			if g.NumRows() > geoparquet.RowGroupRows {
				t.Errorf("a row group of %d rows", g.NumRows())
			}
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	h, rows := points(50_000, 10)
	b.ReportAllocs()
	for b.Loop() {
		w, err := geoparquet.New(io.Discard, h)
		if err != nil {
			b.Fatal(err)
		}
		for i := range rows {
			if err := w.Write(&rows[i]); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
}
