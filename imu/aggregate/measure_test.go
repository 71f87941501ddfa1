package aggregate

import (
	"math"
	"testing"

	"socle/referentials"
)

var null = math.NaN()

// TestMeasures holds each measure against numbers worked out by hand; see four.
func TestMeasures(t *testing.T) {
	w := newWorld(t, 2, four(), nil)
	for _, c := range []struct {
		measure string
		want    [4]float64
		unit    string
	}{
		{"count", [4]float64{3, 2, 1, null}, "1"},
		{"sum(kwh)", [4]float64{90, 12, null, null}, "kW.h"},
		{"sum(sites)", [4]float64{4, 4, 1, null}, "1"},
		{"mean(kwh)", [4]float64{30, 6, null, null}, "kW.h"},
		{"mean(rate)", [4]float64{(50 + 2*20) / 3., (3*10 + 30) / 4., 90, null}, "%"},
		{"mean(rate,weight=kwh)", [4]float64{(10*50 + 20*20) / 30., (5*10 + 7*30) / 12., null, null}, "%"},
		{"min(kwh)", [4]float64{10, 5, null, null}, "kW.h"},
		{"max(sites)", [4]float64{2, 3, 1, null}, "1"},
		{"median(kwh)", [4]float64{20, 6, null, null}, "kW.h"},
		{"quantile(kwh,0.25)", [4]float64{15, 5.5, null, null}, "kW.h"},
		{"quantile(kwh,1)", [4]float64{60, 7, null, null}, "kW.h"},
		{"share", [4]float64{3 / 7., 2 / 7., 1 / 7., null}, "1"},
		{"share(kwh)", [4]float64{90 / 202., 12 / 202., null, null}, "1"},
		{"ratio(kwh,sites)", [4]float64{90 / 4., 12 / 4., null, null}, "kW.h"},
		{"density(kwh)", [4]float64{90, 12, null, null}, "kW.h/har"},
		{"density(count)", [4]float64{3, 2, 1, null}, "1/har"},
		{"density(kwh,per=sites)", [4]float64{22.5, 3, null, null}, "kW.h"},
		{"density(count,per=sites)", [4]float64{3 / 4., 2 / 4., 1, null}, "1"},
		{"std(kwh)", [4]float64{math.Sqrt((400 + 100 + 900) / 3.), 1, null, null}, "kW.h"},
		{"std(rate)", [4]float64{math.Sqrt(200), math.Sqrt((3*25 + 225) / 4.), 0, null}, "%"},
		{"std(height,weight=sites)", [4]float64{math.Sqrt((8.75*8.75 + 2*3.75*3.75 + 16.25*16.25) / 4), math.Sqrt((3*.0625 + .5625) / 4), null, null}, "m"},
	} {
		rel := mustRun(t, w.request(t, c.measure))
		for k, want := range c.want {
			got, _ := rel.Table.Value(0, k, 0, 0)
			if !near(got, want) {
				t.Errorf("%s of b%d is %v, want %v", c.measure, k, got, want)
			}
		}
		if got := rel.Table.Measures()[0]; got.Unit != c.unit {
			t.Errorf("%s is in %q, want %q", c.measure, got.Unit, c.unit)
		}
		if s := rel.Table.Status(3, 0, 0); s != Empty {
			t.Errorf("%s: a cell without data is %s", c.measure, s)
		}
	}
}

func TestWholeNumbersStayWhole(t *testing.T) {
	w := newWorld(t, 2, four(), nil)
	rel := mustRun(t, w.request(t, "count,sum(sites),max(sites),sum(kwh),mean(sites)"))
	for m, want := range []referentials.FieldType{referentials.Integer, referentials.Integer, referentials.Integer, referentials.Number, referentials.Number} {
		if got := rel.Table.Measures()[m]; got.Type != want {
			t.Errorf("%s is a %s, want %s", got.Name, got.Type, want)
		}
	}
}

