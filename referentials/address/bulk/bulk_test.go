package bulk

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"socle/referentials"
	"socle/referentials/address"
)

func village() *address.Index {
	b := address.NewBuilder()
	b.AddCommune(address.Commune{Code: "35238", Name: "Rennes", Postcodes: []string{"35000"}, Position: address.Position{Lon: -1.68, Lat: 48.11}})
	b.AddCommune(address.Commune{Code: "35240", Name: "Le Rheu", Postcodes: []string{"35650"}, Position: address.Position{Lon: -1.79, Lat: 48.1}})
	for _, city := range []string{"35238", "35240"} {
		for n := range int32(20) {
			b.Add(&address.Address{ID: fmt.Sprint(city, "-", n+1), Number: n + 1, StreetName: "Rue de l'Été", CityCode: city,
				Position: address.Position{Lon: -1.7 + float64(n)/1e4, Lat: 48.1}})
		}
	}
	return b.Build("village")
}

func run(t *testing.T, in string, o Options) (rows [][]string, report *Report) {
	t.Helper()
	var out bytes.Buffer
	report, err := Run(t.Context(), village(), strings.NewReader(in), &out, o)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(&out)
	r.Comma = ','
	if strings.Contains(strings.SplitN(in, "\n", 2)[0], ";") {
		r.Comma = ';'
	}
	if rows, err = r.ReadAll(); err != nil {
		t.Fatal(err)
	}
	return rows, report
}

func TestRun(t *testing.T) {
	in := "id;rue;ville\r\n1;12 rue de l'été;Rennes\r\n2;\"12, rue de l'été\";\"Le\nRheu\"\r\n3;;\r\n4;nulle part;ici\r\n5;a;b;c\r\n6;3 rue de l'été\r\n\r\n"
	rows, report := run(t, in, Options{Columns: []string{"rue", "ville"}, Results: []string{"result_id", "result_match_level", "result_status"}})
	want := "[[id rue ville result_id result_match_level result_status] [1 12 rue de l'été Rennes 35238-12 housenumber ok] [2 12, rue de l'été Le\nRheu 35240-12 housenumber ok] " +
		"[3     skipped] [4 nulle part ici   not-found] [5 a b   error] [6 3 rue de l'été  35238-3 housenumber ok]]"
	if got := fmt.Sprint(rows); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if report.Rows != 6 || report.Status["ok"] != 3 || report.Doubtful != 3 || report.Levels["housenumber"] != 3 {
		t.Errorf("%+v", report)
	}
}

func TestColumns(t *testing.T) {
	in := "adresse,insee,cp\n12 rue de l'ete,35240,35650\n12 rue de l'ete,35238,35650\n"
	rows, _ := run(t, in, Options{Columns: []string{"adresse"}, CityCode: "insee", Postcode: "CP", Results: []string{"result_id"}})
	if rows[1][3] != "35240-12" || rows[2][3] != "" || rows[2][4] != StatusNotFound {
		t.Errorf("%v", rows)
	}
	rows, _ = run(t, "lat,lon\n48.1,-1.7\n\"48,1\",\"-1,699\"\n,\n0,0\n", Options{Reverse: true, Results: []string{"result_housenumber", "result_distance"}})
	if got := fmt.Sprint(rows[1:]); got != "[[48.1 -1.7 1 0.0 ok] [48,1 -1,699 11 0.0 ok] [    skipped] [0 0   not-found]]" {
		t.Errorf("%v", got)
	}
}

// TestPositionColumns: where an answer lies is told beside the positions of the file, in
// columns of another name, as the national service does in reverse.
func TestPositionColumns(t *testing.T) {
	for _, c := range []struct {
		in   string
		o    Options
		want string
	}{
		{"rue\n1 rue de l'été rennes\n", Options{Results: []string{"latitude", "result_id"}}, "[[rue latitude result_id result_status] [1 rue de l'été rennes 48.1000000 35238-1 ok]]"},
		{
			"latitude,longitude\n48.1001,-1.7\n", Options{Reverse: true, Results: []string{"longitude", "result_latitude"}},
			"[[latitude longitude result_latitude result_longitude result_status] [48.1001 -1.7 48.1000000 -1.7000000 ok]]",
		},
		{
			"rue,latitude\n1 rue de l'été rennes,48.2\n", Options{Columns: []string{"rue"}, Results: []string{"latitude"}},
			"[[rue latitude result_latitude result_status] [1 rue de l'été rennes 48.2 48.1000000 ok]]",
		},
	} {
		if rows, _ := run(t, c.in, c.o); fmt.Sprint(rows) != c.want {
			t.Errorf("%q gives\n%v, not\n%s", c.in, rows, c.want)
		}
	}
}

