package geopackage_test

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	_ "modernc.org/sqlite"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/encode"
	"socle/referentials/encode/encodetest"
	"socle/referentials/encode/geopackage"
)

func TestConformance(t *testing.T) {
	encodetest.Run(t, encodetest.Suite{Format: geopackage.Format(), Read: read, Memory: 16 << 20})
}

// save writes what was encoded where other software can open it.
func save(tb testing.TB, data []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "written.gpkg")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// read reads the file by database/sql and orb, which share no code with the encoder.
func read(tb testing.TB, data []byte, h encode.Header) []referentials.Row {
	tb.Helper()
	db, err := sql.Open("sqlite", save(tb, data))
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	var geom sql.NullString
	err = db.QueryRow("SELECT column_name FROM gpkg_contents c LEFT JOIN gpkg_geometry_columns g USING (table_name) WHERE c.table_name = ?",
		h.Descriptor.ID).Scan(&geom)
	if err != nil {
		tb.Fatal(err)
	}
	if geom.Valid != h.Descriptor.HasGeometry() {
		tb.Fatalf("geometry column %v", geom)
	}
	// The columns as text, blob and storage class, so that the driver converts nothing.
	var exprs []string
	for _, f := range h.Descriptor.Fields {
		q := `"` + strings.ReplaceAll(f.Name, `"`, `""`) + `"`
		exprs = append(exprs, "typeof("+q+")", "CAST("+q+" AS BLOB)", fmt.Sprintf("CASE typeof(%[1]s) WHEN 'real' THEN %[1]s END", q))
	}
	g := "NULL"
	if geom.Valid {
		g = `"` + geom.String + `"`
	}
	result, err := db.Query(fmt.Sprintf("SELECT %s, %s FROM %q ORDER BY rowid", g, strings.Join(exprs, ", "), h.Descriptor.ID))
	if err != nil {
		tb.Fatal(err)
	}
	defer result.Close()
	var rows []referentials.Row
	for result.Next() {
		var shape []byte
		cells := make([]struct {
			class string
			text  []byte
			real  sql.NullFloat64
		}, len(h.Descriptor.Fields))
		into := []any{&shape}
		for i := range cells {
			into = append(into, &cells[i].class, &cells[i].text, &cells[i].real)
		}
		if err := result.Scan(into...); err != nil {
			tb.Fatal(err)
		}
		row := referentials.Row{Geom: decode(tb, shape)}
		for i, f := range h.Descriptor.Fields {
			row.Values = append(row.Values, value(tb, f.Type, cells[i].class, string(cells[i].text), cells[i].real.Float64))
		}
		rows = append(rows, row)
	}
	if err := result.Err(); err != nil {
		tb.Fatal(err)
	}
	return rows
}

func value(tb testing.TB, kind referentials.FieldType, class, text string, real float64) referentials.Value {
	tb.Helper()
	if class == "null" {
		return referentials.Null
	}
	want := map[referentials.FieldType]string{referentials.Integer: "integer", referentials.Number: "real", referentials.Boolean: "integer"}[kind]
	if want == "" {
		want = "text"
	}
	if class != want {
		tb.Fatalf("a %s is stored as %s", kind, class)
	}
	switch kind {
	case referentials.Integer:
		var n int64
		if _, err := fmt.Sscan(text, &n); err != nil {
			tb.Fatal(err)
		}
		return referentials.IntegerValue(n)
	case referentials.Number:
		return referentials.NumberValue(real)
	case referentials.Boolean:
		return referentials.BooleanValue(text == "1")
	case referentials.Date:
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			tb.Fatal(err)
		}
		return referentials.DateValue(d.Unix() / 86400)
	case referentials.DateTime:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || !strings.HasSuffix(text, "Z") {
			tb.Fatal(text, err)
		}
		return referentials.DateTimeValue(at.UnixMicro())
	case referentials.JSON:
		return referentials.JSONValue(text)
	}
	return referentials.StringValue(text)
}