func TestCategories(t *testing.T) {
	w := newWorld(t, 2, four(), nil)
	r := w.request(t, "count,sum(kwh),share(kwh),median(kwh)")
	r.By = "sector"
	rel := mustRun(t, r)
	if got := rel.Table.Categories(); len(got) != 3 || got[0] != "?" || got[1] != "A" || got[2] != "B" {
		t.Fatalf("categories %q", got)
	}
	for _, c := range []struct {
		measure, category int
		want              [4]float64
	}{
		{0, 0, [4]float64{3, 2, 1, null}},
		{0, 1, [4]float64{0, 1, 0, null}},
		{0, 2, [4]float64{2, 1, 0, null}},
		{0, 3, [4]float64{1, 0, 1, null}},
		{1, 0, [4]float64{90, 12, null, null}},
		{1, 1, [4]float64{null, 7, null, null}},
		{1, 2, [4]float64{70, 5, null, null}},
		{2, 2, [4]float64{70 / 90., 5 / 12., null, null}},
		{2, 3, [4]float64{20 / 90., null, null, null}},
		{3, 0, [4]float64{20, 6, null, null}},
		{3, 2, [4]float64{35, 5, null, null}},
	} {
		for k, got := range columnOf(rel.Table, c.measure, 0, c.category) {
			if !near(got, c.want[k]) {
				t.Errorf("%s of b%d, category %d, is %v, want %v", rel.Table.Measures()[c.measure].Name, k, c.category, got, c.want[k])
			}
		}
	}
}

func TestBins(t *testing.T) {
	w := newWorld(t, 2, four(), nil)
	r := w.request(t, "sum(kwh),count")
	r.Bin = Year
	rel := mustRun(t, r)
	if got := rel.Table.Bins(); len(got) != 2 || got[0] != "2022" || got[1] != "2023" {
		t.Fatalf("bins %q", got)
	}
	for b, want := range [][4]float64{{30, 5, null, null}, {60, 7, null, null}} {
		for k, got := range columnOf(rel.Table, 0, b, 0) {
			if !near(got, want[k]) {
				t.Errorf("bin %d of b%d is %v, want %v", b, k, got, want[k])
			}
		}
	}
	list := four()
	list[0].year, list[3].year = -1, -1
	r.Source = newWorld(t, 2, list, nil).meters
	notes := mustRun(t, r).Receipt.Notes
	if len(notes) != 1 || notes[0].EN != "Rows without a time: 2; they are in no period." {
		t.Errorf("of rows without a time it notes %q", notes)
	}
	months := newWorld(t, 2, four(), func(d *referentials.Descriptor) {
		d.Fields[d.FieldIndex("year")].Role = referentials.Plain
		d.Fields[d.FieldIndex("seen")].Role = referentials.Time
	})
	r = months.request(t, "count")
	r.Bin = Month
	// Days 19,700 to 19,820 are from 9 December 2023 to 7 April 2024, twenty days apart.
	got := mustRun(t, r).Table.Bins()
	for b, want := range []string{"2023-12", "2024-01", "2024-02", "2024-03", "2024-04"} {
		if b >= len(got) || got[b] != want {
			t.Fatalf("bins %q, want %s at %d", got, want, b)
		}
	}
}

// TestRows has a table leave as rows that fit their descriptor, in each form.
func TestRows(t *testing.T) {
	w := newWorld(t, 2, four(), nil)
	for _, c := range []struct {
		by   string
		bin  Bin
		wide bool
		rows int
		key  string // of row 1
		all  string // the fields
	}{
		{"", NoBin, false, 4, "b1", "block name count sum_kwh status reason"},
		{"sector", NoBin, false, 16, "b0|?", "id block name sector count sum_kwh status reason"},
		{"sector", Year, false, 32, "b0|2022|?", "id block name period sector count sum_kwh status reason"},
		{"sector", NoBin, true, 4, "b1", "block name count sum_kwh status reason count_? sum_kwh_? status_? reason_? count_A sum_kwh_A status_A reason_A count_B sum_kwh_B status_B reason_B"},
		{"", Year, true, 4, "b1", "block name count_2022 sum_kwh_2022 status_2022 reason_2022 count_2023 sum_kwh_2023 status_2023 reason_2023"},
	} {
		r := w.request(t, "count,sum(kwh)")
		r.By, r.Bin, r.Wide = c.by, c.bin, c.wide
		rel := mustRun(t, r)
		d := rel.Descriptor()
		if err := d.Validate(); err != nil {
			t.Fatal(err)
		}
		names := ""
		for _, f := range d.Fields {
			names += " " + f.Name
		}
		if names[1:] != c.all {
			t.Errorf("by %q %q: fields%s, want %s", c.by, c.bin, names, c.all)
		}
		keys := map[string]bool{}
		n := 0
		for row, err := range rel.Table.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			if err := d.CheckRow(row); err != nil {
				t.Fatal(err)
			}
			key := row.Values[d.KeyIndex()].String()
			if keys[key] {
				t.Errorf("key %q comes twice", key)
			}
			keys[key] = true
			if n == 1 && key != c.key {
				t.Errorf("row 1 is %q, want %q", key, c.key)
			}
			n++
		}
		if n != c.rows || n != rel.Table.RowLen() {
			t.Errorf("by %q %q: %d rows, want %d", c.by, c.bin, n, c.rows)
		}
	}
}
