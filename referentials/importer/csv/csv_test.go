package csv_test

import (
	"context"
	stdcsv "encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/importer/csv"
	"socle/referentials/importer/source"
)

type fataler interface{ Fatal(...any) }

func reader(t fataler, text string, opt csv.Options) *csv.Reader {
	ctx := context.Background()
	f, err := source.FromBytes(ctx, "x.csv", []byte(text), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := csv.Open(ctx, f, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lines writes a whole table, a line per row: names, then values or the error; null is ∅.
func lines(t fataler, r *csv.Reader) []string {
	var names []string
	for _, f := range r.Fields() {
		names = append(names, f.Name)
	}
	out := []string{strings.Join(names, "|")}
	for rec, err := range r.Records(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if rec.Err != nil {
			out = append(out, "! "+rec.Err.Error())
			continue
		}
		var cells []string
		for _, v := range rec.Values {
			if v.IsNull() {
				cells = append(cells, "∅")
			} else {
				cells = append(cells, v.Str())
			}
		}
		if !rec.Geom.IsNull() {
			cells = append(cells, fmt.Sprint(rec.Geom.Type, rec.Geom.XY))
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out
}

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		title, text string
		opt         csv.Options
		want        string // lines, joined by " / "
		note        string // part of a note; "" wants none
	}{
		{"plain", "nom;n\na;1\nb;2\n", csv.Options{}, "nom|n / a|1 / b|2", ""},
		{"no line end", "nom;n\na;1\nb;2", csv.Options{}, "nom|n / a|1 / b|2", ""},
		{"CRLF", "nom,n\r\na,1\r\n\"b\",2\r\n", csv.Options{}, "nom|n / a|1 / b|2", ""},
		{"old Macintosh", "nom;n\ra;1\rb;2\r", csv.Options{}, "nom|n / a|1 / b|2", ""},
		{"tab", "nom\tn\na b\t1\nc,d\t2\n", csv.Options{}, "nom|n / a b|1 / c,d|2", ""},
		{"pipe", "nom|n\na;x|1\nb|2\n", csv.Options{}, "nom|n / a;x|1 / b|2", ""},
		{"decimal commas", "nom;x\na;1,5\nb;2,5\n", csv.Options{}, "nom|x / a|1,5 / b|2,5", ""},
		{"decimal commas without header", "a;1,5;2\nb;2,5;3\n", csv.Options{}, "column_1|column_2|column_3 / a|1,5|2 / b|2,5|3", "no header line"},
		{"byte order mark", "\ufeffnom;n\na;1\n", csv.Options{}, "nom|n / a|1", ""},
		{"quotes", "nom;n\n\"a \"\"b\"\"; c\";1\n\"\";2\n", csv.Options{}, "nom|n / a \"b\"; c|1 / ∅|2", ""},
		{"line end in quotes", "nom;n\n\"a\nb\";1\nc;x;2\n", csv.Options{}, "nom|n / a\nb|1 / ! row 2, line 4: it has 3 fields where the header has 2", ""},
		{"blanks around quotes", "nom, n, l\na, 1, \"x, y\" \nb, 2, z\n", csv.Options{}, "nom|n|l / a| 1|x, y / b| 2| z", ""},
		{"stray quotes", "nom;n\n\"La Touche\" bis;1\n12\" pouces;2\n\"ouvert;3\nb;4\n", csv.Options{}, "nom|n / \"La Touche\" bis|1 / 12\" pouces|2 / \"ouvert|3 / b|4", "2 rows have quotes that do not match, first row 1"},
		{"quotes that hide a delimiter", "nom;n\n\"a;b\" c;1\nb;4\nc;5\n", csv.Options{}, "nom|n / ! row 1, line 2: text follows a closing quote / b|4 / c|5", ""},
		{"blank lines", "\nnom;n\n\na;1\n\n\nb;2\n\n", csv.Options{}, "nom|n / a|1 / b|2", ""},
		{"empty cells", "nom;n\n;1\na;\n;\n", csv.Options{}, "nom|n / ∅|1 / a|∅ / ∅|∅", ""},
		{"short and long rows", "a;n\nx;1\ny\nz;2;3\nt;4\n", csv.Options{}, "a|n / x|1 / ! row 2, line 3: it has 1 fields where the header has 2 / ! row 3, line 4: it has 3 fields where the header has 2 / t|4", ""},
		{"one delimiter more at the end", "a;n\nx;1;\ny;2;\n", csv.Options{}, "a|n / x|1 / y|2", "2 rows end with empty fields"},
		{"header longer than rows", "a;n;;\nx;1\ny;2\n", csv.Options{}, "a|n / x|1 / y|2", ""},
		{"row names", "a;n\n1;x;1\n2;y;2\n", csv.Options{}, "a|n / ! row 1, line 2: it has 3 fields where the header has 2 / ! row 2, line 3: it has 3 fields where the header has 2", ""},
		{"row names asked for", "a;n\n1;x;1\n2;y;2\n", csv.Options{RowNames: true}, "column_1|a|n / 1|x|1 / 2|y|2", "has no name"},
		{"row names, last column empty at times", "a;n;v\n1;x;1;\n2;y;2;5\n", csv.Options{}, "a|n|v / ! row 1, line 2: it has 4 fields where the header has 3 / ! row 2, line 3: it has 4 fields where the header has 3", ""},
		{"names that come again", "n;n;n_2;\n1;2;3;4\n", csv.Options{}, "n|n_3|n_2|column_4 / 1|2|3|4", "comes again"},
		{"no header", "35238;Rue;a\n35238;Rue;b\n", csv.Options{}, "column_1|column_2|column_3 / 35238|Rue|a / 35238|Rue|b", "no header line"},
		{"header forced away", "nom;n\na;1\n", csv.Options{Header: csv.NoHeader}, "column_1|column_2 / nom|n / a|1", ""},
		{"header forced", "x;y\nnom;n\na;1\n", csv.Options{Header: 2}, "nom|n / a|1", ""},
		{"texts only", "nom;ville\na;Rennes\nb;Rennes\n", csv.Options{}, "nom|ville / a|Rennes / b|Rennes", ""},
		{"texts without header", "a;Rennes;x\nb;Rennes;y\nc;Rennes;z\n", csv.Options{}, "column_1|column_2|column_3 / a|Rennes|x / b|Rennes|y / c|Rennes|z", "no header line"},
		{"years as names", "code;nom;2010;2015\n1;a;5;6\n2;b;7;8\n", csv.Options{}, "code|nom|2010|2015 / 1|a|5|6 / 2|b|7|8", ""},
		{"header only", "nom;ville\n", csv.Options{}, "nom|ville", ""},
		{"titles", "Population légale\n\nSource : INSEE\ncode;nom;pop\n1;a;5\n2;b;6\n", csv.Options{}, "code|nom|pop / 1|a|5 / 2|b|6", "2 lines before the header"},
		{"titles as wide as the table", "Titre;;;\ncode;nom;pop;x\n1;a;5;1\n2;b;6;2\n", csv.Options{}, "code|nom|pop|x / 1|a|5|1 / 2|b|6|2", "1 lines before the header"},
		{"two header lines", "Code de la commune;Nom de la commune;Population en 2015\nCOD;NOM;POP\n1;a;5\n2;b;6\n", csv.Options{}, "COD|NOM|POP / 1|a|5 / 2|b|6", "two lines"},
		{"Excel's sep", "sep=|\nnom|n\na;b;c|1\n", csv.Options{}, "nom|n / a;b;c|1", ""},
		{"joined files", "nom;n\na;1\nnom;n\nb;2\n", csv.Options{}, "nom|n / a|1 / ! row 2, line 3: it repeats the header / b|2", ""},
		{"one column", "nom\na\nb\n", csv.Options{}, "nom / a / b", "one column"},
		{"DOS end", "nom;n\na;1\n\x1a", csv.Options{}, "nom|n / a|1", ""},
		{"delimiter forced", "a;b,c\n1;2,3\n", csv.Options{Delimiter: ','}, "a;b|c / 1;2|3", ""},
	} {
		t.Run(c.title, func(t *testing.T) {
			r := reader(t, c.text, c.opt)
			if got := strings.Join(lines(t, r), " / "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			notes := strings.Join(r.Notes(), "\n")
			if (notes == "") != (c.note == "") || !strings.Contains(notes, c.note) {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	utf16 := func(s string, big, bom bool) string {
		var b []byte
		put := func(c rune) {
			if big {
				b = append(b, byte(c>>8), byte(c))
			} else {
				b = append(b, byte(c), byte(c>>8))
			}
		}
		if bom {
			put(0xfeff)
		}
		for _, c := range s {
			put(c)
		}
		return string(b)
	}
	long := strings.Repeat("abc;1\n", 300_000)
	for _, c := range []struct {
		title, text, last string
		encoding          source.Encoding
		forced            source.Encoding
	}{
		{"UTF-8", "nom;n\nAllée;1\n", "Allée|1", source.UTF8, ""},
		{"ISO-8859-15", "nom;n\nAll\xe9e \xbduvre \xa4;1\n", "Allée œuvre €|1", source.Latin9, ""},
		{"Windows", "nom;n\nl\x92All\xe9e;1\n", "l’Allée|1", source.Windows1252, ""},
		{"DOS", "nom;n\nAll\x82e;1\n", "Allée|1", source.CP850, ""},
		{"Macintosh", "nom;n\nAll\x8ee;1\n", "Allée|1", source.MacRoman, ""},
		{"UTF-16LE", utf16("nom;n\nAllée;1\n", false, true), "Allée|1", source.UTF16LE, ""},
		{"UTF-16BE", utf16("nom;n\nAllée;1\n", true, true), "Allée|1", source.UTF16BE, ""},
		{"UTF-16LE unmarked", utf16("nom;n\nAllée des Tilleuls;1\n", false, false), "Allée des Tilleuls|1", source.UTF16LE, ""},
		{"late accent", "nom;n\n" + long + "All\xe9e;1\n", "Allée|1", source.Latin9, ""},
		{"late accent in UTF-8", "nom;n\n" + long + "Allée;1\n", "Allée|1", source.UTF8, ""},
		{"forced", "nom;n\nl\x92All\xe9e;1\n", "l\u0092Allée|1", source.Latin1, source.Latin1},
		{"mixed", "nom;n\nAllée é è à;1\nAll\xe9e;1\n", "! row 2, line 3: it holds bytes that are not UTF-8: the file mixes encodings", source.UTF8, ""},
	} {
		t.Run(c.title, func(t *testing.T) {
			r := reader(t, c.text, csv.Options{Encoding: c.forced})
			got := lines(t, r)
			if got[len(got)-1] != c.last || r.Encoding() != c.encoding {
				t.Errorf("%s: %q", r.Encoding(), got[len(got)-1])
			}
		})
	}
}

func TestRaw(t *testing.T) {
	text := "nom;n\r\n\"All\xe9e\nb\";1\r\n c ;2;3\r\nd;4"
	var got []string
	for rec := range reader(t, text, csv.Options{}).Records(context.Background()) {
		got = append(got, string(rec.Raw()))
	}
	if want := []string{"\"All\xe9e\nb\";1", " c ;2;3", "d;4"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	wide := "\xff\xfen\x00;\x00m\x00\n\x00\xe9\x00;\x001\x00\n\x00"
	for rec := range reader(t, wide, csv.Options{}).Records(context.Background()) {
		if got := string(rec.Raw()); got != "\xe9\x00;\x001\x00" {
			t.Errorf("%q", got)
		}
	}
}

func TestRagged(t *testing.T) {
	r := reader(t, "a;n\n1;x;1\n2;y;2\n", csv.Options{})
	if g := r.Ragged(); !g.OneMore() || !g.LeadingUnnamed || g.Complete {
		t.Errorf("before a walk: %+v", g)
	}
	lines(t, r)
	if g := r.Ragged(); !g.OneMore() || !g.LeadingUnnamed || !g.Complete || g.String() != "header of 2 fields, 2 rows of 3 fields" {
		t.Errorf("after a walk: %+v", g)
	}
	if g := reader(t, "a;n\nu;x;1\nu;y;2\n", csv.Options{}).Ragged(); !g.OneMore() || g.LeadingUnnamed {
		t.Errorf("first fields not all different: %+v", g)
	}
}

func TestTitles(t *testing.T) {
	f := reader(t, "COD;POP\nCode de la commune;Population en 2015\n1;5\n2;6\n", csv.Options{}).Fields()
	if f[1] != (source.Field{Name: "POP", Title: "Population en 2015"}) {
		t.Errorf("%+v", f)
	}
}

func TestOpenRefuses(t *testing.T) {
	for title, c := range map[string]struct {
		text string
		opt  csv.Options
		want string
	}{
		"header beyond the file": {"a;b\n", csv.Options{Header: 9}, "no header line 9"},
		"unknown column":         {"a;b\n1;2\n", csv.Options{Geometry: &csv.Geometry{Kind: csv.WKT, Columns: []string{"c"}}}, `no column "c"`},
		"one column for a pair":  {"a;b\n1;2\n", csv.Options{Geometry: &csv.Geometry{Kind: csv.XY, Columns: []string{"a"}}}, "made of 2 columns"},
		"blank":                  {"\n\n\n", csv.Options{}, "no row"},
		"too many columns":       {strings.Repeat("a;", 2000) + "a\n", csv.Options{}, "2001 columns"},
	} {
		f, err := source.FromBytes(context.Background(), "x.csv", []byte(c.text), source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := csv.Open(context.Background(), f, c.opt); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.csv: ") {
			t.Errorf("%s: %v", title, err)
		}
	}
}

func TestLongRow(t *testing.T) {
	text := "nom;n\na;1\n" + strings.Repeat("x", 400_000) + ";2\nb;3\n"
	r := reader(t, text, csv.Options{MaxRow: 300_000})
	var last error
	for _, err := range r.Records(context.Background()) {
		last = err
	}
	if referentials.CodeOf(last) != referentials.TooLarge || !strings.Contains(last.Error(), "x.csv, line 3") {
		t.Errorf("%v", last)
	}
	// An open quote costs its own line, not the file.
	text = "nom;n\n\"a;1\n" + strings.Repeat("b;2\n", 200_000)
	r = reader(t, text, csv.Options{MaxRow: 300_000})
	if got := lines(t, r); len(got) != 200_002 || got[1] != "\"a|1" {
		t.Errorf("%d lines, %q", len(got), got[:3])
	}
}

// TestRoundTrip writes tables with the standard library and reads them back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 6).Draw(t, "width")
		cell := rapid.OneOf(rapid.StringMatching(`[a-zé"';,|\t\n ]{0,8}`), rapid.StringMatching(`-?[0-9]{1,4}[.,][0-9]{1,3}`))
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 20).Draw(t, "rows")
		delim := rapid.SampledFrom([]rune(";,|\t")).Draw(t, "delimiter")
		var b strings.Builder
		w := stdcsv.NewWriter(&b)
		w.Comma, w.UseCRLF = delim, rapid.Bool().Draw(t, "crlf")
		head := make([]string, width)
		for i := range head {
			head[i] = fmt.Sprintf("c%d", i)
		}
		if err := w.WriteAll(append([][]string{head}, rows...)); err != nil {
			t.Fatal(err)
		}
		r := reader(t, b.String(), csv.Options{Delimiter: byte(delim), Header: 1, Geometry: &csv.Geometry{}})
		i := 0
		for rec, err := range r.Records(context.Background()) {
			if err != nil || rec.Err != nil {
				t.Fatal(err, rec.Err)
			}
			for j, v := range rec.Values {
				want := rows[i][j]
				if w.UseCRLF {
					want = strings.ReplaceAll(want, "\n", "\r\n")
				}
				if v.Str() != want || v.IsNull() != (want == "") {
					t.Fatalf("row %d: %q, want %q in %q", i, v.Str(), want, b.String())
				}
			}
			i++
		}
		if i != len(rows) {
			t.Fatalf("%d rows of %d in %q", i, len(rows), b.String())
		}
	})
}

func FuzzRecords(f *testing.F) {
	for _, s := range []string{
		"nom;n\na;1\n", "\ufeffa,b\r\n\"x\"\"y\n\",2\r\n", "a;\"b\n\"c\" d;e\n", "\xff\xfea\x00;\x00b\x00\n\x00", "x;y;wkt\n1;2;POINT Z (1 2 3)\n",
		"Geo Shape;Geo Point\n\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[1,2]}\";2, 1\n", "sep=;\na;b\n1;2", "lon,lat\n-1.6,48.1\nNA,\n",
	} {
		f.Add([]byte(s), byte(0), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, delim byte, names bool) {
		ctx := context.Background()
		file, err := source.FromBytes(ctx, "x.csv", data, source.Options{})
		if err != nil {
			return
		}
		if delim == '"' || delim == '\n' || delim == '\r' || delim >= 0x80 {
			delim = 0
		}
		r, err := csv.Open(ctx, file, csv.Options{Delimiter: delim, RowNames: names, MaxRow: 1 << 16})
		if err != nil {
			return
		}
		n := int64(0)
		for rec, err := range r.Records(ctx) {
			if err != nil {
				break
			}
			if n++; rec.Number != n {
				t.Fatalf("row %d is numbered %d", n, rec.Number)
			}
			raw := rec.Raw()
			if !r.Encoding().IsWide() && !strings.Contains(string(data), string(raw)) {
				t.Fatalf("%q is not in the file", raw)
			}
			if rec.Err == nil && len(rec.Values) != len(r.Fields()) {
				t.Fatalf("%d values for %d fields", len(rec.Values), len(r.Fields()))
			}
		}
		if g := r.Ragged(); g.Complete && g.Rows != n {
			t.Fatalf("%d rows, %d counted", n, g.Rows)
		}
	})
}

func TestGeometry(t *testing.T) {
	l93, cc48 := crs.EPSG(2154), crs.EPSG(3948)
	for _, c := range []struct {
		title, text string
		kind        csv.Kind
		crs         crs.CRS
		want        string
	}{
		{"lon, lat", "id;lon;lat\n1;-1,6;48.1\n2;;\n3;0;0\n4;NA;48\n", csv.XY, crs.CRS84, "id|lon|lat / 1|-1,6|48.1|Point [-1.6 48.1] / 2|∅|∅ / 3|0|0 / 4|NA|48"},
		{"lat before lon", "latitude;longitude\n48.1;-1.6\n", csv.XY, crs.CRS84, "latitude|longitude / 48.1|-1.6|Point [-1.6 48.1]"},
		{"system of its name first", "x;y;X_CC48;Y_CC48\n351003;6788257;1362371,13;7224509,27\n", csv.XY, cc48, "x|y|X_CC48|Y_CC48 / 351003|6788257|1362371,13|7224509,27|Point [1.36237113e+06 7.22450927e+06]"},
		{"Lambert-93 by its values", "X;Y;n\n351 003,5;6788257;a\n", csv.XY, l93, "X|Y|n / 351 003,5|6788257|a|Point [351003.5 6.788257e+06]"},
		{"CC48 by its values", "coord_x;coord_y\n1362371;7224509\n", csv.XY, cc48, "coord_x|coord_y / 1362371|7224509|Point [1.362371e+06 7.224509e+06]"},
		{"LAMBERT_93_X", "LAMBERT_93_X;LAMBERT_93_Y\n351003;6788257\n", csv.XY, l93, "LAMBERT_93_X|LAMBERT_93_Y / 351003|6788257|Point [351003 6.788257e+06]"},
		{"a word within a name is none", "taux;tauy;lon_x\n1;2;3\n", csv.NoGeometry, crs.CRS{}, "taux|tauy|lon_x / 1|2|3"},
		{"not numbers", "x;y\noui;non\n", csv.NoGeometry, crs.CRS{}, "x|y / oui|non"},
		{"geo point", "id;geo_point_2d\n1;48.1, -1.6\n2;\n", csv.LatLon, crs.CRS84, "id / 1|Point [-1.6 48.1] / 2"},
		{"shape over point", "Geo Point;Geo Shape;id\n48.1, -1.6;\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [-1.6, 48.2]}\";1\n48.1, -1.6;;2\n", csv.GeoJSON, crs.CRS{}, "id / 1|Point [-1.6 48.2] / 2"},
		{"WKT", "id;geom\n1;POLYGON ((0 0, 1 0, 1 1, 0 0))\n2;\n3;POINT EMPTY\n4;POINT (1\n", csv.WKT, crs.CRS{}, "id / 1|Polygon [0 0 1 0 1 1 0 0] / 2 / 3 / ! row 4, line 5: a position of its WKT has 1 ordinates"},
		{"EWKT", "rnb_id;point\nA;SRID=4326;POINT(1 2)\n", csv.NoGeometry, crs.CRS{}, "rnb_id|point / ! row 1, line 2: it has 3 fields where the header has 2"},
		{"EWKT quoted", "rnb_id;point\nA;\"SRID=2154;POINT Z (1 2 3)\"\nB;\"SRID=3948;POINT (1 2)\"\n", csv.WKT, l93, "rnb_id / A|Point [1 2] / ! row 2, line 3: its SRID 3948 is not that of the other rows (EPSG:2154)"},
		{"WKT after a row without", "id;geom\n1;\n2;POINT (1 2)\n", csv.WKT, crs.CRS{}, "id / 1 / 2|Point [1 2]"},
		{"EWKT after a row without", "id;geom\n1;\n2;\"SRID=2154;POINT (1 2)\"\n", csv.WKT, l93, "id / 1 / 2|Point [1 2]"},
		{"WKB", "id;geom\n1;0101000020E6100000000000000000F03F0000000000000040\n", csv.WKB, crs.CRS84, "id / 1|Point [1 2]"},
	} {
		t.Run(c.title, func(t *testing.T) {
			r := reader(t, c.text, csv.Options{})
			if got := strings.Join(lines(t, r), " / "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if g := r.Geometry(); g.Kind != c.kind || g.CRS != c.crs || r.CRS() != c.crs {
				t.Errorf("kind %q crs %s", g.Kind, g.CRS)
			}
		})
	}
}
