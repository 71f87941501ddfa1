package source_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"socle/referentials/importer/source"
)

// dbase is the header of a table of one row, of one column.
const dbase = "\x03\x7e\x0b\x1e\x01\x00\x00\x00\x41\x00\x05\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x57\x00\x00" +
	"nom\x00\x00\x00\x00\x00\x00\x00\x00C\x00\x00\x00\x00\x04"

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       source.Format
		reason     string
	}{
		{"x.csv", "a;b\n", source.CSV, "plain text"},
		{"x.csv", "\xff\xfea\x00;\x00b\x00\n\x00", source.CSV, "plain text"},
		{"x.json", ` {"type":"FeatureCollection"`, source.GeoJSON, "FeatureCollection"},
		{"x.json", `{"name":"x","features":[`, source.GeoJSON, `"features"`},
		{"x.json", `{"type":"Feature","geometry":{"type":"Point"`, source.GeoJSON, "feature"},
		{"x.geojsonl", `{"type":"Feature","geometry":{"type":"Point"`, source.GeoJSONSeq, "sequence"},
		{"x.json", `{"type":"Feature","geometry":null}` + "\n" + `{"type":"Feature"`, source.GeoJSONSeq, "sequence"},
		{"x.json", "\x1e{}", source.GeoJSONSeq, "record separator"},
		{"x.json", `{"a":1}{"a":2}`, source.ODSJSON, "sequence of JSON objects"},
		{"x.json", `[{"geo_shape":`, source.ODSJSON, "array"},
		{"x.json", `{"nhits": 3, "rec`, source.ODSJSON, "nhits"},
		{"x.json", "\ufeff[", source.ODSJSON, "array"},
		{"x.csv", "PAR1\x15\x04", source.GeoParquet, "Parquet"},
		{"x.gpkg", "SQLite format 3\x00", source.GeoPackage, "SQLite"},
		{"x.fgb", "fgb\x03fgb\x00", source.FlatGeobuf, "FlatGeobuf"},
		{"x.fgb", "fgb\x02fgb\x00", source.FlatGeobuf, "a version before"},
		{"x.csv", "<!DOCTYPE HTML><html>", source.Unknown, "web page"},
		{"x.gml", `<?xml version="1.0"?><wfs:FeatureCollection`, source.Unknown, "GML"},
		{"x.osm", "<?xml version='1.0'?>\n<osm version", source.Unknown, "OpenStreetMap"},
		{"x.7z", "7z\xbc\xaf\x27\x1c", source.Unknown, "7-Zip"},
		{"x.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", source.Unknown, "Excel"},
		{"x.bin", "abc\x00\x01\x02def", source.Unknown, "binary"},
		{"x.csv", " \n\n", source.Unknown, "blanks"},
		{"x.csv", "id;a\n1;x\x00y\n", source.CSV, "plain text"},
		{"x.csv", "id;a\n1;x\x00\x00y\n", source.Unknown, "binary"},
		{"x.dat", "id;a\n1;x\x00y\n", source.Unknown, "binary"},
		{"x.tab", "!table\n!version 300\n", source.Unknown, "MapInfo table"},
		{"x.TAB", "!TABLE\r\n!VERSION 300\r\n", source.Unknown, "MapInfo table"},
		{"x.tab", "a\tb\n1\t2\n", source.CSV, "plain text"},
		{"x.mif", "Version 300\nCharset \"Neutral\"\nDelimiter \",\"", source.Unknown, "MapInfo exchange"},
		{"x.mif", "VERSION   450\r\nDelimiter \";\"\r\n", source.Unknown, "MapInfo exchange"},
		{"x.csv", "version 2\n1;2\n", source.CSV, "plain text"},
		{"x.dxf", "  0\nSECTION\n  2\nHEADER\n", source.Unknown, "DXF"},
		{"x.dxf", "999\r\nby hand\r\n0\r\nSECTION\r\n2\r\n", source.Unknown, "DXF"},
		{"x.thf", "BOMT 12:edp35238.thf", source.Unknown, "EDIGÉO"},
		{"x.dbf", dbase, source.DBase, "dBase"},
		{"x.bin", dbase, source.Unknown, "binary"},
		{"x.dbf", "a;b;c;d;e;f;g\n1;2;3;4;5;6;7;8;9;10;11\n", source.CSV, "plain text"},
	} {
		got, reason := source.Detect(c.name, []byte(c.head))
		if got != c.want || !strings.Contains(reason, c.reason) {
			t.Errorf("%s %q: %s, %s", c.name, c.head, got, reason)
		}
	}
}

