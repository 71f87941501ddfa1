package geoparquet_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/geoparquet"
	"socle/referentials/importer/source"
)

func open(t testing.TB, f *source.File, err error) *geoparquet.Layer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	layer, err := geoparquet.Open(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := layer.Close(); err != nil {
			t.Error(err)
		}
	})
	return layer
}

func openPath(t testing.TB, name string) *geoparquet.Layer {
	t.Helper()
	f, err := source.Open(t.Context(), name, source.Options{})
	return open(t, f, err)
}

func openBytes(t testing.TB, data []byte) *geoparquet.Layer {
	t.Helper()
	f, err := source.FromBytes(t.Context(), "essai.parquet", data, source.Options{})
	return open(t, f, err)
}

func all(t testing.TB, layer *geoparquet.Layer) []source.Record {
	t.Helper()
	var records []source.Record
	for r, err := range layer.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		c := *r
		c.Values, c.Geom = slices.Clone(r.Values), r.Geom.Clone()
		records = append(records, c)
	}
	return records
}

// wantValue checks a column of a layer and its value in a record. "-" stands for null.
func wantValue(t *testing.T, layer *geoparquet.Layer, record *source.Record, i int, name string, kind referentials.FieldType, want string) {
	t.Helper()
	if f := layer.Fields()[i]; f != (source.Field{Name: name, Type: kind}) {
		t.Errorf("field %d is %v, want %s %s", i, f, name, kind)
	}
	got := record.Values[i].String()
	if record.Values[i].IsNull() {
		got = "-"
	}
	if got != want {
		t.Errorf("record %d, %s: got %q, want %q", record.Number, name, got, want)
	}
}

// What Apache Arrow wrote is read value by value.
func TestEveryType(t *testing.T) {
	want := []struct {
		name   string
		t      referentials.FieldType
		values [3]string
	}{
		{"i8", referentials.Integer, [3]string{"-1", "-", "127"}},
		{"u32", referentials.Integer, [3]string{"4294967295", "-", "0"}},
		{"u64", referentials.Integer, [3]string{"18446744073709551615", "-", "7"}},
		{"i64", referentials.Integer, [3]string{"9007199254740993", "-", "-1"}},
		{"f32", referentials.Number, [3]string{"0.1", "-", "2.5"}},
		{"f64", referentials.Number, [3]string{"0.1", "-", "-"}},
		{"b", referentials.Boolean, [3]string{"true", "-", "false"}},
		{"s", referentials.String, [3]string{"Allée", "-", ""}},
		{"cat", referentials.String, [3]string{"a", "-", "a"}},
		{"d", referentials.Date, [3]string{"2024-02-29", "-", "1969-12-31"}},
		{"t_ms", referentials.DateTime, [3]string{"1970-01-01T00:00:01.5Z", "-", "1969-12-31T23:59:59.999Z"}},
		{"t_ns", referentials.DateTime, [3]string{"1970-01-01T00:00:00.000001Z", "-", "1969-12-31T23:59:59.999999Z"}},
		{"time", referentials.String, [3]string{"12:34:56.789", "-", "00:00:00"}},
		{"dec", referentials.Number, [3]string{"-12.3", "-", "0.01"}},
		{"bin", referentials.String, [3]string{"AP8=", "-", "text"}},
		{"list", referentials.JSON, [3]string{"[1,null,3]", "-", "[]"}},
		{"lists", referentials.JSON, [3]string{`[["a"],[],null,["b","c"]]`, "-", "[[]]"}},
		{"obj", referentials.JSON, [3]string{`{"x":1.5,"n":{"s":"é\""}}`, "-", `{"x":null,"n":null}`}},
		{"objs", referentials.JSON, [3]string{`[{"k":1,"v":[true]},{"k":null,"v":null}]`, "-", "[]"}},
		{"map", referentials.JSON, [3]string{`{"a":1,"b":null}`, "-", "{}"}},
	}
	layer := openPath(t, "testdata/types.parquet")
	if !layer.HasGeometry() || layer.CRS() != crs.EPSG(3948) || layer.Layer() != "types" || len(layer.Fields()) != len(want) {
		t.Fatalf("geometry %v, CRS %s, layer %q, fields %v", layer.HasGeometry(), layer.CRS(), layer.Layer(), layer.Fields())
	}
	for range 2 { // it can be read twice
		records := all(t, layer)
		if len(records) != 3 {
			t.Fatalf("%d records", len(records))
		}
		for r, record := range records {
			if record.Err != nil || record.Number != int64(r+1) {
				t.Fatalf("record %d: %v", record.Number, record.Err)
			}
			for i, w := range want {
				wantValue(t, layer, &record, i, w.name, w.t, w.values[r])
			}
		}
		for i, want := range []string{"Point [1.5 2.5] [] [] false", "None [] [] [] false", "Polygon [0 0 9 0 9 9 0 0] [4] [1] true"} {
			g := records[i].Geom
			if got := fmt.Sprint(g.Type, " ", g.XY, " ", g.Ends, " ", g.Parts, " ", records[i].HasZ); got != want {
				t.Errorf("shape %d: got %s, want %s", i, got, want)
			}
		}
	}
	notes := strings.Join(layer.Notes(), "\n")
	for _, want := range []string{`"bbox" is left out: it repeats the box`, `"geom2" is left out: it is a second geometry`} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q do not tell %s", notes, want)
		}
	}
}

