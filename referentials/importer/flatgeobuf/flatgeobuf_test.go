package flatgeobuf_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gogama/flatgeobuf/flatgeobuf/flat"
	flatbuffers "github.com/google/flatbuffers/go"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/flatgeobuf"
	"socle/referentials/importer/source"
)

const samples = "../../../../shared/data/bdtopo_12174"

func open(t testing.TB, name string) *flatgeobuf.Layer {
	t.Helper()
	f, err := source.Open(t.Context(), name, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	layer, err := flatgeobuf.Open(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return layer
}

func command(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s(the tests need GDAL: apt-get install gdal-bin)", name, strings.Join(args, " "), err, errs.String())
	}
	return out
}

// convert makes a FlatGeobuf file with GDAL.
func convert(t testing.TB, from string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.fgb")
	command(t, "ogr2ogr", append(args, "-f", "FlatGeobuf", out, from)...)
	return out
}

// Real data written by GDAL, with and without an index, are read as GDAL reads them.
func TestLikeGDAL(t *testing.T) {
	for _, sample := range []string{"v3_BATIMENT", "v2_ROUTE", "v3_ZONE_DE_VEGETATION", "v2_population"} {
		for _, index := range []string{"YES", "NO"} {
			t.Run(sample+"/index="+index, func(t *testing.T) {
				t.Parallel()
				from := "/vsizip/" + samples + "/" + sample + ".shp.zip"
				if _, err := os.Stat(strings.TrimPrefix(from, "/vsizip/")); err != nil {
					t.Fatalf("%v (is the data folder beside the checkout?)", err)
				}
				// As Unknown, since the shapefiles mix polygons and multipolygons.
				name := convert(t, from, "-nlt", "GEOMETRY", "-lco", "SPATIAL_INDEX="+index)
				layer := open(t, name)
				if layer.CRS() != crs.EPSG(2154) || layer.Layer() != sample[3:] {
					t.Errorf("CRS %q, layer %q", layer.CRS(), layer.Layer())
				}
				compare(t, layer, name)
			})
		}
	}
}

func compare(t *testing.T, layer *flatgeobuf.Layer, name string) {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(command(t, "ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_WKT", "-dim", "XY", "/vsistdout/", name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	fields := layer.Fields()
	n := 0
	for r, err := range layer.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; r.Err != nil || n >= len(lines) {
			t.Fatalf("record %d of %d: %v", r.Number, len(lines)-1, r.Err)
		}
		if err := r.Geom.Check(); err != nil {
			t.Fatal(err)
		}
		line := lines[n]
		if got := brackets(&r.Geom); !strings.HasPrefix(line[0], strings.ToUpper(r.Geom.Type.String())) || strings.Count(line[0], "(") != got {
			t.Fatalf("record %d: a %s with %d brackets, GDAL has %.60s", r.Number, r.Geom.Type, got, line[0])
		}
		numbers := strings.FieldsFunc(line[0], func(r rune) bool { return strings.ContainsRune("(), ", r) || r >= 'A' })
		if len(numbers) != len(r.Geom.XY) {
			t.Fatalf("record %d: %d ordinates, GDAL has %d", r.Number, len(r.Geom.XY), len(numbers))
		}
		for i, s := range numbers {
			if x, err := strconv.ParseFloat(s, 64); err != nil || math.Abs(x-r.Geom.XY[i]) > 1e-6 {
				t.Fatalf("record %d, ordinate %d: %v, GDAL has %s", r.Number, i, r.Geom.XY[i], s)
			}
		}
		for i, f := range fields {
			if lines[0][i+1] != f.Name || !sameText(r.Values[i], line[i+1]) {
				t.Errorf("record %d, %s: %q, GDAL has %s=%q", r.Number, f.Name, r.Values[i], lines[0][i+1], line[i+1])
			}
		}
	}
	if n != len(lines)-1 || n == 0 {
		t.Errorf("%d records, GDAL has %d", n, len(lines)-1)
	}
}

func brackets(g *geo.Geometry) int {
	switch g.Type {
	case geo.Point, geo.LineString:
		return 1
	case geo.Polygon:
		return 1 + len(g.Ends)
	case geo.MultiPoint:
		return 1 + g.NumVertices()
	}
	return 1 + len(g.Ends) + len(g.Parts)
}

func sameText(v referentials.Value, text string) bool {
	switch v.Type() {
	case referentials.Number, referentials.Integer:
		x, err := strconv.ParseFloat(text, 64)
		return err == nil && math.Abs(x-v.Float()) <= 1e-14*math.Abs(x)
	case referentials.DateTime:
		return strings.HasPrefix(text, v.Time().Format("2006/01/02"))
	}
	return v.String() == text
}

func TestGeometryTypes(t *testing.T) {
	for _, c := range []struct{ shape, want string }{
		{`{"type":"Point","coordinates":[1,2,3]}`, "Point [1 2] [] [] true"},
		{`{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}`, "MultiPoint [1 2 3 4] [] [] false"},
		{`{"type":"LineString","coordinates":[[1,2],[3,4]]}`, "LineString [1 2 3 4] [2] [] false"},
		{`{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}`, "MultiLineString [1 2 3 4 5 6 7 8] [2 4] [] false"},
		{`{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]}`, "MultiLineString [1 2 3 4] [2] [] false"},
		{`{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,2],[1,3],[2,3],[1,2]]]}`, "Polygon [0 0 9 0 9 9 0 0 1 2 1 3 2 3 1 2] [4 8] [2] false"},
		{`{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,0]]],[[[20,0],[29,0],[29,9],[20,0]]]]}`, "MultiPolygon [0 0 9 0 9 9 0 0 20 0 29 0 29 9 20 0] [4 8] [1 2] false"},
		{`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}`, "a GeometryCollection cannot be stored"},
	} {
		in := filepath.Join(t.TempDir(), "in.geojson")
		text := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":` + c.shape + `},` +
			`{"type":"Feature","properties":{"a":2},"geometry":null}]}`
		if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		layer := open(t, convert(t, in, "-lco", "SPATIAL_INDEX=NO"))
		for r, err := range layer.Records(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(r.Geom.Type, " ", r.Geom.XY, " ", r.Geom.Ends, " ", r.Geom.Parts, " ", r.HasZ)
			if r.Err != nil {
				got = r.Err.Error()
			}
			want := c.want
			if r.Number == 2 {
				want = "None [] [] [] false"
			}
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}
		if layer.CRS() != crs.EPSG(4326) {
			t.Errorf("CRS %s", layer.CRS())
		}
	}
}

// columns are of every type the format has, with the bytes of a value.
var columns = []struct {
	t        flat.ColumnType
	metadata string
	bytes    []byte
	field    referentials.FieldType
	want     referentials.Value
}{
	{flat.ColumnTypeByte, "", []byte{0xfe}, referentials.Integer, referentials.IntegerValue(-2)},
	{flat.ColumnTypeUByte, "", []byte{0xfe}, referentials.Integer, referentials.IntegerValue(254)},
	{flat.ColumnTypeBool, "", []byte{1}, referentials.Boolean, referentials.BooleanValue(true)},
	{flat.ColumnTypeShort, "", []byte{0xfe, 0xff}, referentials.Integer, referentials.IntegerValue(-2)},
	{flat.ColumnTypeUShort, "", []byte{0xfe, 0xff}, referentials.Integer, referentials.IntegerValue(65534)},
	{flat.ColumnTypeInt, "", []byte{0xfe, 0xff, 0xff, 0xff}, referentials.Integer, referentials.IntegerValue(-2)},
	{flat.ColumnTypeUInt, "", []byte{0xfe, 0xff, 0xff, 0xff}, referentials.Integer, referentials.IntegerValue(4294967294)},
	{flat.ColumnTypeLong, "", binary.LittleEndian.AppendUint64(nil, math.MaxUint64), referentials.Integer, referentials.IntegerValue(-1)},
	{flat.ColumnTypeULong, "", binary.LittleEndian.AppendUint64(nil, 1<<53+1), referentials.Integer, referentials.IntegerValue(1<<53 + 1)},
	{flat.ColumnTypeULong, "", binary.LittleEndian.AppendUint64(nil, math.MaxUint64), referentials.Integer, referentials.StringValue("18446744073709551615")},
	{flat.ColumnTypeFloat, "", binary.LittleEndian.AppendUint32(nil, math.Float32bits(0.1)), referentials.Number, referentials.NumberValue(0.1)},
	{flat.ColumnTypeDouble, "", binary.LittleEndian.AppendUint64(nil, math.Float64bits(0.1)), referentials.Number, referentials.NumberValue(0.1)},
	{flat.ColumnTypeDouble, "", binary.LittleEndian.AppendUint64(nil, math.Float64bits(math.NaN())), referentials.Number, referentials.Null},
	{flat.ColumnTypeString, "", text("Allée"), referentials.String, referentials.StringValue("Allée")},
	{flat.ColumnTypeString, "", text(""), referentials.String, referentials.StringValue("")},
	{flat.ColumnTypeString, "", text("All\xe9e"), referentials.String, referentials.StringValue("Allée")},
	{flat.ColumnTypeJson, "", text(`{"a":1}`), referentials.JSON, referentials.JSONValue(`{"a":1}`)},
	{flat.ColumnTypeJson, "", text(`{"a"`), referentials.JSON, referentials.StringValue(`{"a"`)},
	{flat.ColumnTypeDateTime, "", text("1970-01-02T00:00:00.5Z"), referentials.DateTime, referentials.DateTimeValue(86_400_500_000)},
	{flat.ColumnTypeDateTime, "", text("1970-01-01T02:00:00+02:00"), referentials.DateTime, referentials.DateTimeValue(0)},
	{flat.ColumnTypeDateTime, "", text("1970-01-02 00:00:00"), referentials.DateTime, referentials.DateTimeValue(86_400_000_000)},
	{flat.ColumnTypeDateTime, `{"type":"date"}`, text("1969-12-31"), referentials.Date, referentials.DateValue(-1)},
	{flat.ColumnTypeDateTime, "", text("hier"), referentials.DateTime, referentials.StringValue("hier")},
	{flat.ColumnTypeDateTime, "", text("0000-00-00T13:45:59"), referentials.DateTime, referentials.StringValue("13:45:59")},
	{flat.ColumnTypeBinary, "", text("\x00\xff"), referentials.String, referentials.StringValue("AP8=")},
}

func text(s string) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(s))), s...)
}

