package gpkgfile

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/gpb"
	"socle/referentials"
	"socle/referentials/sqlite"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		fields    []string
		fid, geom string
		columns   []string
	}{
		{[]string{"id", "nom"}, "fid", "geom", nil},
		{[]string{"fid", "geom"}, "fid_2", "geom_2", nil},
		{[]string{"FID", "fid_2", "Geom"}, "fid_3", "geom_2", nil},
		{[]string{"id", "ID", "Id", "ID_2"}, "fid", "geom", []string{"id", "ID_3", "Id_4", "ID_2"}},
		{[]string{"é", "É"}, "fid", "geom", []string{"é", "É_2"}},
	} {
		d := referentials.Descriptor{ID: "t", Geometry: geo.Point}
		for _, f := range c.fields {
			d.Fields = append(d.Fields, referentials.Field{Name: f, Type: referentials.String})
		}
		if c.columns == nil {
			c.columns = c.fields
		}
		l := NewLayer("t", &d, 4326)
		if l.FID != c.fid || l.Geom != c.geom || strings.Join(l.Columns, ",") != strings.Join(c.columns, ",") {
			t.Errorf("%v: fid %q, geom %q, columns %v", c.fields, l.FID, l.Geom, l.Columns)
		}
	}
}

// TestNamesAreDistinct makes tables of any field names at all.
func TestNamesAreDistinct(t *testing.T) {
	c := newFile(t)
	name := rapid.OneOf(rapid.SampledFrom([]string{"a", "A", "a_2", "A_2", "fid", "FID", "fid_2", "geom", "GEOM", "ß", "ss", "İ", "i"}), rapid.StringN(1, 8, 40))
	rapid.Check(t, func(t *rapid.T) {
		d := referentials.Descriptor{ID: "t", Geometry: geo.Point}
		for _, f := range rapid.SliceOfNDistinct(name, 1, 12, rapid.ID[string]).Draw(t, "fields") {
			d.Fields = append(d.Fields, referentials.Field{Name: f, Type: referentials.String})
		}
		l := NewLayer("t", &d, 4326)
		if err := errors.Join(l.Create(c, -1), c.Exec("DROP TABLE t")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTableName(t *testing.T) {
	for id, want := range map[string]string{
		"adresses": "adresses", "gpkg_contents": "_gpkg_contents", "SQLITE_x": "_SQLITE_x", "socle_v1": "_socle_v1", "rtree_a": "_rtree_a", "socle": "socle",
	} {
		if got := TableName(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestEnsureSRS(t *testing.T) {
	c := newFile(t)
	for _, step := range []struct {
		crs  crs.CRS
		want int32
	}{{crs.EPSG(2154), 2154}, {crs.EPSG(2154), 2154}, {crs.CRS84, 4326}, {crs.EPSG(4326), 4326}, {crs.CRS{}, -1}} {
		if got, err := EnsureSRS(c, step.crs); err != nil || got != step.want {
			t.Errorf("%s: srs_id %d, %v; want %d", step.crs, got, err, step.want)
		}
	}
	// A file of other software may have given the number to another system.
	if err := c.Exec("INSERT INTO gpkg_spatial_ref_sys VALUES ('mine', 3948, 'NONE', 1, 'undefined', '')"); err != nil {
		t.Fatal(err)
	}
	id, err := EnsureSRS(c, crs.EPSG(3948))
	if err != nil || id == 3948 {
		t.Fatalf("srs_id %d, %v", id, err)
	}
	text, err := c.Text("SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?", id)
	if err != nil || !strings.HasPrefix(text, `PROJCS["RGF93 v1 / CC48"`) {
		t.Errorf("definition %q, %v", text, err)
	}
	if again, err := EnsureSRS(c, crs.EPSG(3948)); err != nil || again != id {
		t.Errorf("the second time srs_id %d, %v; want %d", again, err, id)
	}
	if _, err := EnsureSRS(c, crs.EPSG(999999)); err == nil {
		t.Error("an unknown system was registered")
	}
}

// TestJSONIsMarked says so once however many layers there are, and of the layers that are
// shown alone.
func TestJSONIsMarked(t *testing.T) {
	c := newFile(t)
	for _, table := range []string{"a", "b"} {
		l := NewLayer(table, &referentials.Descriptor{ID: table, Fields: []referentials.Field{
			{Name: "n", Type: referentials.Integer}, {Name: "j", Type: referentials.JSON}, {Name: "J", Type: referentials.JSON},
		}}, 0)
		if err := errors.Join(l.Create(c, -1), l.Register(c, Contents{Identifier: table, LastChange: "2024-02-29T00:00:00.000Z"})); err != nil {
			t.Fatal(err)
		}
	}
	if err := Unregister(c, "a"); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"SELECT group_concat(table_name || column_name || mime_type) FROM gpkg_data_columns": "bjapplication/json,bJ_2application/json",
		"SELECT count(*) FROM gpkg_extensions WHERE extension_name = 'gpkg_schema'":          "2",
	} {
		if got, err := c.Text(query); err != nil || got != want {
			t.Errorf("%s: %s, %v", query, got, err)
		}
	}
}

func TestReadValue(t *testing.T) {
	c := newFile(t)
	for _, k := range []struct {
		sql  string
		kind referentials.FieldType
		want string // "!" for an error
	}{
		{"NULL", referentials.Integer, ""}, {"5", referentials.Integer, "5"}, {"5.0", referentials.Integer, "5"}, {"5.5", referentials.Integer, "!"},
		{"' 12 '", referentials.Integer, "12"}, {"'x'", referentials.Integer, "!"}, {"x'00'", referentials.Integer, "!"}, {"9e18", referentials.Integer, "9000000000000000000"},
		{"1e19", referentials.Integer, "!"}, {"-9223372036854775808.0", referentials.Integer, "!"},
		{"5", referentials.Number, "5"}, {"'2.5'", referentials.Number, "2.5"}, {"'2,5'", referentials.Number, "!"}, {"9e999", referentials.Number, ""},
		{"1", referentials.Boolean, "true"}, {"0", referentials.Boolean, "false"}, {"'True'", referentials.Boolean, "true"}, {"'f'", referentials.Boolean, "false"}, {"'?'", referentials.Boolean, "!"},
		{"'2024-02-29'", referentials.Date, "2024-02-29"}, {"'2024-02-29 00:00:00'", referentials.Date, "2024-02-29"}, {"'2023-02-29'", referentials.Date, "!"},
		{"'2024-02-29T12:00:00Z'", referentials.Date, "!"}, {"20240229", referentials.Date, "!"}, {"'2024'", referentials.Date, "!"}, {"'2024-02-29x'", referentials.Date, "!"},
		{"'2024-02-29T12:00:00.000001Z'", referentials.DateTime, "2024-02-29T12:00:00.000001Z"}, {"'2024-02-29 12:00:00'", referentials.DateTime, "2024-02-29T12:00:00Z"},
		{"'2024-02-29T12:00:00+02:00'", referentials.DateTime, "2024-02-29T10:00:00Z"}, {"'2024-02-29'", referentials.DateTime, "2024-02-29T00:00:00Z"}, {"'noon'", referentials.DateTime, "!"},
		{"'[1]'", referentials.JSON, "[1]"}, {"'{'", referentials.JSON, "!"}, {"''", referentials.JSON, "!"},
		{"'é'", referentials.String, "é"}, {"5", referentials.String, "5"}, {"0.1 + 0.2", referentials.String, "0.30000000000000004"}, {"x'41'", referentials.String, "!"},
	} {
		err := c.Query("SELECT "+k.sql, func(s *sqlite.Stmt) error {
			v, err := ReadValue(s, 0, k.kind)
			var bad *ValueError
			switch {
			case k.want == "!" && !errors.As(err, &bad):
				t.Errorf("%s as %s: got %s, %v, want an error", k.sql, k.kind, v, err)
			case k.want != "!" && (err != nil || v.String() != k.want || !v.IsNull() && v.Type() != k.kind):
				t.Errorf("%s as %s: got %s %q, %v; want %q", k.sql, k.kind, v.Type(), v, err, k.want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestScannerRefusesBrokenShapes: the row that holds one is told.
func TestScannerRefusesBrokenShapes(t *testing.T) {
	c := newFile(t)
	d := referentials.Descriptor{ID: "l", Geometry: geo.Point, Key: "k", Fields: []referentials.Field{{Name: "k", Type: referentials.Integer}}}
	l := NewLayer("l", &d, 4326)
	if err := l.Create(c, 0); err != nil {
		t.Fatal(err)
	}
	blob := gpb.Append(nil, &geo.Geometry{Type: geo.Point, XY: []float64{1, math.Inf(1)}}, 4326)
	if err := c.Exec("INSERT INTO l (fid, geom, k) VALUES (7, ?, 1)", blob); err != nil {
		t.Fatal(err)
	}
	err := c.Query(l.Select(), func(s *sqlite.Stmt) error {
		_, err := NewScanner(&l).Row(s)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), `row 7, column "geom"`) {
		t.Errorf("%v", err)
	}
}
