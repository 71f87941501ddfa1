package importer

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
)

const lieux = `{"type":"FeatureCollection","name":"lieux","features":[
{"type":"Feature","properties":{"code":"01004","nom":"Ambérieu","n":3,"part":1.5,"jour":"2024-02-29"},"geometry":{"type":"Polygon","coordinates":[[[5,46],[5.5,46],[5.5,46.5],[5,46]]]}},
{"type":"Feature","properties":{"code":"35238","nom":"Rennes","n":4,"part":-2.25,"jour":"2024-03-01"},"geometry":{"type":"Polygon","coordinates":[[[-1.7,48],[-1.6,48],[-1.6,48.1],[-1.7,48]]]}}]}`

// convertTo lets GDAL write a GeoJSON file in another format.
func convertTo(t *testing.T, from, to string, options ...string) string {
	t.Helper()
	program, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Fatal("ogr2ogr is missing: apt-get install gdal-bin")
	}
	file := filepath.Join(filepath.Dir(from), to)
	if out, err := exec.Command(program, append(options, file, from)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return file
}

// The same layer gives the same rows, whatever the format it comes in.
func TestFormatsGiveTheSameRows(t *testing.T) {
	from := filepath.Join(t.TempDir(), "lieux.geojson")
	if err := os.WriteFile(from, []byte(lieux), 0o600); err != nil {
		t.Fatal(err)
	}
	for format, file := range map[string]string{
		"GeoJSON":    from,
		"GeoJSONSeq": convertTo(t, from, "lieux.geojsonl", "-f", "GeoJSONSeq"),
		"GeoPackage": convertTo(t, from, "lieux.gpkg"),
		"Shapefile":  convertTo(t, from, "lieux.shp", "-lco", "ENCODING=UTF-8"),
		"FlatGeobuf": convertTo(t, from, "lieux.fgb"),
		"CSV":        convertTo(t, from, "lieux.csv", "-lco", "GEOMETRY=AS_WKT"),
		"ogr2ogr":    convertTo(t, from, "lieux.kml"),
	} {
		m := &memoryStore{}
		opt := Options{Files: []string{file}, Key: "code"}
		if format == "CSV" {
			opt.CRS = crs.CRS84
		}
		r, err := Import(context.Background(), m, opt)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		if m.desc.ID != "lieux" || r.Files[0].Format != format || m.desc.Geometry.Dimension() != 2 || m.desc.CRS.SRID() != 4326 {
			t.Errorf("%s: %+v\n%s", format, m.desc, r)
		}
		if format == "ogr2ogr" {
			wantNote(t, r, "converted with ogr2ogr")
			continue // KML has no types
		}
		for field, want := range map[string]string{"nom": "Rennes", "n": "4", "part": "-2.25", "jour": "2024-03-01"} {
			if got := m.get("35238", field); strings.TrimSuffix(got, "T00:00:00Z") != want {
				t.Errorf("%s: %s = %q, not %q", format, field, got, want)
			}
		}
		if got := m.get("01004", "n"); got != "3" {
			t.Errorf("%s: the code with a leading zero is lost: %v", format, m.rows)
		}
		var want, got geo.Geometry
		want = polygon(-1.7, 48, -1.6, 48, -1.6, 48.1, -1.7, 48)
		for _, row := range m.rows {
			if row.Values[m.desc.KeyIndex()].Str() == "35238" {
				got = row.Geom
			}
		}
		if got.Bound() != want.Bound() || got.NumVertices() != 4 {
			t.Errorf("%s: the shape is %v", format, got)
		}
	}
}

// TestConvertedFiles reads formats of plain text that is no table, and tells of heights.
func TestConvertedFiles(t *testing.T) {
	from := filepath.Join(t.TempDir(), "hauts.geojson")
	if err := os.WriteFile(from, []byte(strings.ReplaceAll(lieux, "[5,46]", "[5,46,120]")), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, heights := range map[string]bool{
		convertTo(t, from, "hauts.kml"):                                     true,
		convertTo(t, from, "hauts.tab", "-f", "MapInfo File", "-dim", "XY"): false,
		convertTo(t, from, "hauts.mif", "-f", "MapInfo File", "-dim", "XY"): false,
	} {
		m := &memoryStore{}
		r, err := Import(t.Context(), m, Options{Files: []string{file}, As: "hauts", Key: "code"})
		if err != nil || r.Files[0].Format != "ogr2ogr" || m.get("35238", "nom") != "Rennes" {
			t.Errorf("%s: %v, %v", file, r, err)
			continue
		}
		if got := slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "third ordinate") }); got != heights {
			t.Errorf("%s: %q", file, r.Notes)
		}
	}
}

// A column that only a late row has is not lost, also where a known format recognises
// the first ones.
func TestColumnsMetLateAreKept(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i := range 3000 {
		more := ""
		if i == 2999 {
			more = `,"maire":"x"`
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"com_code":"%05d","com_name":"c"%s},"geometry":{"type":"Polygon","coordinates":[[[5,46],[5.5,46],[5.5,46.5],[5,46]]]}}`, i, more)
	}
	b.WriteString("]}")
	m, _, err := written(t, "c.geojson", b.String(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.get("02999", "maire"); got != "x" || m.desc.ID != "communes" {
		t.Errorf("the late column of %s is %q", m.desc.ID, got)
	}
}

// Objects without geometry that hold a longitude and a latitude are points.
func TestPositionsOfJSONObjects(t *testing.T) {
	m, r, err := written(t, "t.json", `[{"id":"a","lon":-1.6,"lat":48.1},{"id":"b","lon":null,"lat":null}]`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m.desc.Geometry != geo.Point || len(m.rows[0].Geom.XY) != 2 || !m.rows[1].Geom.IsNull() {
		t.Errorf("%s", r)
	}
}

func TestGeoParquet(t *testing.T) {
	m := &memoryStore{}
	if _, err := Import(context.Background(), m, Options{Files: []string{filepath.Join("geoparquet", "testdata", "types.parquet")}, CRS: crs.EPSG(3948)}); err != nil {
		t.Fatal(err)
	}
	if m.desc.ID != "types" || !m.desc.HasGeometry() || len(m.rows) == 0 {
		t.Errorf("%+v", m.desc)
	}
}

func TestFilesNoReaderTakes(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, want string }{
		"page.geojson": {"<!DOCTYPE html><html><body>404</body></html>", "web page"},
		"empty.csv":    {"", "empty"},
		"doc.pdf":      {"%PDF-1.4\n", "PDF"},
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Import(context.Background(), &memoryStore{}, Options{Files: []string{file}})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Import(context.Background(), &memoryStore{}, Options{Files: []string{filepath.Join(dir, "nope.csv")}}); err == nil {
		t.Error("a file that is not there is imported")
	}
	if _, err := Import(context.Background(), &memoryStore{}, Options{}); err == nil {
		t.Error("nothing is imported")
	}
}

// A file of several layers through GDAL: its name is the file's, not the conversion's.
func TestLayersOfARareFormat(t *testing.T) {
	file := data(t, "rennes/redon.osm.gz")
	_, err := Import(context.Background(), &memoryStore{}, Options{Files: []string{file}})
	if err == nil || !strings.HasPrefix(err.Error(), "redon.osm.gz: ") || !strings.Contains(err.Error(), "--layer") {
		t.Errorf("%v", err)
	}
	m := &memoryStore{}
	r, err := Import(context.Background(), m, Options{Files: []string{file}, Layer: "lines"})
	if err != nil || m.desc.ID != "lines" || m.desc.Geometry.Dimension() != 1 {
		t.Errorf("%v\n%s", err, r)
	}
}
