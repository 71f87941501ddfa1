package ephemeral

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/importer"
)

const points = "id,lon,lat,kwh\na,-1.68,48.11,10\nb,-1.69,48.12,5.5\nc,-1.67,48.1,\n"

func TestNotes(t *testing.T) {
	_, report, err := Read(t.Context(), "p.csv", strings.NewReader(points+"a,-1.6,48,1\n"), 1<<20, importer.Options{Key: "id"})
	if err != nil {
		t.Fatal(err)
	}
	notes := Notes(report)
	if len(notes) != 1 || notes[0].EN != "Rows rejected: 1 (number 4); has the id of an earlier row." || notes[0].FR != "Lignes rejetées : 1 (n° 4) ; has the id of an earlier row." {
		t.Errorf("%q", notes)
	}
	if _, report, err = Read(t.Context(), "p.csv", strings.NewReader(points), 1<<20, importer.Options{Key: "id"}); err != nil || Notes(report) != nil || Notes(nil) != nil {
		t.Errorf("%v, %q", err, Notes(report))
	}
}

func TestReadCSV(t *testing.T) {
	c, report, err := Read(t.Context(), "C:\\fakepath\\points.csv", strings.NewReader(points), 1<<20, importer.Options{Key: "id"})
	if err != nil {
		t.Fatal(err)
	}
	d := c.Descriptor()
	if d.ID != "points" || d.Geometry != geo.Point || c.Len() != 3 || report.Accepted != 3 || report.Version != nil {
		t.Errorf("%s, %s, %d rows: %s", d.ID, d.Geometry, c.Len(), report)
	}
	i, ok := c.Find("b")
	if !ok || c.Value(i, d.FieldIndex("kwh")).String() != "5.5" {
		t.Error("row b is not as it was")
	}
}

// TestTags tells rows apart by what they are, and by nothing else.
func TestTags(t *testing.T) {
	tag := func(name, text string) string {
		t.Helper()
		c, _, err := Read(t.Context(), name, strings.NewReader(text), 1<<20, importer.Options{Key: "id"})
		if err != nil {
			t.Fatal(err)
		}
		return c.Descriptor().ID + " " + c.Tag()
	}
	first := tag("p.csv", points)
	if again := tag("p.csv", points); again != first {
		t.Errorf("the same rows are %s and %s", first, again)
	}
	for what, other := range map[string]string{
		"a value":   strings.Replace(points, "5.5", "5.6", 1),
		"a place":   strings.Replace(points, "48.12", "48.13", 1),
		"the order": "id,lon,lat,kwh\nb,-1.69,48.12,5.5\na,-1.68,48.11,10\nc,-1.67,48.1,\n",
		"a name":    strings.Replace(points, "kwh", "mwh", 1),
	} {
		if tag("p.csv", other) == first {
			t.Errorf("%s changes, and the tag does not", what)
		}
	}
}

