package geopackage_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/gpb"
	"socle/referentials"
	"socle/referentials/gpkgfile"
	"socle/referentials/importer/geopackage"
	"socle/referentials/importer/source"
	"socle/referentials/sqlite"
)

const shared = "../../../../shared/"

// ogr runs ogr2ogr on real data.
func ogr(tb testing.TB, args ...string) {
	tb.Helper()
	if out, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
		tb.Fatalf("ogr2ogr (of gdal-bin) %v: %v\n%s", args, err, out)
	}
}

func openFile(tb testing.TB, path string) *source.File {
	tb.Helper()
	f, err := source.Open(context.Background(), path, source.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func openLayer(tb testing.TB, path, layer string) *geopackage.Layer {
	tb.Helper()
	l, err := geopackage.Open(context.Background(), openFile(tb, path), geopackage.Options{Layer: layer})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := l.Close(); err != nil {
			tb.Error(err)
		}
	})
	return l
}

// row is a record that outlives its walk.
type row struct {
	id     string
	values []string
	geom   geo.Geometry
	hasZ   bool
	err    string
	raw    string
}

func walk(tb testing.TB, l source.Source) (rows []row) {
	tb.Helper()
	for r, err := range l.Records(context.Background()) {
		if err != nil {
			tb.Fatal(err)
		}
		if r.Number != int64(len(rows)+1) {
			tb.Fatalf("record %d has number %d", len(rows)+1, r.Number)
		}
		got := row{id: r.ID.String(), geom: r.Geom.Clone(), hasZ: r.HasZ, raw: string(r.Raw())}
		for _, v := range r.Values {
			text := "null"
			if !v.IsNull() {
				text = string(v.Type()) + " " + v.String()
			}
			got.values = append(got.values, text)
		}
		if r.Err != nil {
			got.err = r.Err.Error()
		}
		rows = append(rows, got)
	}
	return rows
}

// made makes a GeoPackage by hand, the way software other than GDAL may.
func made(tb testing.TB, sql string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "made.gpkg")
	c, err := sqlite.Open(path, sqlite.Create)
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close()
	if err := gpkgfile.Init(c); err != nil {
		tb.Fatal(err)
	}
	if err := c.Script(sql); err != nil {
		tb.Fatal(err)
	}
	return path
}

func blob(g geo.Geometry) string { return hex(gpb.Append(nil, &g, 2154)) }

func hex(b []byte) string {
	const digits = "0123456789abcdef"
	out := []byte("x'")
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(append(out, '\''))
}

func TestRealLayers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bdtopo.gpkg")
	ogr(t, "-f", "GPKG", path, "/vsizip/"+shared+"data/bdtopo_12174/v3_BATIMENT.shp.zip", "-nlt", "PROMOTE_TO_MULTI")
	ogr(t, "-update", "-f", "GPKG", path, "/vsizip/"+shared+"data/bdtopo_12174/v2_ZONE_VEGETATION.shp.zip")
	ogr(t, "-update", "-f", "GPKG", path, "/vsigzip/"+shared+"data/insee/filosofi_disp_iris_2018.csv.gz", "-nln", "filosofi")
	_, err := geopackage.Open(t.Context(), openFile(t, path), geopackage.Options{})
	if err == nil || !strings.Contains(err.Error(), "3 layers: BATIMENT, ZONE_VEGETATION, filosofi") {
		t.Fatalf("without a layer: %v", err)
	}
	for _, c := range []struct {
		layer    string
		rows     int
		fields   int
		first    source.Field
		crs      crs.CRS
		geometry geo.Type
		hasZ     bool
	}{
		{"BATIMENT", 2273, 52, source.Field{Name: "ID", Type: referentials.String}, crs.EPSG(2154), geo.MultiPolygon, true},
		{"ZONE_VEGETATION", 2325, 3, source.Field{Name: "id", Type: referentials.String}, crs.EPSG(2154), geo.Polygon, false},
		{"filosofi", 12395, 29, source.Field{Name: "IRIS", Type: referentials.String}, crs.CRS{}, geo.None, false},
	} {
		l := openLayer(t, path, strings.ToLower(c.layer)) // in any case, as SQLite has it
		if l.Layer() != c.layer || l.CRS() != c.crs || l.HasGeometry() != (c.geometry != geo.None) {
			t.Errorf("%s: layer %q, CRS %s, geometry %v", c.layer, l.Layer(), l.CRS(), l.HasGeometry())
		}
		if f := l.Fields(); len(f) != c.fields || f[0] != c.first {
			t.Errorf("%s: %d fields %v", c.layer, len(f), f)
		}
		for range 2 { // a source is read many times
			rows := walk(t, l)
			if len(rows) != c.rows {
				t.Fatalf("%s: %d rows, want %d", c.layer, len(rows), c.rows)
			}
			for _, r := range rows {
				if r.err != "" || r.geom.Type != c.geometry || r.hasZ != c.hasZ {
					t.Fatalf("%s: %+v", c.layer, r)
				}
			}
		}
	}
	if left, _ := filepath.Glob(path + "-*"); len(left) > 0 {
		t.Errorf("left beside the file: %v", left)
	}
}

