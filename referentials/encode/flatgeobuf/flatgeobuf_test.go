package flatgeobuf_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	fgb "github.com/gogama/flatgeobuf/flatgeobuf"
	"github.com/gogama/flatgeobuf/flatgeobuf/flat"
	"github.com/gogama/flatgeobuf/packedrtree"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/encodetest"
	"socle/referentials/encode/flatgeobuf"
)

func TestConformance(t *testing.T) {
	encodetest.Run(t, encodetest.Suite{Format: flatgeobuf.Format(), Read: read, Unordered: true, Memory: 40 << 20})
}

// read uses the reader of gogama/flatgeobuf.
func read(tb testing.TB, data []byte, h encode.Header) []referentials.Row {
	tb.Helper()
	r := fgb.NewFileReader(bytes.NewReader(data))
	header, err := r.Header()
	if err != nil {
		tb.Fatal(err)
	}
	if string(header.Name()) != h.Descriptor.ID || header.Crs(nil) == nil || header.Crs(nil).Code() != h.CRS.SRID() {
		tb.Errorf("header: name %q, CRS %v", header.Name(), header.Crs(nil))
	}
	features, err := r.DataRem()
	if err != nil && !errors.Is(err, io.EOF) {
		tb.Fatal(err)
	}
	if int(header.FeaturesCount()) != len(features) {
		tb.Errorf("the header counts %d features, there are %d", header.FeaturesCount(), len(features))
	}
	var rows []referentials.Row
	for i := range features {
		row := referentials.Row{Values: make([]referentials.Value, len(h.Descriptor.Fields))}
		// Not its ReadSchema, which takes a feature without some column for a broken one.
		properties := fgb.NewPropReader(bytes.NewReader(features[i].PropertiesBytes()))
		for {
			column, err := properties.ReadUShort()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				tb.Fatal(err)
			}
			row.Values[column] = value(tb, h.Descriptor.Fields[column].Type, properties)
		}
		if g := features[i].Geometry(nil); g != nil {
			row.Geom = flatten(g)
		}
		rows = append(rows, row)
	}
	return rows
}