// everyType is a file of one feature with a value of each of the columns.
func everyType() []byte {
	b := flatbuffers.NewBuilder(0)
	offsets := make([]flatbuffers.UOffsetT, len(columns))
	var properties []byte
	for i, c := range columns {
		name, metadata := b.CreateString("c"+strconv.Itoa(i)), b.CreateString(c.metadata)
		flat.ColumnStart(b)
		flat.ColumnAddName(b, name)
		flat.ColumnAddType(b, c.t)
		flat.ColumnAddMetadata(b, metadata)
		offsets[i] = flat.ColumnEnd(b)
		properties = append(binary.LittleEndian.AppendUint16(properties, uint16(i)), c.bytes...)
	}
	vector, org, code := b.CreateVectorOfTables(offsets), b.CreateString("OGC"), b.CreateString("CRS84")
	flat.CrsStart(b)
	flat.CrsAddOrg(b, org)
	flat.CrsAddCodeString(b, code)
	system := flat.CrsEnd(b)
	flat.HeaderStart(b)
	flat.HeaderAddColumns(b, vector)
	flat.HeaderAddCrs(b, system)
	flat.HeaderAddGeometryType(b, flat.GeometryTypePolygon)
	b.FinishSizePrefixed(flat.HeaderEnd(b))
	out := append([]byte("fgb\x03fgb\x01"), b.FinishedBytes()...)

	b.Reset()
	flat.GeometryStartXyVector(b, 8)
	for _, v := range []float64{0, 0, 1, 1, 0, 1, 0, 0} {
		b.PrependFloat64(v)
	}
	xy := b.EndVector(8)
	flat.GeometryStart(b)
	flat.GeometryAddXy(b, xy)
	shape := flat.GeometryEnd(b)
	bytesOf := b.CreateByteVector(properties)
	flat.FeatureStart(b)
	flat.FeatureAddGeometry(b, shape)
	flat.FeatureAddProperties(b, bytesOf)
	b.FinishSizePrefixed(flat.FeatureEnd(b))
	return append(out, b.FinishedBytes()...)
}