// TestWholeDecimals keeps every digit of identifiers that databases export as decimals.
func TestWholeDecimals(t *testing.T) {
	layer := openPath(t, "testdata/decimals.parquet")
	want := []struct {
		name   string
		t      referentials.FieldType
		values [4]string
	}{
		{"dec9", referentials.Integer, [4]string{"7", "-", "-999999999", "0"}},
		{"dec18", referentials.Integer, [4]string{"999999999999999999", "-", "-1", "0"}},
		{"dec38", "", [4]string{"9007199254740993", "-", "12345678901234567890123456789012345678", "-9223372036854775808"}},
	}
	for r, record := range all(t, layer) {
		for i, w := range want {
			wantValue(t, layer, &record, i, w.name, w.t, w.values[r])
		}
	}
}

func TestTable(t *testing.T) {
	layer := openPath(t, "testdata/table.parquet")
	records := all(t, layer)
	if layer.HasGeometry() || !layer.CRS().IsZero() || len(records) != 2 {
		t.Fatalf("geometry %v, CRS %s, %d records", layer.HasGeometry(), layer.CRS(), len(records))
	}
	if got := fmt.Sprint(records[0].Values); got != "[35238 2024-02-29T12:00:00Z 1]" {
		t.Errorf("got %s", got)
	}
	for r := range layer.Records(t.Context()) {
		if got := string(r.Raw()); got != `{"INSEE":"35238","quand":"2024-02-29T12:00:00Z","valeur":1}` {
			t.Errorf("raw %s", got)
		}
		break
	}
}

type feature struct {
	Name  string `parquet:"name"`
	Shape []byte `parquet:"shape"`
}

func write(t testing.TB, geoMetadata string, rows ...feature) []byte {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[feature](&out)
	if geoMetadata != "" {
		w.SetKeyValueMetadata("geo", geoMetadata)
	}
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func shape() []byte {
	return geo.AppendWKB(nil, &geo.Geometry{Type: geo.Point, XY: []float64{1, 2}})
}

func TestReferenceSystem(t *testing.T) {
	column := func(rest string) string {
		return `{"version":"1.0.0","primary_column":"shape","columns":{"shape":{"encoding":"WKB","geometry_types":[]` + rest + `}}}`
	}
	long, err := crs.PROJJSON(crs.EPSG(2154))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		metadata string
		want     crs.CRS
		note     string
	}{
		{column(""), crs.CRS84, ""},
		{column(`,"crs":null`), crs.CRS{}, "does not name"},
		{column(`,"crs":{"id":{"authority":"OGC","code":"CRS84"}}`), crs.CRS84, ""},
		{column(`,"crs":{"id":{"authority":"EPSG","code":4979}}`), crs.EPSG(4326), ""},
		{column(`,"crs":` + long), crs.EPSG(2154), ""},
		{column(`,"crs":` + strings.Replace(long, `"id":{"authority":"EPSG","code":2154}`, `"remarks":"x"`, 1)), crs.EPSG(2154), ""},
		{column(`,"crs":{"name":"chez nous"}`), crs.CRS{}, `"chez nous" is not known`},
	} {
		layer := openBytes(t, write(t, c.metadata, feature{"a", shape()}))
		if layer.CRS() != c.want || !strings.Contains(strings.Join(layer.Notes(), "\n"), c.note) {
			t.Errorf("%.150s\ngot %q, want %q; notes %q", c.metadata, layer.CRS(), c.want, layer.Notes())
		}
		if records := all(t, layer); len(records) != 1 || records[0].Geom.Type != geo.Point {
			t.Errorf("%+v", records)
		}
	}
}

