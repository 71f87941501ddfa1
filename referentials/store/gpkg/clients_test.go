package gpkg_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/sqlite"
	"socle/referentials/store/gpkg"
)

// ogr runs a GDAL program and gives what it says; a warning fails the test.
func ogr(t *testing.T, program string, args ...string) string {
	t.Helper()
	var out, warnings bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &warnings
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s (of gdal-bin) %v: %v\n%s", program, args, err, warnings.String())
	}
	if warnings.Len() > 0 {
		t.Errorf("%s %v warns: %s", program, args, warnings.String())
	}
	return out.String()
}

func lieux(id string) referentials.Descriptor {
	return referentials.Descriptor{ID: id, Title: referentials.Text{FR: "Lieux d'été"}, Geometry: geo.Point, CRS: crs.EPSG(2154), Key: "id",
		Fields: []referentials.Field{{Name: "id", Type: referentials.String}, {Name: "n", Type: referentials.Integer}, {Name: "le", Type: referentials.DateTime}}}
}

func lieu(id string, n int64, x, y float64) referentials.Row {
	return referentials.Row{
		Values: []referentials.Value{referentials.StringValue(id), referentials.IntegerValue(n), referentials.DateTimeValue(1e15)},
		Geom:   geo.Geometry{Type: geo.Point, XY: []float64{x, y}},
	}
}

func replace(t *testing.T, s *gpkg.Store, d referentials.Descriptor, rows ...referentials.Row) referentials.Version {
	t.Helper()
	v, err := s.Replace(t.Context(), referentials.Publication{Descriptor: d, Source: "test"}, stream(rows))
	if err != nil {
		t.Fatalf("Replace: %v", err)
	}
	return v
}