func read(t testing.TB, data []byte) (*flatgeobuf.Layer, []source.Record, error) {
	t.Helper()
	f, err := source.FromBytes(t.Context(), "essai.fgb", data, source.Options{})
	if err != nil {
		return nil, nil, err
	}
	layer, err := flatgeobuf.Open(t.Context(), f)
	if err != nil {
		return nil, nil, err
	}
	var records []source.Record
	for r, err := range layer.Records(t.Context()) {
		if err != nil {
			return layer, records, err
		}
		c := *r
		c.Values, c.Geom = slices.Clone(r.Values), r.Geom.Clone()
		r.Raw()
		records = append(records, c)
	}
	return layer, records, nil
}

func TestEveryType(t *testing.T) {
	layer, records, err := read(t, everyType())
	if err != nil || len(records) != 1 || records[0].Err != nil {
		t.Fatal(err, records)
	}
	for i, c := range columns {
		if f := layer.Fields()[i]; f.Type != c.field || f.Name != "c"+strconv.Itoa(i) {
			t.Errorf("field %d: %+v, want %s", i, f, c.field)
		}
		if got := records[0].Values[i]; got != c.want {
			t.Errorf("%s: got %s %q, want %s %q", c.t, got.Type(), got, c.want.Type(), c.want)
		}
	}
	if records[0].Geom.Type != geo.Polygon || layer.CRS() != crs.CRS84 || layer.Layer() != "essai" {
		t.Errorf("%s, %s, %q", records[0].Geom.Type, layer.CRS(), layer.Layer())
	}
	if notes := strings.Join(layer.Notes(), "\n"); !strings.Contains(notes, "1 texts are not valid UTF-8") {
		t.Errorf("notes %q", notes)
	}
}