func value(tb testing.TB, t referentials.FieldType, r *fgb.PropReader) referentials.Value {
	tb.Helper()
	var v referentials.Value
	var err error
	at := func(layout string) time.Time {
		text, failed := r.ReadString()
		if failed != nil {
			tb.Fatal(failed)
		}
		parsed, failed := time.Parse(layout, text)
		err = failed
		return parsed
	}
	switch t {
	case referentials.Integer:
		var n int64
		n, err = r.ReadLong()
		v = referentials.IntegerValue(n)
	case referentials.Number:
		var x float64
		x, err = r.ReadDouble()
		v = referentials.NumberValue(x)
	case referentials.Boolean:
		var b bool
		b, err = r.ReadBool()
		v = referentials.BooleanValue(b)
	case referentials.Date:
		v = referentials.DateValue(at(time.DateOnly).Unix() / 86400)
	case referentials.DateTime:
		v = referentials.DateTimeValue(at(time.RFC3339Nano).UnixMicro())
	case referentials.JSON:
		var b []byte
		b, err = r.ReadBinary()
		v = referentials.JSONValue(string(b))
	default:
		var s string
		s, err = r.ReadString()
		v = referentials.StringValue(s)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func flatten(g *flat.Geometry) geo.Geometry {
	out := geo.Geometry{Type: geo.Type(g.Type())}
	add := func(g *flat.Geometry) {
		first := uint32(len(out.XY) / 2)
		for i := range g.XyLength() {
			out.XY = append(out.XY, g.Xy(i))
		}
		for i := range g.EndsLength() {
			out.Ends = append(out.Ends, first+g.Ends(i))
		}
		if t := geo.Type(g.Type()); g.EndsLength() == 0 && t.Dimension() > 0 {
			out.EndRing()
		}
		if geo.Type(g.Type()).Dimension() == 2 {
			out.EndPart()
		}
	}
	if g.PartsLength() == 0 {
		add(g)
		return out
	}
	for i := range g.PartsLength() {
		var part flat.Geometry
		g.Parts(&part, i)
		add(&part)
	}
	return out
}

func write(t testing.TB, h encode.Header, rows []referentials.Row) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flatgeobuf.New(&out, h)
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

// grid is n points on a grid of 1,000 columns, in CC48, with a text long enough that many
// of them do not stay in memory.
func grid(n, padding int) (encode.Header, []referentials.Row) {
	d := referentials.Descriptor{ID: "grille", Key: "id", Geometry: geo.Point, CRS: crs.EPSG(3948), Fields: []referentials.Field{
		{Name: "id", Type: referentials.Integer}, {Name: "nom", Type: referentials.String},
	}}
	text := referentials.StringValue(strings.Repeat("é", padding))
	rows := make([]referentials.Row, n)
	for i := range rows {
		rows[i] = referentials.Row{
			Values: []referentials.Value{referentials.IntegerValue(int64(i)), text},
			Geom:   geo.Geometry{Type: geo.Point, XY: []float64{1350000 + float64(i%1000), 7220000 + float64(i/1000)}},
		}
	}
	return encode.Header{Descriptor: d, CRS: d.CRS, Matched: -1}, rows
}

// The tree finds what a scan finds, through memory and through a file.
func TestIndex(t *testing.T) {
	for _, n := range []int{1, 16, 17, 20_000} {
		h, rows := grid(n, 200)
		r := fgb.NewFileReader(bytes.NewReader(write(t, h, rows)))
		if _, err := r.Header(); err != nil {
			t.Fatal(err)
		}
		box := packedrtree.Box{XMin: 1350009.5, YMin: 7220003.5, XMax: 1350020, YMax: 7220007}
		if n < 20_000 {
			box = packedrtree.Box{XMin: 1350009, YMin: 7219999, XMax: 1350014, YMax: 7220001}
		}
		found, err := r.IndexSearch(box)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, row := range rows {
			if x, y := row.Geom.XY[0], row.Geom.XY[1]; box.XMin <= x && x <= box.XMax && box.YMin <= y && y <= box.YMax {
				want++
			}
		}
		for i := range found {
			if x := found[i].Geometry(nil).Xy(0); x < box.XMin || x > box.XMax {
				t.Errorf("%d features: one at %v was found", n, x)
			}
		}
		if len(found) != want {
			t.Errorf("%d features: %d found, want %d", n, len(found), want)
		}
	}
}

func TestNullGeometryHasNoIndex(t *testing.T) {
	h, rows := grid(20, 1)
	rows[7].Geom = geo.Geometry{}
	r := fgb.NewFileReader(bytes.NewReader(write(t, h, rows)))
	header, err := r.Header()
	if err != nil {
		t.Fatal(err)
	}
	if header.IndexNodeSize() != 0 || header.FeaturesCount() != 20 {
		t.Errorf("node size %d, %d features", header.IndexNodeSize(), header.FeaturesCount())
	}
}

// TestEmptyShapes reads with GDAL what has a type and no vertex: nothing, at the feature's
// place.
func TestEmptyShapes(t *testing.T) {
	for _, shape := range []geo.Type{geo.Point, geo.LineString, geo.Polygon, geo.MultiPoint, geo.MultiLineString, geo.MultiPolygon} {
		h, rows := grid(3, 1)
		h.Descriptor.Geometry = shape
		for i := range rows {
			rows[i].Geom = encodetest.Shape(shape, 1350000, 7220000+float64(i))
		}
		rows[1].Geom = geo.Geometry{Type: shape}
		name := filepath.Join(t.TempDir(), "vide.fgb")
		if err := os.WriteFile(name, write(t, h, rows), 0o600); err != nil {
			t.Fatal(err)
		}
		info := gdal(t, "ogrinfo", "-al", name)
		if features, shapes := strings.Count(info, "OGRFeature("), len(regexp.MustCompile(`(?m)^  [A-Z]+ \(`).FindAllString(info, -1)); features != 3 || shapes != 2 {
			t.Errorf("%s: GDAL reads %d features with %d shapes:\n%s", shape, features, shapes, info)
		}
	}
}

func TestTablesAreRefused(t *testing.T) {
	_, err := flatgeobuf.New(io.Discard, encodetest.Table().Header)
	if referentials.CodeOf(err) != referentials.Unsupported {
		t.Errorf("got %v", err)
	}
}

// GDAL sees the layer, its system, its extent and, through the tree, a window.
func TestGDAL(t *testing.T) {
	h, rows := grid(5000, 3)
	name := filepath.Join(t.TempDir(), "grille.fgb")
	if err := os.WriteFile(name, write(t, h, rows), 0o600); err != nil {
		t.Fatal(err)
	}
	info := gdal(t, "ogrinfo", "-so", "-al", name)
	for _, want := range []string{"Layer name: grille", "Geometry: Point", "Feature Count: 5000", "Extent: (1350000.000000, 7220000.000000) - (1350999.000000, 7220004.000000)", `ID["EPSG",3948]`, "id: Integer64", "nom: String"} {
		if !strings.Contains(info, want) {
			t.Errorf("ogrinfo does not say %q:\n%s", want, info)
		}
	}
	window := gdal(t, "ogrinfo", "-al", "-geom=NO", "-spat", "1350009.5", "7219999", "1350012.5", "7220001.5", name)
	if got := regexp.MustCompile(`id \(Integer64\) = `).FindAllString(window, -1); len(got) != 6 {
		t.Errorf("the window holds %d features, want 6:\n%s", len(got), window)
	}
	for _, layer := range encodetest.Layers() {
		if !layer.Header.Descriptor.HasGeometry() {
			continue
		}
		name := filepath.Join(t.TempDir(), layer.Name+".fgb")
		if err := os.WriteFile(name, write(t, layer.Header, layer.Rows), 0o600); err != nil {
			t.Fatal(err)
		}
		// It stops without a word at a feature it cannot read.
		info := gdal(t, "ogrinfo", "-al", name)
		if n := strings.Count(info, "OGRFeature("); n != len(layer.Rows) {
			t.Errorf("%s: GDAL reads %d features, want %d", layer.Name, n, len(layer.Rows))
		}
	}
}

func gdal(t *testing.T, name string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("%s: %v\n%s(the tests need GDAL: apt-get install gdal-bin)", name, err, errs.String())
	}
	return out.String()
}

func BenchmarkWrite(b *testing.B) {
	h, rows := grid(50_000, 10)
	b.ReportAllocs()
	for b.Loop() {
		w, err := flatgeobuf.New(io.Discard, h)
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
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/feature")
}
