package shapefile_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/wkt"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/shapefile"
	"socle/referentials/importer/source"
)

const samples = "../../../../shared/data/bdtopo_12174"

// The counts are those of the data's own description.
var counts = map[string]int{
	"v2_BATI_INDIFFERENCIE": 10481, "v2_BATI_INDUSTRIEL": 655, "v2_BATI_REMARQUABLE": 66, "v2_COMMUNE": 1, "v2_ROUTE": 4981,
	"v2_SURFACE_EAU": 92, "v2_TRONCON_VOIE_FERREE": 25, "v2_ZONE_VEGETATION": 2325, "v2_population": 457, "v3_BATIMENT": 2273,
	"v3_COMMUNE": 1, "v3_SURFACE_HYDROGRAPHIQUE": 28, "v3_TRONCON_DE_ROUTE_NODBF": 1094, "v3_TRONCON_DE_VOIE_FERREE": 6,
	"v3_ZONE_DE_VEGETATION": 665, "v3_ZONE_D_ACTIVITE_OU_D_INTERET": 21,
}

// Every real sample is read as GDAL reads it, value by value and vertex by vertex.
func TestSamplesLikeGDAL(t *testing.T) {
	names, err := filepath.Glob(samples + "/*.shp.zip")
	if err != nil || len(names) != len(counts) {
		t.Fatalf("%d samples in %s, want %d (is the data folder beside the checkout?)", len(names), samples, len(counts))
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".shp.zip"), func(t *testing.T) {
			t.Parallel()
			layer := open(t, name, shapefile.Options{})
			if layer.CRS() != crs.EPSG(2154) {
				t.Errorf("CRS %q, want EPSG:2154", layer.CRS())
			}
			if got, want := compare(t, layer, "/vsizip/"+name), counts[strings.TrimSuffix(filepath.Base(name), ".shp.zip")]; got != want {
				t.Errorf("%d records, want %d", got, want)
			}
		})
	}
}

func open(t testing.TB, name string, opt shapefile.Options) *shapefile.Layer {
	t.Helper()
	f, err := source.Open(t.Context(), name, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	layer, err := shapefile.Open(t.Context(), f, opt)
	if err != nil {
		t.Fatal(err)
	}
	return layer
}

// compare checks a layer against ogr2ogr's CSV of the same file and gives the count.
func compare(t *testing.T, layer *shapefile.Layer, path string) int {
	t.Helper()
	out := command(t, "ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_WKT", "-dim", "XY", "/vsistdout/", path)
	reader := csv.NewReader(bytes.NewReader(out))
	reader.FieldsPerRecord = -1 // GDAL ends lines without fields in a comma
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range layer.Fields() {
		names = append(names, f.Name)
	}
	if layer.HasGeometry() {
		names = append([]string{"WKT"}, names...)
	}
	if len(layer.Fields()) == 0 {
		// GDAL makes a field of its own where there is no .dbf.
		lines[0] = lines[0][:1]
	}
	if !slices.Equal(lines[0], names) {
		t.Fatalf("fields\n got %q\nwant %q", names, lines[0])
	}
	n := 0
	for r, err := range layer.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Err != nil {
			t.Fatalf("record %d: %v", r.Number, r.Err)
		}
		n++
		if n >= len(lines) {
			t.Fatalf("more records than GDAL's %d", len(lines)-1)
		}
		line := lines[n]
		if layer.HasGeometry() {
			if diff := sameShape(t, &r.Geom, line[0]); diff != "" {
				t.Fatalf("record %d: %s", r.Number, diff)
			}
			line = line[1:]
		}
		for i, f := range layer.Fields() {
			if !sameText(r.Values[i], line[i]) {
				t.Errorf("record %d, %s: got %q, GDAL has %q", r.Number, f.Name, r.Values[i], line[i])
			}
		}
	}
	if n != len(lines)-1 {
		t.Errorf("%d records, GDAL has %d", n, len(lines)-1)
	}
	return n
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

func sameText(v referentials.Value, text string) bool {
	switch v.Type() {
	case referentials.Number, referentials.Integer:
		x, err := strconv.ParseFloat(text, 64)
		return err == nil && math.Abs(x-v.Float()) <= 1e-14*math.Abs(x)
	case referentials.Date:
		return v.Time().Format("2006/01/02") == text
	case referentials.Boolean:
		return v.Bool() == (text == "1")
	}
	return v.String() == text
}

func sameShape(t *testing.T, g *geo.Geometry, text string) string {
	t.Helper()
	if text == "" || g.IsNull() {
		if text != "" || !g.IsNull() {
			return fmt.Sprintf("got %s, GDAL has %.40q", g.Type, text)
		}
		return ""
	}
	want, err := wkt.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if want.GeoJSONType() != g.Type.String() {
		return fmt.Sprintf("got a %s, GDAL has a %s", g.Type, want.GeoJSONType())
	}
	if err := g.Check(); err != nil {
		return err.Error()
	}
	// The numbers of the text in order: parts and rings in the same order have the same.
	numbers := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("(), ", r) || r >= 'A' })
	if len(numbers) != len(g.XY) {
		return fmt.Sprintf("%d ordinates, GDAL has %d", len(g.XY), len(numbers))
	}
	for i, s := range numbers {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(x-g.XY[i]) > 1e-6 {
			return fmt.Sprintf("ordinate %d is %v, GDAL has %v", i, g.XY[i], x)
		}
	}
	if want := 1 + len(g.Ends) + len(g.Parts); g.Type.Dimension() == 2 {
		if g.Type == geo.Polygon {
			want--
		}
		if got := strings.Count(text, "("); got != want {
			return fmt.Sprintf("%d rings in %d parts, GDAL's text has %d brackets", len(g.Ends), len(g.Parts), got)
		}
	}
	return ""
}