func TestTypes(t *testing.T) {
	path := made(t, `
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('t', 'attributes', 't', 0);
		CREATE TABLE t (OBJECTID INTEGER PRIMARY KEY, b BOOLEAN, d DATE, dt DATETIME, i MEDIUMINT, r DOUBLE, s TEXT(20), j JSON,
			v VARCHAR(3), n NUMERIC(5,2), x, photo BLOB, guid GUID, big BIGINT, ts TIMESTAMP, g POLYGON);
		INSERT INTO t VALUES
			(7, 1, '2024-02-29', '2024-02-29T12:30:00.250Z', 42, 1.5, 'Allée', '{"a":1}', 'abc', 12.25, 0.1, x'00', 'u', 9223372036854775807, '2024-02-29 12:30:00', NULL),
			(9, 0, '2024-02-29T00:00:00Z', '2024-02-29T13:30:00+01:00', '17', 2, 5, '[]', NULL, 3, 'y', NULL, NULL, -1, NULL, NULL),
			(11, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);`)
	l := openLayer(t, path, "")
	var types []string
	for _, f := range l.Fields() {
		types = append(types, f.Name+":"+string(f.Type))
	}
	want := "b:boolean d:date dt:datetime i:integer r:number s:string j:json v:string n:number x: guid:string big:integer ts:datetime"
	if got := strings.Join(types, " "); got != want {
		t.Errorf("fields\n%s\nwant\n%s", got, want)
	}
	rows := walk(t, l)
	for i, want := range [][]string{
		{"boolean true", "date 2024-02-29", "datetime 2024-02-29T12:30:00.25Z", "integer 42", "number 1.5", "string Allée", `json {"a":1}`, "string abc",
			"number 12.25", "number 0.1", "string u", "integer 9223372036854775807", "datetime 2024-02-29T12:30:00Z"},
		{"boolean false", "date 2024-02-29", "datetime 2024-02-29T12:30:00Z", "integer 17", "number 2", "string 5", "json []", "null",
			"number 3", "string y", "null", "integer -1", "null"},
		slices.Repeat([]string{"null"}, 13),
	} {
		if !slices.Equal(rows[i].values, want) || rows[i].err != "" {
			t.Errorf("row %d\n%q %s\nwant\n%q", i+1, rows[i].values, rows[i].err, want)
		}
	}
	if rows[1].id != "9" {
		t.Errorf("the second row has id %q", rows[1].id)
	}
	notes := strings.Join(l.Notes(), "; ")
	if !strings.Contains(notes, `"photo"`) || !strings.Contains(notes, `"g"`) {
		t.Errorf("the notes do not tell of the blob and the geometry: %s", notes)
	}
}

func TestBadRows(t *testing.T) {
	point := blob(geo.Geometry{Type: geo.Point, XY: []float64{1, 2}})
	extended := strings.Replace(point, "47500001", "47500021", 1)
	path := made(t, `
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('T', 'features', 't', 4326);
		INSERT INTO gpkg_geometry_columns VALUES ('t', 'Shape', 'POINT', 4326, 0, 0);
		CREATE TABLE t (fid INTEGER PRIMARY KEY, SHAPE POINT, n INTEGER, d DATE);
		INSERT INTO t (SHAPE, n, d) VALUES (`+point+`, 1, NULL), (`+point+`, 'many', NULL), (x'00', 3, NULL), ('POINT(1 2)', 4, NULL),
			(NULL, 5, NULL), (`+extended+`, 6, NULL), (`+point+`, x'01', NULL), (`+point+`, 8, '29/02/2024'),
			(`+blob(geo.Geometry{Type: geo.Point})+`, 9, NULL);`)
	l := openLayer(t, path, "T")
	if !l.HasGeometry() || l.CRS() != crs.EPSG(4326) || len(l.Fields()) != 2 {
		t.Errorf("geometry %v in %s, fields %v", l.HasGeometry(), l.CRS(), l.Fields())
	}
	rows := walk(t, l)
	for i, want := range []string{"", "", "shorter than", "not a blob", "", "extended", "a blob", "", ""} {
		if got := rows[i].err; (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("row %d: error %q, want %q", i+1, got, want)
		}
	}
	if rows[4].geom.Type != geo.None || rows[8].geom.Type != geo.None || rows[0].geom.Type != geo.Point {
		t.Errorf("geometries %v, %v, %v", rows[0].geom, rows[4].geom, rows[8].geom)
	}
	if n, d := rows[1].values[0], rows[7].values[1]; n != "string many" || d != "string 29/02/2024" {
		t.Errorf("values of other types are %s and %s", n, d)
	}
	if want := `{"n":"many","d":null}`; rows[1].raw != want {
		t.Errorf("raw %s, want %s", rows[1].raw, want)
	}
}