// polygonOf is a file of one polygon of n vertices, whose rings end there.
func polygonOf(n int, ends ...uint32) []byte {
	b := flatbuffers.NewBuilder(0)
	flat.HeaderStart(b)
	flat.HeaderAddGeometryType(b, flat.GeometryTypePolygon)
	b.FinishSizePrefixed(flat.HeaderEnd(b))
	out := append([]byte("fgb\x03fgb\x01"), b.FinishedBytes()...)

	b.Reset()
	flat.GeometryStartXyVector(b, 2*n)
	for i := range 2 * n {
		b.PrependFloat64(float64(i))
	}
	xy := b.EndVector(2 * n)
	flat.GeometryStartEndsVector(b, len(ends))
	for _, end := range slices.Backward(ends) {
		b.PrependUint32(end)
	}
	at := b.EndVector(len(ends))
	flat.GeometryStart(b)
	flat.GeometryAddXy(b, xy)
	flat.GeometryAddEnds(b, at)
	shape := flat.GeometryEnd(b)
	flat.FeatureStart(b)
	flat.FeatureAddGeometry(b, shape)
	b.FinishSizePrefixed(flat.FeatureEnd(b))
	return append(out, b.FinishedBytes()...)
}

func TestEndsOfRings(t *testing.T) {
	for _, c := range []struct {
		ends []uint32
		want []uint32 // nil where the feature is spoilt
	}{
		{nil, []uint32{8}},
		{[]uint32{8}, []uint32{8}},
		{[]uint32{4, 8}, []uint32{4, 8}},
		{[]uint32{4, 4, 8}, []uint32{4, 8}},
		{[]uint32{8, 4}, nil},
		{[]uint32{5, 4, 8}, nil},
		{[]uint32{9}, nil},
		{[]uint32{4, math.MaxUint32}, nil},
		{[]uint32{4}, nil},
	} {
		_, records, err := read(t, polygonOf(8, c.ends...))
		if err != nil || len(records) != 1 {
			t.Fatal(c.ends, err, records)
		}
		if g := records[0].Geom; (records[0].Err != nil) != (c.want == nil) || c.want != nil && !slices.Equal(g.Ends, c.want) {
			t.Errorf("%d: rings end at %d, %v", c.ends, g.Ends, records[0].Err)
		}
	}
}

func TestDamage(t *testing.T) {
	sound := everyType()
	change := func(at int, b ...byte) []byte {
		data := bytes.Clone(sound)
		copy(data[at:], b)
		return data
	}
	featureAt := 8 + 4 + int(binary.LittleEndian.Uint32(sound[8:]))
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"cut", sound[:len(sound)-20], "ends too early"},
		{"cut header", sound[:30], "ends too early"},
		{"huge header", change(8, 0xff, 0xff, 0xff, 0x7f), "its header says"},
		{"huge feature", change(featureAt, 0xff, 0xff, 0xff, 0x7f), "says it has"},
		{"version 2", change(3, 2), "version 2"},
		{"header points away", change(12, 0xff, 0xff, 0xff, 0x7f), "damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := read(t, c.data)
			var e *referentials.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	// Damage inside of a feature spoils that feature alone.
	_, records, err := read(t, change(featureAt+4, 0xff, 0xff, 0xff, 0x7f))
	if err != nil || len(records) != 1 || records[0].Err == nil {
		t.Errorf("got %v, %+v", err, records)
	}
}

func FuzzFlatGeobuf(f *testing.F) {
	f.Add(everyType())
	polygons, err := os.ReadFile("testdata/indexed.fgb")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(polygons)
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, _ = read(t, data)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 64<<20 {
			t.Errorf("%d bytes were taken for a file of %d", taken, len(data))
		}
	})
}

func BenchmarkRecords(b *testing.B) {
	name := convert(b, "/vsizip/"+samples+"/v2_BATI_INDIFFERENCIE.shp.zip", "-nlt", "GEOMETRY")
	layer := open(b, name)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for _, err := range layer.Records(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