func TestReadGeoJSON(t *testing.T) {
	text := `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"name":"a"},"geometry":{"type":"Point","coordinates":[-1.68,48.11]}},
		{"type":"Feature","properties":{"name":"b"},"geometry":{"type":"Point","coordinates":[-1.68]}},
		{"type":"Feature","properties":{"name":"c"},"geometry":{"type":"Point","coordinates":[-1.7,48.12]}}]}`
	c, report, err := Read(t.Context(), "", strings.NewReader(text), 1<<20, importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Len() != 2 || report.Rejected != 1 || len(report.Rejects) != 1 || c.Descriptor().ID != "data" {
		t.Errorf("%s: %d rows: %s", c.Descriptor().ID, c.Len(), report)
	}
}

func packed(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sparse is JSON of few bytes and many columns, most of them without a value.
func sparse(columns, rows int) string {
	var b strings.Builder
	b.WriteString(`[`)
	for i := range columns {
		fmt.Fprintf(&b, `{"f%d":1},`, i)
	}
	for range rows {
		b.WriteString(`{"f0":1},`)
	}
	return strings.TrimSuffix(b.String(), ",") + "]"
}

func TestReadRefuses(t *testing.T) {
	broken := errors.New("the line is cut")
	for _, c := range []struct {
		name string
		body io.Reader
		code referentials.Code
		says string
	}{
		{"empty.csv", strings.NewReader(""), referentials.Invalid, "empty.csv: the file is empty"},
		{"head.csv", strings.NewReader("a,b\n"), referentials.Invalid, "no row"},
		{"large.csv", strings.NewReader("a,b\n" + strings.Repeat("1,2\n", 20_000)), referentials.TooLarge, "more than 65536 bytes"},
		{"bounded.csv", io.MultiReader(strings.NewReader(strings.Repeat("1,2\n", 1<<14)), iotest.ErrReader(broken)), referentials.TooLarge, "more than 65536 bytes"},
		{"endless.csv", endless{}, referentials.TooLarge, "more than 65536 bytes"},
		{"bomb.csv.gz", bytes.NewReader(packed(t, []byte("a,b\n"+strings.Repeat("1,2\n", 20_000)))), referentials.TooLarge, "unfolds to more than 65536 bytes"},
		{"cut.csv.gz", bytes.NewReader(packed(t, []byte(points))[:40]), referentials.Invalid, "truncated"},
		{"sparse.json", strings.NewReader(sparse(1000, 2000)), referentials.TooLarge, "more than 65536 values"},
		{"cut.csv", io.MultiReader(strings.NewReader(points), iotest.ErrReader(broken)), referentials.Invalid, "received whole"},
		{"layers.gpkg", strings.NewReader("SQLite format 3\x00" + strings.Repeat("\x00", 200)), referentials.Unsupported, "neither CSV nor GeoJSON"},
		{"pipe.vrt", strings.NewReader(`<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>`), referentials.Unsupported, "neither CSV nor GeoJSON"},
		{"feature.geojson", strings.NewReader(`{"type":"FeatureCollection","features":[{"type":"Feature"`), referentials.Invalid, "feature.geojson"},
		{"deep.geojson", strings.NewReader(strings.Repeat(`{"features":[`, 4000)), referentials.Invalid, "deep.geojson"},
	} {
		got, _, err := Read(t.Context(), c.name, c.body, 1<<16, importer.Options{})
		if got != nil || referentials.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%s: %v, want %s: …%s…", c.name, err, c.code, c.says)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Read(ctx, "p.csv", endless{}, 1<<40, importer.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"": "data", "../..": "data", "/": "data", "a/b/c.csv": "c.csv", `C:\x\y.csv`: "y.csv", "a\x00b\n\x1b[31m.csv": "ab[31m.csv",
		"\xff\xfe": "data", strings.Repeat("é", 100) + ".csv": strings.Repeat("é", 58) + ".csv",
	} {
		if got := cleaned(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "points.csv")
	for name, text := range map[string]string{file: points, file + ".yaml": "key: id\nfields: {kwh: {role: extensive, unit: kW.h}}\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, report, err := Open(t.Context(), importer.Options{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	f := c.Descriptor().Fields[c.Descriptor().FieldIndex("kwh")]
	if f.Role != referentials.Extensive || f.Unit != "kW.h" || report.Read != 3 {
		t.Errorf("%+v: %s", f, report)
	}
	if _, _, err := Open(t.Context(), importer.Options{Files: []string{filepath.Join(dir, "absent.csv")}}); referentials.CodeOf(err) != referentials.NotFound {
		t.Error(err)
	}
}

// FuzzRead wants of any bytes at all a collection or an error that says what is wrong.
func FuzzRead(f *testing.F) {
	f.Add("p.csv", []byte(points))
	f.Add("p.geojson", []byte(`{"type":"Feature","properties":{"a":1},"geometry":null}`))
	f.Add("p.csv.gz", []byte("\x1f\x8b\x08\x00"))
	f.Add("p.zip", []byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		c, report, err := Read(t.Context(), name, bytes.NewReader(data), 1<<16, importer.Options{})
		switch {
		case err == nil && (c.Len() == 0 || int64(c.Len()) != report.Accepted || report.Read != report.Accepted+report.Rejected):
			t.Fatalf("%d rows: %s", c.Len(), report)
		case err != nil && (c != nil || err.Error() == "" || referentials.CodeOf(err) == referentials.Internal):
			t.Fatalf("%v", err)
		}
	})
}