func TestViews(t *testing.T) {
	path := made(t, `
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('grands', 'features', 'g', 0), ('gone', 'features', 'x', 0), ('pyramid', 'tiles', 'y', 0);
		INSERT INTO gpkg_geometry_columns VALUES ('grands', 'geom', 'POINT', -1, 0, 0);
		CREATE TABLE base (id INTEGER PRIMARY KEY, geom POINT, n INTEGER);
		CREATE VIEW grands AS SELECT id AS fid, geom, n, n * 2 AS twice FROM base WHERE n > 1;
		CREATE TABLE pyramid (id INTEGER PRIMARY KEY);
		INSERT INTO base VALUES (1, NULL, 1), (5, `+blob(geo.Geometry{Type: geo.Point, XY: []float64{3, 4}})+`, 2);`)
	l := openLayer(t, path, "") // the only one that can be read
	rows := walk(t, l)
	if len(rows) != 1 || rows[0].id != "5" || !slices.Equal(rows[0].values, []string{"integer 2", "integer 4"}) || rows[0].geom.Type != geo.Point {
		t.Errorf("%+v", rows)
	}
	if !l.CRS().IsZero() || len(l.Notes()) == 0 {
		t.Errorf("CRS %s, notes %v", l.CRS(), l.Notes())
	}
}

// TestMeasures tells that a measure was dropped, as a third ordinate is told.
func TestMeasures(t *testing.T) {
	const pointM = `x'47500001FFFFFFFF01D1070000000000000000F03F00000000000000400000000000000840'`
	path := made(t, `
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('m', 'features', 'm', 0);
		INSERT INTO gpkg_geometry_columns VALUES ('m', 'geom', 'POINT', 0, 0, 1);
		CREATE TABLE m (fid INTEGER PRIMARY KEY, geom POINT);
		INSERT INTO m VALUES (1, `+pointM+`);`)
	if rows := walk(t, openLayer(t, path, "")); !rows[0].hasZ || !slices.Equal(rows[0].geom.XY, []float64{1, 2}) {
		t.Errorf("%+v", rows[0])
	}
}

// TestSystems reads the system from its definition where the organisation is not EPSG.
func TestSystems(t *testing.T) {
	lambert, err := crs.WKT(crs.EPSG(2154))
	if err != nil {
		t.Fatal(err)
	}
	path := made(t, `
		INSERT INTO gpkg_spatial_ref_sys VALUES ('Lambert', 100001, 'ESRI', 102110, '`+lambert+`', ''), ('mine', 100002, 'NONE', 9, 'undefined', '');
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('a', 'features', 'a', 100001), ('b', 'features', 'b', 100002);
		INSERT INTO gpkg_geometry_columns VALUES ('a', 'geom', 'POINT', 100001, 0, 0), ('b', 'geom', 'POINT', 100002, 0, 0);
		CREATE TABLE a (fid INTEGER PRIMARY KEY, geom POINT, n INTEGER);
		CREATE TABLE b (numero INTEGER PRIMARY KEY, geom POINT, n INTEGER);`)
	if l := openLayer(t, path, "a"); l.CRS() != crs.EPSG(2154) {
		t.Errorf("CRS %s, want EPSG:2154 (%v)", l.CRS(), l.Notes())
	}
	l := openLayer(t, path, "b")
	if !l.CRS().IsZero() || len(l.Notes()) != 1 {
		t.Errorf("CRS %s, notes %v", l.CRS(), l.Notes())
	}
	if f := l.Fields(); len(f) != 2 || f[0].Name != "numero" {
		t.Errorf("a primary key that the producer named is no field: %v", f)
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := made(t, `
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('a', 'attributes', 'a', 0), ('b', 'attributes', 'b', 0);
		CREATE TABLE a (fid INTEGER PRIMARY KEY, n TEXT); CREATE TABLE b (fid INTEGER PRIMARY KEY, n TEXT);
		INSERT INTO a WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 5000) SELECT i, hex(zeroblob(50)) FROM c;`)
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	bare := filepath.Join(dir, "bare.gpkg")
	c, err := sqlite.Open(bare, sqlite.Create)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Script("CREATE TABLE t (x)"), c.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, layer, want string
		code                    referentials.Code
	}{
		{"no such layer", good, "c", "a, b", referentials.NotFound},
		{"several layers", good, "", "--layer", referentials.Invalid},
		{"no layer", made(t, ""), "", "no layer", referentials.Invalid},
		{"plain SQLite", bare, "", "not a GeoPackage", referentials.Invalid},
		{"text", write("text.gpkg", []byte("code;nom\n1;a\n")), "", "nor any SQLite", referentials.Invalid},
		{"cut in the header", write("cut.gpkg", data[:3000]), "", "", referentials.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := geopackage.Open(t.Context(), openFile(t, c.path), geopackage.Options{Layer: c.layer})
			if err == nil {
				l.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), filepath.Base(c.path)) || referentials.CodeOf(err) != c.code {
				t.Errorf("got %v (%s), want %q (%s)", err, referentials.CodeOf(err), c.want, c.code)
			}
		})
	}
	// A file cut in its data opens, and the walk says what is wrong.
	l, err := geopackage.Open(t.Context(), openFile(t, write("short.gpkg", data[:len(data)/2])), geopackage.Options{Layer: "a"})
	if err == nil {
		defer l.Close()
		for _, err = range l.Records(t.Context()) {
			if err != nil {
				break
			}
		}
	}
	if err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a file cut in the middle: %v", err)
	}
}