// load gives the rows of the current version as text.
func load(t *testing.T, s *gpkg.Store, id string) (referentials.State, []string) {
	t.Helper()
	var state referentials.State
	var list []string
	err := s.Load(t.Context(), id, 0, func(st referentials.State, rows referentials.Rows) error {
		state = st
		for r, err := range rows {
			if err != nil {
				return err
			}
			list = append(list, fmt.Sprint(r.Values, r.Geom.XY))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return state, list
}

func ok(t *testing.T, path string) {
	t.Helper()
	c := plain(t, path)
	defer c.Close()
	if got, err := c.Text("PRAGMA integrity_check"); err != nil || got != "ok" {
		t.Fatalf("integrity_check: %s, %v", got, err)
	}
	var indexes []string
	err := c.Query("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%rtree(%'", func(q *sqlite.Stmt) error {
		indexes = append(indexes, q.Text(0))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range indexes {
		if got, err := c.Text("SELECT rtreecheck('main', ?)", name); err != nil || got != "ok" {
			t.Fatalf("rtreecheck of %s: %s, %v", name, got, err)
		}
	}
}

// TestGDAL has GDAL look at a store with several versions, edits and a rollback.
func TestGDAL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s := open(t, path)
	for n := range int64(4) {
		replace(t, s, lieux("lieux"), lieu("a", n, 351000, 6789000), lieu("b", n, 352000, 6790000), lieu("c", n, 353000, 6791000))
	}
	table := lieux("table")
	table.Geometry, table.CRS = geo.None, crs.CRS{}
	bare := lieu("x", 1, 0, 0)
	bare.Geom = geo.Geometry{}
	replace(t, s, table, bare)
	other := lieux("Lieux")
	other.CRS = crs.EPSG(3948)
	replace(t, s, other, lieu("a", 1, 1351000, 7222000))
	if _, err := s.Apply(t.Context(), "lieux", []referentials.Change{{Op: referentials.Upsert, Key: referentials.StringValue("d"), Row: lieu("d", 9, 360000, 6800000)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rollback(t.Context(), "table", 0, nil); referentials.CodeOf(err) != referentials.NotFound {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^\d+: (.*)$`).FindAllString(ogr(t, "ogrinfo", "-ro", path), -1)
	if want := []string{"1: lieux (Point)", "2: Lieux_2 (Point)", "3: table (None)"}; !slices.Equal(names, want) {
		t.Errorf("layers %q, want %q", names, want)
	}
	all := ogr(t, "ogrinfo", "-so", "-al", path) // for update, as QGIS opens it
	for _, want := range []string{"Feature Count: 4", `ID["EPSG",2154]`, `ID["EPSG",3948]`, "Extent: (351000.000000, 6789000.000000) - (360000.000000, 6800000.000000)",
		"DESCRIPTION=Lieux d'été", "FID Column = fid", "Geometry Column = geom", "id: String", "n: Integer64", "le: DateTime"} {
		if !strings.Contains(all, want) {
			t.Errorf("ogrinfo does not say %q:\n%s", want, all)
		}
	}
	window := ogr(t, "ogrinfo", "-ro", "-so", path, "lieux", "-spat", "351500", "6789500", "352500", "6790500")
	if !strings.Contains(window, "Feature Count: 1") {
		t.Errorf("a window finds\n%s", window)
	}
	ok(t, path)
}

// TestGDALEdits edits the layer through GDAL, as QGIS does, and finds the edits.
func TestGDALEdits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s := open(t, path)
	replace(t, s, lieux("lieux"), lieu("a", 1, 351000, 6789000), lieu("b", 2, 352000, 6790000), lieu("c", 3, 353000, 6791000))
	addition := filepath.Join(t.TempDir(), "more.geojson")
	err := os.WriteFile(addition, []byte(`{"type":"FeatureCollection","name":"lieux","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2154"}},"features":[
		{"type":"Feature","properties":{"id":"d","n":4},"geometry":{"type":"Point","coordinates":[354000,6792000]}}]}`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	ogr(t, "ogr2ogr", "-append", path, addition)
	ogr(t, "ogrinfo", path, "-sql", "UPDATE lieux SET geom = (SELECT geom FROM lieux WHERE id = 'a') WHERE id = 'b'")
	ogr(t, "ogrinfo", path, "-sql", "UPDATE lieux SET geom = NULL WHERE id = 'c'")
	ogr(t, "ogrinfo", path, "-sql", "DELETE FROM lieux WHERE id = 'a'")
	changes, revision, err := s.Changes(t.Context(), "lieux", 1, 0)
	if err != nil || revision != 4 || len(changes) != 4 {
		t.Fatalf("Changes gives %v, %d, %v", changes, revision, err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprint(c.Op, " ", c.Key, " ", c.Row.Geom.XY))
	}
	want := []string{"delete a []", "upsert b [351000 6.789e+06]", "upsert c []", "upsert d [354000 6.792e+06]"}
	if !slices.Equal(got, want) {
		t.Errorf("changes %q, want %q", got, want)
	}
	ok(t, path)
}

// TestPlainSQL edits by a client without spatial functions: all that needs none works.
func TestPlainSQL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s := open(t, path)
	replace(t, s, lieux("lieux"), lieu("a", 1, 351000, 6789000), lieu("b", 2, 352000, 6790000), lieu("c", 3, 353000, 6791000))
	exec1 := func(sql string) { edit(t, path, sql) }
	exec1("UPDATE lieux SET n = 10, le = NULL WHERE id = 'a'")
	exec1("UPDATE lieux SET id = 'z' WHERE id = 'c'")
	exec1("DELETE FROM lieux WHERE id = 'b'")
	changes, revision, err := s.Changes(t.Context(), "lieux", 1, 0)
	if err != nil || revision != 3 || len(changes) != 4 {
		t.Fatalf("Changes gives %v, %d, %v", changes, revision, err)
	}
	table := lieux("table")
	table.Geometry, table.CRS = geo.None, crs.CRS{}
	row := lieu("a", 1, 0, 0)
	row.Geom = geo.Geometry{}
	replace(t, s, table, row)
	// SQLite tells no trigger of the row that a REPLACE removes.
	exec1(`INSERT OR REPLACE INTO "table" (fid, id, n) VALUES (1, 'b', 2)`)
	changes, _, err = s.Changes(t.Context(), "table", 1, 0)
	if err != nil || len(changes) != 2 || changes[0].Op != referentials.Delete || changes[0].Key.Str() != "a" || changes[1].Key.Str() != "b" {
		t.Fatalf("Changes after a REPLACE gives %v, %v", changes, err)
	}
	if st, rows := load(t, s, "table"); st.Version.Rows != 1 || len(rows) != 1 {
		t.Errorf("%d rows, counted %d", len(rows), st.Version.Rows)
	}
	c := plain(t, path)
	for _, sql := range []string{`INSERT INTO "table" (id) VALUES ('b')`, `INSERT INTO "table" (id) VALUES (NULL)`} {
		if err := c.Exec(sql); err == nil {
			t.Errorf("%s was taken", sql)
		}
	}
	ok(t, path)
}

// TestForeignFile lives in a GeoPackage that GDAL made, beside its layer.
func TestForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "theirs.gpkg")
	ogr(t, "ogr2ogr", "-f", "GPKG", path, "/vsigzip/../../../../shared/data/rennes/qpv_rennes.geojson.gz", "-nln", "qpv", "-select", "nom_qp")
	s := open(t, path)
	for n := range int64(5) {
		replace(t, s, lieux("lieux"), lieu("a", n, 351000, 6789000))
		if n == 0 {
			edit(t, path, "CREATE VIEW mine AS SELECT id, n * 2 AS twice FROM lieux", "CREATE TABLE seen (n)",
				"CREATE TRIGGER mine_too AFTER INSERT ON seen BEGIN UPDATE lieux SET n = NEW.n; END")
		}
	}
	_, err := s.Replace(t.Context(), referentials.Publication{Descriptor: lieux("QPV")}, stream(nil))
	if referentials.CodeOf(err) != referentials.Conflict {
		t.Errorf("a collection took the place of a layer of other software: %v", err)
	}
	c := plain(t, path)
	if n, err := c.Int("SELECT twice FROM mine"); err != nil || n != 8 {
		t.Errorf("their view gives %d, %v; want what the current version has", n, err)
	}
	if err := c.Exec("INSERT INTO seen VALUES (77)"); err != nil {
		t.Errorf("their trigger: %v", err)
	}
	if _, rows := load(t, s, "lieux"); !strings.Contains(rows[0], "77") {
		t.Errorf("their trigger changed nothing: %v", rows)
	}
	if got := ogr(t, "ogrinfo", "-so", path, "qpv"); !strings.Contains(got, "Feature Count: 5") {
		t.Errorf("their layer:\n%s", got)
	}
	states, err := s.Collections(t.Context())
	if err != nil || len(states) != 1 {
		t.Errorf("Collections gives %v, %v", states, err)
	}
	ok(t, path)
}

// TestForeignDamage has other programs remove the table of a collection, or put a value
// of another type into it: the other collections stay, and the errors say why.
func TestForeignDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socle.gpkg")
	s := open(t, path)
	for n := range int64(2) {
		replace(t, s, lieux("lieux"), lieu("a", n, 351000, 6789000))
		replace(t, s, lieux("autres"), lieu("a", n, 351000, 6789000))
	}
	edit(t, path, "UPDATE autres SET n = 'many'", "UPDATE lieux SET n = 5", "DROP TABLE lieux")
	states, err := s.Collections(t.Context())
	if err != nil || len(states) != 2 {
		t.Fatalf("Collections gives %d, %v", len(states), err)
	}
	for id, want := range map[string]string{"lieux": "removed by another program", "autres": `"many" is not of type integer`} {
		err := s.Load(t.Context(), id, 0, func(_ referentials.State, rows referentials.Rows) error {
			for _, err := range rows {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", id, err, want)
		}
	}
	if _, err := s.Apply(t.Context(), "lieux", []referentials.Change{{Op: referentials.Delete, Key: referentials.StringValue("a")}}); err == nil {
		t.Error("Apply to a removed table")
	}
	if v, err := s.Rollback(t.Context(), "lieux", 0, nil); err != nil || v.ID != 1 {
		t.Fatalf("Rollback gives %+v, %v", v, err)
	}
	load(t, s, "lieux")
	edit(t, path, "DROP TABLE lieux")
	if v := replace(t, s, lieux("lieux"), lieu("a", 9, 351000, 6789000)); v.ID != 3 {
		t.Errorf("version %d, want 3", v.ID)
	}
	ok(t, path)
}