func decode(tb testing.TB, b []byte) (g geo.Geometry) {
	tb.Helper()
	if b == nil {
		return g
	}
	header, kind := 8, b[3]>>1&7
	if string(b[:3]) != "GP\x00" || b[3]&1 != 1 || kind > 1 {
		tb.Fatalf("header % x", b[:8])
	}
	if kind == 1 {
		header += 32
	}
	shape, err := wkb.Unmarshal(b[header:])
	if err != nil {
		tb.Fatal(err)
	}
	if kind == 1 {
		bound := shape.Bound()
		for i, want := range []float64{bound.Min[0], bound.Max[0], bound.Min[1], bound.Max[1]} {
			if got := math.Float64frombits(binary.LittleEndian.Uint64(b[8+8*i:])); got != want {
				tb.Fatalf("envelope ordinate %d is %v, want %v", i, got, want)
			}
		}
	}
	ring := func(points []orb.Point) {
		for _, p := range points {
			g.Add(p[0], p[1])
		}
		g.EndRing()
	}
	switch s := shape.(type) {
	case orb.Point:
		g.Type = geo.Point
		g.Add(s[0], s[1])
	case orb.MultiPoint:
		g.Type = geo.MultiPoint
		for _, p := range s {
			g.Add(p[0], p[1])
		}
	case orb.LineString:
		g.Type = geo.LineString
		ring(s)
	case orb.MultiLineString:
		g.Type = geo.MultiLineString
		for _, l := range s {
			ring(l)
		}
	case orb.Polygon:
		g.Type = geo.Polygon
		for _, r := range s {
			ring(r)
		}
		g.EndPart()
	case orb.MultiPolygon:
		g.Type = geo.MultiPolygon
		for _, p := range s {
			for _, r := range p {
				ring(r)
			}
			g.EndPart()
		}
	default:
		tb.Fatalf("a %T", shape)
	}
	return g
}

func encoded(tb testing.TB, l encodetest.Layer) []byte {
	tb.Helper()
	var out bytes.Buffer
	w, err := geopackage.Format().New(&out, l.Header)
	if err != nil {
		tb.Fatal(err)
	}
	for i := range l.Rows {
		if err := w.Write(&l.Rows[i]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// TestGDAL has GDAL open every layer and checks what it says, and that it warns of
// nothing.
func TestGDAL(t *testing.T) {
	for _, l := range encodetest.Layers() {
		t.Run(l.Name, func(t *testing.T) {
			var warnings bytes.Buffer
			cmd := exec.Command("ogrinfo", "-so", "-al", save(t, encoded(t, l)))
			cmd.Stderr = &warnings
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("ogrinfo (of gdal-bin): %v\n%s", err, warnings.String())
			}
			kind := map[geo.Type]string{geo.Any: "Unknown (any)", geo.LineString: "Line String", geo.MultiPoint: "Multi Point",
				geo.MultiLineString: "Multi Line String", geo.MultiPolygon: "Multi Polygon"}[l.Header.Descriptor.Geometry]
			if kind == "" {
				kind = l.Header.Descriptor.Geometry.String()
			}
			for _, want := range []string{
				"Layer name: " + l.Header.Descriptor.ID, "Geometry: " + kind, fmt.Sprintf("Feature Count: %d", len(l.Rows)),
				"DESCRIPTION=" + l.Header.Descriptor.Title.FR,
			} {
				if !strings.Contains(string(out), want) {
					t.Errorf("ogrinfo does not say %q:\n%s", want, out)
				}
			}
			if l.Header.Descriptor.HasGeometry() && !strings.Contains(string(out), `ID["EPSG",`+l.Header.CRS.Code+`]`) {
				t.Errorf("the CRS is not %s:\n%s", l.Header.CRS, out)
			}
			if warnings.Len() > 0 {
				t.Errorf("GDAL warns: %s", warnings.String())
			}
		})
	}
}

func TestNothingLeftBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	l := encodetest.Points()
	encoded(t, l)
	failed, err := geopackage.Format().New(&bytes.Buffer{}, l.Header)
	if err != nil {
		t.Fatal(err)
	}
	if err := failed.Write(&referentials.Row{}); err == nil {
		t.Error("a row without values was written")
	}
	if err := failed.Close(); err == nil {
		t.Error("the error of Write is forgotten by Close")
	}
	l.Header.CRS, l.Header.Descriptor.CRS = crs.EPSG(999999), crs.EPSG(999999)
	if _, err := geopackage.Format().New(&bytes.Buffer{}, l.Header); err == nil {
		t.Error("an unknown CRS was taken")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, err)
	}
}

func TestLastChange(t *testing.T) {
	for stamp, want := range map[string]string{
		"": "1970-01-01T00:00:00.000Z", "2024-02-29T13:00:00+01:00": "2024-02-29T12:00:00.000Z", "2024-02-29T12:00:00.25Z": "2024-02-29T12:00:00.250Z",
	} {
		l := encodetest.Table()
		l.Header.TimeStamp = stamp
		db, err := sql.Open("sqlite", save(t, encoded(t, l)))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := db.QueryRow("SELECT CAST(last_change AS BLOB) FROM gpkg_contents").Scan(&got); err != nil || got != want {
			t.Errorf("%q: last change %q, %v; want %q", stamp, got, err, want)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	l := encodetest.Points()
	l.Rows = l.Rows[:3]
	var out bytes.Buffer
	b.ReportAllocs()
	w, err := geopackage.Format().New(&out, l.Header)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if err := w.Write(&l.Rows[i%3]); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}
