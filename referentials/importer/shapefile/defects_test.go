package shapefile_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"socle/referentials"
	"socle/referentials/importer/shapefile"
	"socle/referentials/importer/source"
)

type dbfColumn struct {
	name     string
	kind     byte
	width    byte
	decimals byte
}

// dbf writes a table; cells are given as they stand in the file, rows begin with the flag.
func dbf(language byte, columns []dbfColumn, rows ...string) []byte {
	size := 1
	var described []byte
	for _, c := range columns {
		size += int(c.width)
		d := make([]byte, 32)
		copy(d, c.name)
		d[11], d[16], d[17] = c.kind, c.width, c.decimals
		described = append(described, d...)
	}
	head := make([]byte, 32)
	head[0], head[29] = 3, language
	binary.LittleEndian.PutUint32(head[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(head[8:], uint16(len(head)+len(described)+1))
	binary.LittleEndian.PutUint16(head[10:], uint16(size))
	out := append(append(head, described...), 0x0d)
	for _, r := range rows {
		row := bytes.Repeat([]byte{' '}, size)
		copy(row, r)
		out = append(out, row...)
	}
	return append(out, 0x1a)
}

// shp writes points (i, i), numbered as told, and its index.
func shp(n int) (shapes, index []byte) {
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head, 9994)
	binary.LittleEndian.PutUint32(head[28:], 1000)
	binary.LittleEndian.PutUint32(head[32:], 1)
	shapes, index = bytes.Clone(head), bytes.Clone(head)
	for i := range n {
		index = binary.BigEndian.AppendUint32(index, uint32(len(shapes)/2))
		index = binary.BigEndian.AppendUint32(index, 10)
		shapes = binary.BigEndian.AppendUint32(shapes, uint32(i+1))
		shapes = binary.BigEndian.AppendUint32(shapes, 10)
		shapes = binary.LittleEndian.AppendUint32(shapes, 1)
		for range 2 {
			shapes = binary.LittleEndian.AppendUint64(shapes, math.Float64bits(float64(i)))
		}
	}
	binary.BigEndian.PutUint32(shapes[24:], uint32(len(shapes)/2))
	return shapes, index
}

// write puts the parts of a shapefile in a folder and gives the first one's path.
func write(t testing.TB, parts map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for ext, data := range parts {
		if err := os.WriteFile(filepath.Join(dir, "essai"+ext), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if parts[".shp"] == nil {
		return filepath.Join(dir, "essai.dbf")
	}
	return filepath.Join(dir, "essai.shp")
}

var text20 = []dbfColumn{{"nom", 'C', 20, 0}}

func TestCells(t *testing.T) {
	cols := []dbfColumn{{"c", 'C', 6, 0}, {"n", 'N', 6, 0}, {"x", 'N', 8, 2}, {"f", 'F', 8, 0}, {"d", 'D', 8, 0}, {"l", 'L', 1, 0}, {"big", 'N', 20, 0}}
	for _, c := range []struct {
		cells [7]string
		want  string
	}{
		{[7]string{"abc", "    12", "    1.50", "8.5", "20240229", "T", "9007199254740993"}, `"abc" 12 1.5 8.5 2024-02-29 true 9007199254740993`},
		{[7]string{"c", "", "", "", "", "", "12345678901234567890"}, `"c" null null null null null "12345678901234567890"`},
		{[7]string{}, "null null null null null null null"},
		{[7]string{"a", "******", "********", "********", "00000000", "?", strings.Repeat("*", 20)}, `"a" null null null null null null`},
		{[7]string{"  b", "1.0", "1,5", "x", "20241340", "n", ""}, `"  b" 1 1.5 "x" "20241340" false null`},
		{[7]string{"\x00\x00\x00\x00\x00\x00", "\x00\x00\x00\x00\x00\x00", "-0.5"}, "null null -0.5 null null null null"},
	} {
		row := " "
		for i, cell := range c.cells {
			row += cell + strings.Repeat(" ", int(cols[i].width)-len(cell))
		}
		layer := open(t, write(t, map[string][]byte{".dbf": dbf(0, cols, row)}), shapefile.Options{})
		if layer.HasGeometry() {
			t.Fatal("a .dbf alone has geometry")
		}
		var got []string
		for _, v := range all(t, layer)[0].values {
			switch {
			case v.IsNull():
				got = append(got, "null")
			case v.Type() == referentials.String:
				got = append(got, fmt.Sprintf("%q", v.Str()))
			default:
				got = append(got, v.String())
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.cells, s, c.want)
		}
	}
}

// TestBytesOfNoColumn tells of a header that lost its columns.
func TestBytesOfNoColumn(t *testing.T) {
	table := dbf(0, []dbfColumn{{"a", 'C', 4, 0}, {"b", 'C', 5, 0}}, " one two")
	table[64] = 0x0d // where the second column would begin
	layer := open(t, write(t, map[string][]byte{".dbf": table}), shapefile.Options{})
	if len(layer.Fields()) != 1 || !strings.Contains(strings.Join(layer.Notes(), "\n"), "leave out 5 of the 10 bytes of a row") {
		t.Errorf("%v %q", layer.Fields(), layer.Notes())
	}
}

// TestColumnsWithoutWidth has columns of no bytes hold nothing, whatever their type.
func TestColumnsWithoutWidth(t *testing.T) {
	for _, kind := range []byte("CNFDLI+BOYT@MGPW") {
		cols := []dbfColumn{{"none", kind, 0, 0}, {"c", 'C', 1, 0}}
		layer := open(t, write(t, map[string][]byte{".dbf": dbf(0, cols, " x")}), shapefile.Options{})
		values := all(t, layer)[0].values
		if !values[0].IsNull() || values[1].String() != "x" {
			t.Errorf("%c: %v", kind, values)
		}
	}
}

func TestFoxPro(t *testing.T) {
	cell := []byte{' '}
	cell = binary.LittleEndian.AppendUint32(cell, 0xfffffffe) // -2
	cell = binary.LittleEndian.AppendUint64(cell, math.Float64bits(1.5))
	cell = binary.LittleEndian.AppendUint64(cell, 12345)
	cell = binary.LittleEndian.AppendUint32(cell, 2440589) // 2 January 1970
	cell = binary.LittleEndian.AppendUint32(cell, 1500)
	cell = append(cell, "0000000007"...)
	data := dbf(0, []dbfColumn{{"i", 'I', 4, 0}, {"b", 'B', 8, 0}, {"y", 'Y', 8, 0}, {"t", 'T', 8, 0}, {"m", 'M', 10, 0}}, string(cell))
	layer := open(t, write(t, map[string][]byte{".dbf": data}), shapefile.Options{})
	rows := all(t, layer)
	want := []referentials.Value{referentials.IntegerValue(-2), referentials.NumberValue(1.5), referentials.NumberValue(1.2345),
		referentials.DateTimeValue(86_400_000_000 + 1_500_000), referentials.Null}
	if !slices.Equal(rows[0].values, want) {
		t.Errorf("got %v, want %v", rows[0].values, want)
	}
	if notes := strings.Join(layer.Notes(), "\n"); !strings.Contains(notes, "memo") {
		t.Errorf("notes %q", notes)
	}
}

func TestEncodings(t *testing.T) {
	for _, c := range []struct {
		name     string
		cpg      string
		language byte
		forced   source.Encoding
		bytes    string
		want     string
		note     string
	}{
		{name: "nothing said, UTF-8", bytes: "Allée", want: "Allée"},
		{name: "nothing said, 1252", bytes: "All\xe9e \x9cuf", want: "Allée œuf"},
		{name: "nothing said, 1252 at the end", bytes: "caf\xe9", want: "café"},
		{name: "nothing said, cut", bytes: "éééééééééxé"[:20], want: "éééééééééx"},
		{name: "language 1252, in truth UTF-8", language: 0x57, bytes: "Allée", want: "Allée"},
		{name: "language 850", language: 0x02, bytes: "All\x82e", want: "Allée"},
		{name: "cpg UTF-8", cpg: "UTF-8\r\n", bytes: "Allée", want: "Allée"},
		{name: "cpg UTF-8, in truth 1252", cpg: "UTF-8", bytes: "All\xe9e", want: "Allée", note: "1 texts are not valid UTF-8"},
		{name: "cpg UTF-8, cut", cpg: "UTF-8", bytes: "abcdefghijklmnopqrsé"[:20], want: "abcdefghijklmnopqrs"},
		{name: "cpg Latin-9", cpg: "ISO 8859-15", bytes: "\xbdil \xa4", want: "œil €"},
		{name: "cpg ESRI", cpg: "88591", bytes: "\xe9", want: "é"},
		{name: "cpg ANSI", cpg: "ANSI 1252", bytes: "\x80", want: "€"},
		{name: "cpg unknown", cpg: "KOI8", bytes: "All\xe9e", want: "Allée", note: `"KOI8"`},
		{name: "forced", cpg: "UTF-8", forced: source.CP850, bytes: "All\x82e", want: "Allée"},
	} {
		t.Run(c.name, func(t *testing.T) {
			shapes, index := shp(1)
			parts := map[string][]byte{".shp": shapes, ".shx": index, ".dbf": dbf(c.language, text20, " "+c.bytes)}
			if c.cpg != "" {
				parts[".cpg"] = []byte(c.cpg)
			}
			layer := open(t, write(t, parts), shapefile.Options{Encoding: c.forced})
			if got := all(t, layer)[0].values[0].Str(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if notes := strings.Join(layer.Notes(), "\n"); !strings.Contains(notes, c.note) {
				t.Errorf("notes %q do not tell %q", notes, c.note)
			}
		})
	}
}

func TestDeletedRowsAreSkipped(t *testing.T) {
	shapes, index := shp(3)
	layer := open(t, write(t, map[string][]byte{".shp": shapes, ".shx": index, ".dbf": dbf(0, text20, " a", "*b", " c")}), shapefile.Options{})
	rows := all(t, layer)
	if len(rows) != 2 || rows[1].values[0].Str() != "c" || rows[1].geom.XY[0] != 2 || rows[1].number != 3 {
		t.Errorf("%+v", rows)
	}
	if notes := strings.Join(layer.Notes(), "\n"); !strings.Contains(notes, "1 records are marked deleted") {
		t.Errorf("notes %q", notes)
	}
}

func TestCountsDiffer(t *testing.T) {
	for _, c := range []struct {
		shapes int
		rows   []string
		want   string
	}{
		{3, []string{" a", " b"}, "more shapes than the .dbf has rows"},
		{1, []string{" a", " b", " c"}, "more rows than the .shp has shapes"},
	} {
		shapes, index := shp(c.shapes)
		rows := all(t, open(t, write(t, map[string][]byte{".shp": shapes, ".shx": index, ".dbf": dbf(0, text20, c.rows...)}), shapefile.Options{}))
		if len(rows) != 3 || rows[0].err != nil || rows[2].err == nil || !strings.Contains(rows[2].err.Error(), c.want) {
			t.Errorf("%d shapes, %d rows: %+v", c.shapes, len(c.rows), rows)
		}
	}
}

// An editor replaced the first shape: the old one is left behind, the new one appended.
func TestShapesOutOfOrder(t *testing.T) {
	shapes, index := shp(3)
	moved := bytes.Clone(shapes[100:128])
	binary.LittleEndian.PutUint64(moved[12:], math.Float64bits(77))
	binary.BigEndian.PutUint32(index[100:], uint32(len(shapes)/2))
	shapes = append(shapes, moved...)
	layer := open(t, write(t, map[string][]byte{".shp": shapes, ".shx": index, ".dbf": dbf(0, text20, " a", " b", " c")}), shapefile.Options{})
	rows := all(t, layer)
	if len(rows) != 3 || rows[0].geom.XY[0] != 77 || rows[2].geom.XY[0] != 2 {
		t.Errorf("%+v", rows)
	}
}

func TestDamage(t *testing.T) {
	shapes, index := shp(3)
	table := dbf(0, text20, " a", " b", " c")
	long := bytes.Clone(shapes)
	binary.BigEndian.PutUint32(long[104:], math.MaxInt32)
	far := bytes.Clone(index)
	binary.BigEndian.PutUint32(far[104:], math.MaxInt32)
	wide := bytes.Clone(table)
	binary.LittleEndian.PutUint16(wide[10:], 5)
	for _, c := range []struct {
		name  string
		parts map[string][]byte
		want  string
	}{
		{"a cut .shp", map[string][]byte{".shp": shapes[:150], ".dbf": table}, "the .shp ends too early"},
		{"a cut header", map[string][]byte{".shp": shapes[:50], ".dbf": table}, "the .shp ends too early"},
		{"a cut .dbf", map[string][]byte{".shp": shapes, ".shx": index, ".dbf": table[:len(table)-30]}, "the .dbf ends too early"},
		{"not a table", map[string][]byte{".shp": shapes, ".dbf": []byte(strings.Repeat("x,y\n", 20))}, "the .dbf"},
		{"columns wider than the row", map[string][]byte{".shp": shapes, ".dbf": wide}, "more than the 5 of a row"},
		{"a huge shape", map[string][]byte{".shp": long, ".dbf": table}, "the .shp is damaged"},
		{"a huge shape in the index", map[string][]byte{".shp": shapes, ".shx": far, ".dbf": table}, "the .shx is damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := write(t, c.parts)
			err := walk(t.Context(), name)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			var e *referentials.Error
			if !errors.As(err, &e) || !strings.HasSuffix(e.Where, "essai.shp") {
				t.Errorf("%v is not an error for users", err)
			}
		})
	}
}

// walk reads a file whole and gives the first error.
func walk(ctx context.Context, name string) error {
	f, err := source.Open(ctx, name, source.Options{})
	if err != nil {
		return err
	}
	return walkFile(ctx, f)
}

func walkFile(ctx context.Context, f *source.File) error {
	layer, err := shapefile.Open(ctx, f, shapefile.Options{})
	if err != nil {
		return err
	}
	for r, err := range layer.Records(ctx) {
		if err != nil {
			return err
		}
		r.Raw()
	}
	return nil
}

// zipped puts parts in an archive in memory, which fuzzing reads faster than a disk.
func zipped(t testing.TB, parts map[string][]byte) *source.File {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, ext := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: "essai" + ext, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(parts[ext]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := source.FromBytes(t.Context(), "essai.zip", out.Bytes(), source.Options{})
	if err != nil {
		return nil // what source refuses never gets here
	}
	return f
}

// fuzzed reads hostile parts: an error is right, a panic, a hang or a heap is not.
func fuzzed(t *testing.T, parts map[string][]byte) {
	f := zipped(t, parts)
	if f == nil {
		return
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_ = walkFile(t.Context(), f)
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 64<<20 {
		t.Errorf("%d bytes were taken for a small file", taken)
	}
}

// FuzzShapes reads hostile shapes with a sound table.
func FuzzShapes(f *testing.F) {
	shapes, _ := shp(2)
	f.Add(shapes)
	polygons, err := os.ReadFile("testdata/polygons.shp")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(polygons)
	table := dbf(0, text20, " a", " b")
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, map[string][]byte{".shp": data, ".dbf": table}) })
}

// FuzzTable reads a hostile table.
func FuzzTable(f *testing.F) {
	f.Add(dbf(0x57, []dbfColumn{{"c", 'C', 6, 0}, {"n", 'N', 6, 0}, {"d", 'D', 8, 0}, {"t", 'T', 8, 0}}, " All\xe9e 12.50020240229abcdefgh", "*"))
	shapes, _ := shp(2)
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, map[string][]byte{".shp": shapes, ".dbf": data}) })
}

func BenchmarkRecords(b *testing.B) {
	name := samples + "/v2_BATI_INDIFFERENCIE.shp.zip"
	layer := open(b, name, shapefile.Options{})
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
