package source_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"socle/referentials"
	"socle/referentials/importer/source"
)

const shared = "../../../../shared/data/"

func gz(t testing.TB, data string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zipped makes an archive of name, contents pairs.
func zipped(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		m, err := w.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(m, pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, f *source.File) string {
	t.Helper()
	r, err := f.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOpen(t *testing.T) {
	const text = "a;b\n1;2\n"
	shp := "\x00\x00\x27\x0a" + strings.Repeat("\x00", 24) + "\xe8\x03\x00\x00" + strings.Repeat("\x00", 68)
	for _, c := range []struct {
		title, name string
		data        []byte
		want        string // contents
		data2       string // name without suffix
		stem        string
		format      source.Format
		packed      bool
		note        string // part of the only note
	}{
		{"plain", "x.csv", []byte(text), text, "x.csv", "x", source.CSV, false, ""},
		{"gzip", "x.csv.gz", gz(t, text), text, "x.csv", "x", source.CSV, true, ""},
		{"gzip without suffix", "x.csv", gz(t, text), text, "x.csv", "x", source.CSV, true, "compressed with gzip although"},
		{"suffix without gzip", "x.csv.gz", []byte(text), text, "x.csv", "x", source.CSV, false, "is not compressed"},
		{"two gzip members", "x.csv.gz", append(gz(t, "a;b\n"), gz(t, "1;2\n")...), text, "x.csv", "x", source.CSV, true, ""},
		{"JSON named CSV", "x.csv", []byte(`{"features":[]}`), `{"features":[]}`, "x.csv", "x", source.GeoJSON, false, "is read as GeoJSON"},
		{"zip", "a.zip", zipped(t, "readme.md", "hello", "d/x.csv", text), text, "x.csv", "x", source.CSV, true, ""},
		{"zip named CSV", "a.csv", zipped(t, "x.csv", text), text, "x.csv", "x", source.CSV, true, "is a zip archive although"},
		{"zip with INSEE metadata", "a.zip", zipped(t, "meta_x.csv", "COD_VAR", "x.CSV", text), text, "x.CSV", "x", source.CSV, true, "describes the columns"},
		{"zip of gzip", "a.zip", zipped(t, "x.ods.json.gz", string(gz(t, `[{"a":1}]`))), `[{"a":1}]`, "x.ods.json", "x", source.ODSJSON, true, ""},
		{"shapefile set", "a.shp.zip", zipped(t, "l/A.dbf", "dbf", "l/A.SHP", shp, "l/A.prj", "prj", "l/A.shp.xml", "<x/>", "__MACOSX/l/._A.shp", "x"), shp, "A.SHP", "A", source.Shapefile, true, ""},
	} {
		t.Run(c.title, func(t *testing.T) {
			f, err := source.FromBytes(context.Background(), c.name, c.data, source.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, f); got != c.want {
				t.Errorf("contents %q", got)
			}
			if got := read(t, f); got != c.want {
				t.Errorf("second reading %q", got)
			}
			if f.Name() != c.data2 || f.Stem() != c.stem || f.Format() != c.format || f.Compressed() != c.packed {
				t.Errorf("name %q stem %q format %s (%s) packed %v", f.Name(), f.Stem(), f.Format(), f.Reason(), f.Compressed())
			}
			notes := strings.Join(f.Notes(), "|")
			if (c.note == "") != (notes == "") || !strings.Contains(notes, c.note) {
				t.Errorf("notes %q", notes)
			}
			if c.title != "two gzip members" && f.Progress() > f.Size() {
				t.Errorf("progress %d of %d", f.Progress(), f.Size())
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	whole := gz(t, strings.Repeat("a;b;c;d\n1;2;3;4\n", 40000)+"end")
	corrupt := bytes.Clone(whole)
	corrupt[len(corrupt)/2] ^= 0xff
	badSum := bytes.Clone(whole)
	badSum[len(badSum)-6] ^= 0xff
	archive := zipped(t, "x.csv", strings.Repeat("a;b\n", 4000))
	for _, c := range []struct {
		title, name string
		data        []byte
		code        referentials.Code
		message     string
	}{
		{"empty", "x.csv", nil, referentials.Invalid, "the file is empty"},
		{"empty gzip", "x.csv.gz", gz(t, ""), referentials.Invalid, "the file is empty"},
		{"truncated gzip", "x.csv.gz", whole[:len(whole)-40], referentials.Invalid, "truncated"},
		{"very short gzip", "x.csv.gz", whole[:5], referentials.Invalid, "truncated"},
		{"corrupt gzip", "x.csv.gz", corrupt, referentials.Invalid, "corrupt"},
		{"bad checksum", "x.csv.gz", badSum, referentials.Invalid, "corrupt"},
		{"gzip and garbage", "x.csv.gz", append(bytes.Clone(whole), "garbage, garbage"...), referentials.Invalid, "not gzip"},
		{"truncated zip", "x.zip", archive[:len(archive)-10], referentials.Invalid, "zip archive"},
		{"several", "x.zip", zipped(t, "a.csv", "1", "b.csv", "2"), referentials.Invalid, "a.csv, b.csv"},
		{"nothing known", "x.zip", zipped(t, "a.pdf", "1", "b.docx", "2"), referentials.Invalid, "a.pdf, b.docx"},
		{"binary data", "x.csv", []byte("\x01\x02\x03\x04\x05"), referentials.Invalid, "named like CSV but it is binary data"},
		{"spreadsheet", "x.xlsx", zipped(t, "[Content_Types].xml", "1"), referentials.Unsupported, "save the sheet as CSV"},
	} {
		t.Run(c.title, func(t *testing.T) {
			f, err := source.FromBytes(context.Background(), c.name, c.data, source.Options{})
			if err == nil {
				var r io.ReadCloser
				if r, err = f.Open(context.Background()); err == nil {
					_, err = io.Copy(io.Discard, r)
				}
			}
			if err == nil || referentials.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.message) || !strings.HasPrefix(err.Error(), c.name) {
				t.Errorf("got %v (%s)", err, referentials.CodeOf(err))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	bomb := gz(t, strings.Repeat("0", 1<<20))
	for _, l := range []source.Limits{{MaxBytes: 1 << 19}, {MaxRatio: 100, RatioFrom: 1 << 18}} {
		f, err := source.FromBytes(context.Background(), "b.csv.gz", bomb, source.Options{Limits: l})
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); referentials.CodeOf(err) != referentials.TooLarge || n >= 1<<20 {
			t.Errorf("%+v: %d bytes, %v", l, n, err)
		}
	}
}

func TestOpenStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	f, err := source.FromBytes(ctx, "x.csv", []byte("a;b\n"), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestOpenOnDisk(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	put("one/x.csv", []byte("a;b\n"))
	put("one/.DS_Store", []byte("x"))
	put("one/licence.pdf", []byte("x"))
	many := put("many.zip", zipped(t, "a.csv", "a;1\n", "d/b.csv", "b;2\n"))
	for path, want := range map[string]string{
		filepath.Join(dir, "one"): "a;b\n",
		many + "/d/b.csv":         "b;2\n",
	} {
		f, err := source.Open(ctx, path, source.Options{})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := read(t, f); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	for path, code := range map[string]referentials.Code{
		filepath.Join(dir, "no.csv"): referentials.NotFound,
		many + "/c.csv":              referentials.NotFound,
		"":                           referentials.Invalid,
		dir:                          referentials.Invalid, // several
		"/dev/null":                  referentials.Invalid,
	} {
		if _, err := source.Open(ctx, path, source.Options{}); referentials.CodeOf(err) != code {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestChoiceOfTables(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		t.Helper()
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, c := range map[string]struct {
		data   []byte
		format source.Format
		code   referentials.Code
		said   string
	}{
		"alone.zip":  {zipped(t, "pop.dbf", dbase, "lisez-moi.txt", "notes"), source.DBase, "", ""},
		"two.zip":    {zipped(t, "a.dbf", dbase, "b.dbf", dbase), "", referentials.Invalid, "a.dbf, b.dbf"},
		"beside.zip": {zipped(t, "pop.csv", "a;b\n", "pop.dbf", dbase), source.CSV, "", ""},
		"odd.zip":    {zipped(t, "x.abc", "1", "y.abc", "2"), "", referentials.Invalid, "odd.zip/…"},
	} {
		f, err := source.Open(t.Context(), put(name, c.data), source.Options{})
		switch {
		case c.code != "":
			if referentials.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.said) {
				t.Errorf("%s: %v", name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case f.Format() != c.format, f.Stem() != "pop":
			t.Errorf("%s: %s %s", name, f.Format(), f.Stem())
		}
	}
	put("x.gdb/a00000001.gdbtable", []byte("\x03"))
	_, err := source.Open(t.Context(), filepath.Join(dir, "x.gdb"), source.Options{})
	if referentials.CodeOf(err) != referentials.Unsupported || !strings.Contains(err.Error(), "geodatabase") {
		t.Errorf("x.gdb: %v", err)
	}
}

// TestMaterialiseASet unpacks what a program that is called needs beside the file.
func TestMaterialiseASet(t *testing.T) {
	p := filepath.Join(t.TempDir(), "lieux.zip")
	if err := os.WriteFile(p, zipped(t, "d/lieux.tab", "!table\n", "d/LIEUX.DAT", "dat", "d/other.map", "map", "lieux.id", "id"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := source.Open(t.Context(), p, source.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	tab, cleanup, err := f.Materialise(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer cleanup()
	beside, err := os.ReadDir(filepath.Dir(tab))
	if err != nil || len(beside) != 2 || beside[0].Name() != "lieux.DAT" || beside[1].Name() != "lieux.tab" {
		t.Errorf("%v %v", beside, err)
	}
}

func TestMaterialise(t *testing.T) {
	ctx := context.Background()
	f, err := source.Open(ctx, shared+"bdtopo_12174/v3_BATIMENT.shp.zip", source.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err, " (the shared data folder lies beside the checkout)")
	}
	if f.Format() != source.Shapefile || f.Stem() != "BATIMENT" || !f.HasPart(".dbf") || !f.HasPart(".PRJ") || f.HasPart(".qix") {
		t.Errorf("%s %s", f.Format(), f.Stem())
	}
	prj, err := f.ReadPart(ctx, ".prj", 1<<16)
	if err != nil || !strings.Contains(string(prj), "Lambert") {
		t.Errorf("prj %q %v", prj, err)
	}
	if _, err := f.ReadPart(ctx, ".dbf", 10); referentials.CodeOf(err) != referentials.TooLarge {
		t.Errorf("dbf: %v", err)
	}
	shp, cleanup, err := f.Materialise(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".shp", ".dbf", ".shx", ".prj"} {
		if _, err := os.Stat(strings.TrimSuffix(shp, ".shp") + ext); err != nil {
			t.Error(err)
		}
	}
	// What was unpacked is found again as a set on disk, whichever part is named.
	again, err := source.Open(ctx, strings.TrimSuffix(shp, ".shp")+".dbf", source.Options{})
	if err != nil || again.Name() != "BATIMENT.shp" || len(again.Notes()) != 1 {
		t.Errorf("%v %v", again, err)
	}
	if p, keep, err := again.Materialise(ctx); err != nil || p != shp {
		t.Errorf("%s %v", p, err)
	} else {
		keep()
	}
	cleanup()
	if _, err := os.Stat(filepath.Dir(shp)); !os.IsNotExist(err) {
		t.Errorf("the temporary folder is still there: %v", err)
	}
}

func TestRealFormats(t *testing.T) {
	ctx := context.Background()
	for file, want := range map[string]source.Format{
		"rennes/rva_adresses_2013.csv.gz":             source.CSV,
		"rennes/iris_rennes_metropole.ods.csv.gz":     source.CSV,
		"rennes/iris_rennes_metropole.ods.json.gz":    source.ODSJSON,
		"rennes/batiments_iris163_rennes.ods.json.gz": source.ODSJSON,
		"rennes/etat_trafic_2021.ods.json.gz":         source.ODSJSON,
		"rennes/communes35.geojson.gz":                source.GeoJSON,
		"rennes/rues_osm_2014.geojson.gz":             source.GeoJSON,
		"rennes/redon.osm.gz":                         source.Unknown,
		"bdtopo_12174/v2_ROUTE.shp.zip":               source.Shapefile,
	} {
		f, err := source.Open(ctx, shared+file, source.Options{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if f.Format() != want {
			t.Errorf("%s: %s, because %s", file, f.Format(), f.Reason())
		}
	}
}