// TestReverseFilters: what lies near a position lies in the commune that the row names too.
func TestReverseFilters(t *testing.T) {
	in := "lat,lon,insee,cp,genre\n48.1,-1.7,35238,,\n48.1,-1.7,35240,,\n48.1,-1.7,,35650,\n48.1,-1.7,35238,,street\n48.1,-1.7,99999,,\n"
	rows, _ := run(t, in, Options{Reverse: true, CityCode: "insee", Postcode: "cp", Kind: "genre", Results: []string{"result_citycode", "result_type"}})
	var got []string
	for _, r := range rows[1:] {
		got = append(got, strings.Join(r[5:], " "))
	}
	if want := "[housenumber 35238 ok housenumber 35240 ok housenumber 35240 ok street 35238 ok   not-found]"; fmt.Sprint(got) != want {
		t.Errorf("%v, not %s", got, want)
	}
}

// TestSpreadsheets reads what spreadsheets make of a table.
func TestSpreadsheets(t *testing.T) {
	for name, in := range map[string]string{
		"commas in one column": "rue\n12, rue de l'été, Rennes\n",
		"what a delimiter is":  "sep=;\r\nid;rue\r\n1;12, rue de l'été, Rennes\r\n",
		"a delimiter more":     "id;rue\n1;12, rue de l'été, Rennes;;\n",
		"carriage returns":     "id;rue\r1;12, rue de l'été, Rennes\r",
	} {
		var out bytes.Buffer
		report, err := Run(t.Context(), village(), strings.NewReader(in), &out, Options{Columns: []string{"rue"}, Results: []string{"result_id"}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if lines := strings.Split(out.String(), "\n"); report.Status[StatusOK] != 1 || len(lines) != 3 || !strings.HasSuffix(lines[1], "12, rue de l'été, Rennes;35238-12;ok") {
			t.Errorf("%s: %q, %+v", name, out.String(), report)
		}
	}
}

func TestReview(t *testing.T) {
	var review bytes.Buffer
	run(t, "a\n12 rue de l'été rennes\n12 rue de l'été\n99 rue de l'été rennes\nrennes\nrien de tel\n", Options{Review: &review})
	rows, err := csv.NewReader(&review).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var doubts []string
	for _, r := range rows[1:] {
		doubts = append(doubts, r[len(r)-2])
	}
	if got := fmt.Sprint(doubts); got != "[ambiguous number-missing municipality not-found]" {
		t.Errorf("doubts are %s", got)
	}
}

// TestEncodings sends what spreadsheets and accidents make.
func TestEncodings(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String("numéro;rue\n1;12 rue de l'été, Rennes\n")
	if err != nil {
		t.Fatal(err)
	}
	for encoding, want := range map[string]string{"iso-8859-15": "œ", "latin9": "œ", "windows-1252": "½", "": "½"} {
		if rows, _ := run(t, "rue\n\xbd\n", Options{Encoding: encoding, Results: []string{"result_id"}}); rows[1][0] != want {
			t.Errorf("%q reads %q, not %q", encoding, rows[1][0], want)
		}
	}
	for name, c := range map[string]struct{ in, encoding string }{
		"told":     {latin, "iso-8859-1"},
		"not told": {latin, ""},
		"marked":   {"\xef\xbb\xbfnuméro;rue\n1;12 rue de l'été, Rennes\n", "utf-8"},
	} {
		rows, _ := run(t, c.in, Options{Encoding: c.encoding, Columns: []string{"rue"}, Results: []string{"result_id"}})
		if rows[0][0] != "numéro" || rows[1][1] != "12 rue de l'été, Rennes" || rows[1][2] != "35238-12" {
			t.Errorf("%s: %q", name, rows)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		o    Options
		says string
	}{
		"empty":          {"", Options{}, "empty"},
		"blank":          {" \r\n", Options{}, "empty"},
		"UTF-16":         {"\xff\xfea\x00", Options{}, "UTF-16"},
		"binary":         {"PK\x03\x04\x00\x00", Options{}, "no text"},
		"one long line":  {strings.Repeat("x", 2<<20), Options{}, "the first line has more"},
		"encoding":       {"a\n1\n", Options{Encoding: "ebcdic"}, "ebcdic"},
		"delimiter":      {"a\n1\n", Options{Delimiter: "ab"}, "delimit"},
		"no such column": {"adresse\n1\n", Options{Columns: []string{"adrese"}}, `did you mean "adresse"`},
		"no such result": {"adresse\n1\n", Options{Results: []string{"x"}}, "result_id"},
		"no position":    {"adresse\n1\n", Options{Reverse: true}, "latitude"},
	} {
		_, err := Run(t.Context(), village(), strings.NewReader(c.in), io.Discard, c.o)
		if referentials.CodeOf(err) != referentials.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	cut := io.MultiReader(strings.NewReader("adresse\n1 rue\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := Run(t.Context(), village(), cut, io.Discard, Options{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that is cut short counts as whole: %v", err)
	}
	open := "a,b\n1,\"12 rue de l'été\n" + strings.Repeat("2,12 rue de l'été Rennes\n", 50_000)
	report, err := Run(t.Context(), village(), strings.NewReader(open), io.Discard, Options{})
	if err != nil || report.Status[StatusOK] != 50_000 || report.Status[StatusError] != 1 {
		t.Errorf("a quote that does not close: %+v, %v", report, err)
	}
}

// TestRoundTrip gives back any cells as they came, in any order of batches.
func TestRoundTrip(t *testing.T) {
	x := village()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "columns")
		cell := rapid.StringMatching(`[a-z é"\n,;]{0,12}`)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, n, n), 0, 30).Draw(t, "rows")
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprint("c", i)
		}
		var in, out bytes.Buffer
		w := csv.NewWriter(&in)
		_ = w.Write(names)
		kept := [][]string{}
		for _, r := range rows {
			if strings.TrimSpace(strings.Join(r, "")) != "" || n > 1 {
				kept = append(kept, r)
				_ = w.Write(r)
			}
		}
		w.Flush()
		if _, err := Run(t.Context(), x, &in, &out, Options{Results: []string{"result_status"}, Delimiter: ","}); err != nil {
			t.Fatal(err)
		}
		got, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(got) != len(kept)+1 {
			t.Fatalf("%d rows, want %d: %v", len(got)-1, len(kept), err)
		}
		for i, r := range kept {
			if fmt.Sprint(got[i+1][:n]) != fmt.Sprint(r) {
				t.Fatalf("row %d: %q, want %q", i, got[i+1], r)
			}
		}
	})
}