// TestWAL reads files that a program keeps open, or left, in WAL mode.
func TestWAL(t *testing.T) {
	path := made(t, `
		PRAGMA journal_mode = WAL;
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('a', 'attributes', 'a', 0);
		CREATE TABLE a (fid INTEGER PRIMARY KEY, n INTEGER); INSERT INTO a VALUES (1, 1);`)
	beside := func() []string {
		left, err := filepath.Glob(path + "-*")
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	l := openLayer(t, path, "")
	if rows := walk(t, l); len(rows) != 1 || len(beside()) > 0 {
		t.Errorf("%d rows, %v beside the file", len(rows), beside())
	}
	other, err := sqlite.Open(path, sqlite.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Script("INSERT INTO a VALUES (2, 2)"); err != nil {
		t.Fatal(err)
	}
	if rows := walk(t, openLayer(t, path, "")); len(rows) != 2 {
		t.Errorf("%d rows are read of a file with a log, want 2", len(rows))
	}
}

func TestPacked(t *testing.T) {
	path := made(t, `
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('a', 'attributes', 'a', 0);
		CREATE TABLE a (fid INTEGER PRIMARY KEY, n INTEGER); INSERT INTO a VALUES (1, 1);`)
	if out, err := exec.Command("gzip", path).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	if rows := walk(t, openLayer(t, path+".gz", "")); len(rows) != 1 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestStopsWithContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.gpkg")
	ogr(t, "-f", "GPKG", path, "/vsizip/"+shared+"data/bdtopo_12174/v2_BATI_INDIFFERENCIE.shp.zip")
	l := openLayer(t, path, "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range l.Records(ctx) {
		if last = err; err != nil {
			break
		}
		if n++; n == 10 {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) || n > 3000 {
		t.Errorf("after %d rows: %v", n, last)
	}
	if rows := walk(t, l); len(rows) != 10481 {
		t.Errorf("after a stopped walk the next gives %d rows", len(rows))
	}
}

// FuzzRecords reads a small file with bytes of it overwritten: whatever the damage, no
// panic, and an end.
func FuzzRecords(f *testing.F) {
	path := made(f, `
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('t', 'features', 't', 4326);
		INSERT INTO gpkg_geometry_columns VALUES ('t', 'geom', 'POINT', 4326, 0, 0);
		CREATE TABLE t (fid INTEGER PRIMARY KEY, geom POINT, d DATE, s TEXT, j JSON, n REAL);
		INSERT INTO t VALUES (1, `+blob(geo.Geometry{Type: geo.Point, XY: []float64{1, 2}})+`, '2024-01-01', 'Allée', '[1]', 2.5),
			(2, NULL, NULL, NULL, NULL, NULL);`)
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(18), []byte{2, 2})
	f.Add(uint32(0), []byte("SQLite format 4"))
	f.Add(uint32(100), []byte{2})
	f.Add(uint32(len(whole)-40), []byte("GP\x00\x21"))
	f.Add(uint32(len(whole)-4096), []byte{0x0d, 0, 0, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		data := slices.Clone(whole)
		copy(data[int(at)%len(data):], patch)
		file, err := source.FromBytes(t.Context(), "t.gpkg", data, source.Options{TempDir: t.TempDir()})
		if err != nil {
			return
		}
		l, err := geopackage.Open(t.Context(), file, geopackage.Options{})
		if err != nil {
			return
		}
		defer l.Close()
		for r, err := range l.Records(t.Context()) {
			if err != nil {
				return
			}
			r.Raw()
		}
	})
}