func TestParseEncoding(t *testing.T) {
	for s, want := range map[string]source.Encoding{"utf8": source.UTF8, "UTF-8": source.UTF8, "latin-1": source.Latin1, "ISO 8859-15": source.Latin9, "cp1252": source.Windows1252, "UTF-16": source.UTF16LE} {
		if got, err := source.ParseEncoding(s); err != nil || got != want {
			t.Errorf("%s: %s %v", s, got, err)
		}
	}
	if _, err := source.ParseEncoding("klingon"); err == nil {
		t.Error("klingon is taken")
	}
}

func TestSurveyText(t *testing.T) {
	// Sequences cut by the reading's own blocks must not count as broken.
	accents := strings.Repeat("é€😀", 200_000)
	for _, c := range []struct {
		title, text string
		want        source.Encoding
		invalid     int64
		first       int64
		note        string
	}{
		{"ASCII", "abc", source.UTF8, 0, -1, ""},
		{"across blocks", "a" + accents, source.UTF8, 0, -1, ""},
		{"across blocks, shifted", "ab" + accents, source.UTF8, 0, -1, ""},
		{"one late byte", accents + "\xe9", source.UTF8, 1, 200_000 * 9, "UTF-8 but for 1 bytes"},
		{"cut at the end", accents + "\xc3", source.UTF8, 1, 200_000 * 9, "UTF-8 but for 1 bytes"},
		{"encoded twice", strings.Repeat("Ã©tÃ©;", 20), source.UTF8, 0, -1, "encoded twice"},
		{"Latin-9", strings.Repeat("a", 1<<20) + "\xe9", source.Latin9, 0, -1, ""},
	} {
		f, err := source.FromBytes(context.Background(), "x.csv", []byte(c.text), source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.SurveyText(context.Background(), "")
		if err != nil {
			t.Fatal(err)
		}
		if got.Encoding != c.want || got.Invalid != c.invalid || got.First != c.first || !strings.Contains(strings.Join(got.Notes, ""), c.note) || c.note == "" && len(got.Notes) > 0 {
			t.Errorf("%s: %+v", c.title, got)
		}
	}
}

// TestSurveyAgreesWithStandardLibrary judges any bytes as utf8.Valid does.
func TestSurveyAgreesWithStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := append([]byte("a;b;c;d\n"), rapid.SliceOfN(rapid.SampledFrom([]byte("abc;\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff")), 1, 200).Draw(t, "data")...)
		f, err := source.FromBytes(context.Background(), "x.csv", data, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.SurveyText(context.Background(), source.UTF8)
		if err != nil {
			t.Fatal(err)
		}
		if (got.Invalid == 0) != utf8.Valid(data) {
			t.Fatalf("%q: %d invalid bytes", data, got.Invalid)
		}
		if got.Invalid > 0 && (!utf8.Valid(data[:got.First]) || data[got.First] < utf8.RuneSelf) {
			t.Fatalf("%q: the first invalid byte is not at %d", data, got.First)
		}
	})
}

func TestOpenText(t *testing.T) {
	for text, want := range map[string]string{
		"\xef\xbb\xbfAllée":                     "Allée",
		"All\xe9e \xbd":                         "Allée œ",
		"\xff\xfeA\x00\xe9\x00":                 "Aé",
		"\xfe\xff\x00A\x00\xe9":                 "Aé",
		"\xff\xfeA\x00\xe9\x00\x3d\xd8\x00\xde": "Aé😀",
	} {
		f, err := source.FromBytes(context.Background(), "x.txt", []byte(text), source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		survey, err := f.SurveyText(context.Background(), "")
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.OpenText(context.Background(), survey)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != want {
			t.Errorf("%q: %q %v", text, got, err)
		}
	}
}