func TestAnnotatedGeometry(t *testing.T) {
	var out bytes.Buffer
	// A group, which is no column of its own, comes first: fields are in the order of names.
	schema := parquet.NewSchema("x", parquet.Group{
		"a": parquet.Group{"b": parquet.Leaf(parquet.Int64Type)}, "shape": parquet.Geometry("EPSG:3948"),
	})
	w := parquet.NewWriter(&out, schema)
	if _, err := w.WriteRows([]parquet.Row{{parquet.Int64Value(1).Level(0, 0, 0), parquet.ByteArrayValue(shape()).Level(0, 0, 1)}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer := openBytes(t, out.Bytes())
	if records := all(t, layer); layer.CRS() != crs.EPSG(3948) || len(records) != 1 || records[0].Geom.Type != geo.Point {
		t.Errorf("CRS %s, %+v", layer.CRS(), records)
	}
}

func TestBadShapesSpoilTheirRowAlone(t *testing.T) {
	meta := `{"version":"1.0.0","primary_column":"shape","columns":{"shape":{"encoding":"WKB"}}}`
	records := all(t, openBytes(t, write(t, meta, feature{"a", []byte{1, 7}}, feature{"b", shape()})))
	if len(records) != 2 || records[0].Err == nil || records[1].Err != nil {
		t.Errorf("%+v", records)
	}
}

func TestDamage(t *testing.T) {
	sound := write(t, "", feature{"a", shape()})
	long := bytes.Clone(sound)
	copy(long[len(long)-8:], "\xff\xff\xff\x7f")
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"cut", sound[:len(sound)-10], "cannot be read as Parquet"},
		{"no footer", sound[:20], "cannot be read as Parquet"},
		{"a footer longer than the file", long, "more than there are"},
		{"another encoding", write(t, `{"primary_column":"shape","columns":{"shape":{"encoding":"point"}}}`), `encoded as "point"`},
		{"no such column", write(t, `{"primary_column":"geom","columns":{"geom":{"encoding":"WKB"}}}`), `"geom", which is not there`},
		{"not JSON", write(t, `{`), "not what GeoParquet describes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := source.FromBytes(t.Context(), "essai.parquet", c.data, source.Options{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = geoparquet.Open(t.Context(), f)
			var e *referentials.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestTemporaryFilesGo(t *testing.T) {
	dir := t.TempDir()
	f, err := source.FromBytes(t.Context(), "essai.parquet", write(t, "", feature{"a", nil}), source.Options{TempDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	layer, err := geoparquet.Open(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if err := layer.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(dir + "/*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func FuzzParquet(f *testing.F) {
	for _, name := range []string{"testdata/types.parquet", "testdata/table.parquet"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(write(f, "", feature{"a", shape()}))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := source.FromBytes(t.Context(), "essai.parquet", data, source.Options{})
		if err != nil {
			return
		}
		layer, err := geoparquet.Open(t.Context(), file)
		if err != nil {
			return
		}
		defer layer.Close()
		n := 0
		for r, err := range layer.Records(t.Context()) {
			if err != nil {
				break
			}
			r.Raw()
			if n++; n > 1<<16 {
				break
			}
		}
	})
}

func BenchmarkRecords(b *testing.B) {
	rows := make([]feature, 50_000)
	for i := range rows {
		rows[i] = feature{fmt.Sprint("rue ", i%100), shape()}
	}
	layer := openBytes(b, write(b, `{"primary_column":"shape","columns":{"shape":{"encoding":"WKB"}}}`, rows...))
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