// makeFile writes GeoJSON with ogr2ogr as a shapefile.
func makeFile(t testing.TB, collection string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, "in.geojson")
	if err := os.WriteFile(in, []byte(collection), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.shp")
	command(t, "ogr2ogr", append(args, "-f", "ESRI Shapefile", out, in)...)
	return out
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func feature(geometry, properties string) string {
	return `{"type":"Feature","geometry":` + geometry + `,"properties":` + properties + `}`
}

const pointShape = `{"type":"Point","coordinates":[1,2]}`

type row struct {
	number int64
	values []referentials.Value
	geom   geo.Geometry
	hasZ   bool
	err    error
	raw    string
}

func all(t testing.TB, layer source.Source) []row {
	t.Helper()
	var rows []row
	for r, err := range layer.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row{r.Number, slices.Clone(r.Values), r.Geom.Clone(), r.HasZ, r.Err, string(r.Raw())})
	}
	return rows
}

func TestGeometryTypes(t *testing.T) {
	for _, c := range []struct{ shape, want string }{
		{pointShape, "Point [1 2] [] []"},
		{`{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}`, "MultiPoint [1 2 3 4] [] []"},
		{`{"type":"LineString","coordinates":[[1,2],[3,4]]}`, "LineString [1 2 3 4] [2] []"},
		{`{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}`, "MultiLineString [1 2 3 4 5 6 7 8] [2 4] []"},
		{`{"type":"Polygon","coordinates":[[[0,0],[0,9],[9,9],[0,0]],[[1,2],[1,3],[2,3],[1,2]]]}`, "Polygon [0 0 0 9 9 9 0 0 1 2 2 3 1 3 1 2] [4 8] [2]"},
	} {
		layer := open(t, makeFile(t, collection(feature(c.shape, `{"a":1}`), feature("null", `{"a":2}`))), shapefile.Options{})
		rows := all(t, layer)
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		g := rows[0].geom
		if got := fmt.Sprint(g.Type, g.XY, g.Ends, g.Parts); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		if !rows[1].geom.IsNull() || rows[1].err != nil {
			t.Errorf("a null shape: %+v", rows[1])
		}
		if layer.CRS() != crs.EPSG(4326) {
			t.Errorf("CRS %s", layer.CRS())
		}
	}
}

func TestHeightsAreDropped(t *testing.T) {
	line := `{"type":"LineString","coordinates":[[1,2,30],[3,4,50]]}`
	for _, dim := range []string{"XYZ", "XYM", "XYZM"} {
		rows := all(t, open(t, makeFile(t, collection(feature(line, `{}`)), "-dim", dim), shapefile.Options{}))
		if !rows[0].hasZ || !slices.Equal(rows[0].geom.XY, []float64{1, 2, 3, 4}) {
			t.Errorf("%s: %+v", dim, rows[0])
		}
	}
}

func TestTypes(t *testing.T) {
	name := makeFile(t, collection(
		feature(pointShape, `{"t":"Été à l'Œuvre","i":12,"big":1234567890123,"x":1.5,"j":"2024-02-29","b":true}`),
		feature(pointShape, `{"t":null,"i":null,"big":null,"x":null,"j":null,"b":false}`),
	), "-lco", "ENCODING=UTF-8")
	layer := open(t, name, shapefile.Options{})
	want := []source.Field{{Name: "t", Type: referentials.String}, {Name: "i", Type: referentials.Integer}, {Name: "big", Type: referentials.Integer},
		{Name: "x", Type: referentials.Number}, {Name: "j", Type: referentials.Date}, {Name: "b", Type: referentials.Integer}}
	if !slices.Equal(layer.Fields(), want) {
		t.Errorf("fields %v, want %v", layer.Fields(), want)
	}
	rows := all(t, layer)
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC).Unix() / 86400
	first := []referentials.Value{referentials.StringValue("Été à l'Œuvre"), referentials.IntegerValue(12), referentials.IntegerValue(1234567890123),
		referentials.NumberValue(1.5), referentials.DateValue(day), referentials.IntegerValue(1)}
	if !slices.Equal(rows[0].values, first) {
		t.Errorf("got %v, want %v", rows[0].values, first)
	}
	if raw := `{"t":"Été à l'Œuvre","i":12,"big":1234567890123,"x":1.5,"j":"2024-02-29","b":1}`; rows[0].raw != raw {
		t.Errorf("raw %s, want %s", rows[0].raw, raw)
	}
	for i, v := range rows[1].values[:5] {
		if !v.IsNull() {
			t.Errorf("%s is %v, want null", want[i].Name, v)
		}
	}
}

func TestNoParts(t *testing.T) {
	name := makeFile(t, collection(feature(pointShape, `{"a":1}`)))
	base := strings.TrimSuffix(name, ".shp")
	for _, ext := range []string{".dbf", ".prj", ".shx"} {
		if err := os.Remove(base + ext); err != nil {
			t.Fatal(err)
		}
	}
	layer := open(t, name, shapefile.Options{})
	if rows := all(t, layer); len(rows) != 1 || len(rows[0].values) != 0 || rows[0].geom.Type != geo.Point {
		t.Errorf("%+v", rows)
	}
	if !layer.CRS().IsZero() || len(layer.Notes()) != 2 {
		t.Errorf("CRS %q, notes %q", layer.CRS(), layer.Notes())
	}
}

func TestStops(t *testing.T) {
	layer := open(t, samples+"/v2_ROUTE.shp.zip", shapefile.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range layer.Records(ctx) {
		last = err
		if n++; n == 10 {
			cancel()
		}
	}
	if last == nil || n > 4000 {
		t.Errorf("%d records after the context ended, error %v", n, last)
	}
}