// endless is a file of so many bytes.
type endless struct{ left int }

func (e *endless) Read(b []byte) (int, error) {
	const line = "17,12 rue de l'été 35000 Rennes\n"
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n+len(line) <= len(b) && e.left > 0 {
		n += copy(b[n:], line)
		e.left -= len(line)
	}
	if n == 0 {
		n = copy(b, line[:min(len(b), len(line))])
		e.left -= n
	}
	return n, nil
}

// TestFlatMemory reads far more than it keeps.
func TestFlatMemory(t *testing.T) {
	x := village()
	size := 200 << 20 / raceShare
	var most uint64
	o := Options{Columns: []string{"a"}, Progress: func(bytes, _ int64) {
		if bytes%(4<<20) < batchBytes {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}}
	report, err := Run(t.Context(), x, io.MultiReader(strings.NewReader("id,a\n"), &endless{size}), io.Discard, o)
	if err != nil || report.Rows < int64(size)/40 {
		t.Fatalf("%+v, %v", report, err)
	}
	if most > 64<<20 {
		t.Errorf("%d MiB were held", most>>20)
	}
}

func FuzzRun(f *testing.F) {
	x := village()
	for _, s := range []string{"a,b\n1,2\n", "a;b\r\n\"1\n\";2", "\"a\"\"b\",c\n\"", "\xef\xbb\xbfa\n\xff\n", "a\tb\n\n\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		report, err := Run(t.Context(), x, bytes.NewReader(in), io.Discard, Options{})
		if err == nil && report.Rows > int64(len(in)) {
			t.Errorf("%d rows of %d bytes", report.Rows, len(in))
		}
	})
}

// BenchmarkRun tells rows a second.
func BenchmarkRun(b *testing.B) {
	x := village()
	var rows int64
	for b.Loop() {
		report, err := Run(b.Context(), x, io.MultiReader(strings.NewReader("id,a\n"), &endless{8 << 20}), io.Discard, Options{Columns: []string{"a"}})
		if err != nil {
			b.Fatal(err)
		}
		rows += report.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
