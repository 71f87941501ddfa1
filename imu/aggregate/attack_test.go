package aggregate

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// drawReadings gives meters of few sites each, all over n × n blocks and beside them. Values
// have digits enough to be known again wherever they turn up.
func drawReadings(t *rapid.T, n int) []reading {
	sectors := []string{"A", "B", ""}
	list := make([]reading, rapid.IntRange(0, 60).Draw(t, "meters"))
	for i := range list {
		list[i] = reading{
			x: float64(rapid.IntRange(0, n*100+40).Draw(t, "x")) + 0.5, y: float64(rapid.IntRange(0, n*100).Draw(t, "y")) + 0.5,
			kwh: float64(rapid.IntRange(0, 9).Draw(t, "none")), sites: int64(rapid.IntRange(1, 9).Draw(t, "sites")), rate: 10,
			sector: sectors[rapid.IntRange(0, 2).Draw(t, "sector")], year: 2022,
		}
		if list[i].kwh > 0 {
			list[i].kwh = rapid.Float64Range(1, 5000).Draw(t, "kwh") + math.Mod(math.Exp(float64(i%17)+1/float64(i+2)), 1)
		}
		if rapid.IntRange(0, 2).Draw(t, "placed") == 0 {
			list[i].place = districtKey(rapid.IntRange(0, (n+1)/2*((n+1)/2)-1).Draw(t, "district"))
		}
	}
	return list
}

// span is a space of sums, kept as rows in echelon form: what anyone can compute.
type span struct {
	rows   [][]float64
	pivots []int
}

// rest gives what is left of v outside the space.
func (s *span) rest(v []float64) []float64 {
	v = append([]float64(nil), v...)
	for k, row := range s.rows {
		if f := v[s.pivots[k]]; f != 0 {
			for i := range v {
				v[i] -= f * row[i]
			}
		}
	}
	return v
}

func (s *span) add(v []float64) {
	v = s.rest(v)
	pivot := 0
	for i := range v {
		if math.Abs(v[i]) > math.Abs(v[pivot]) {
			pivot = i
		}
	}
	if len(v) == 0 || math.Abs(v[pivot]) < 1e-9 {
		return
	}
	f := v[pivot]
	for i := range v {
		v[i] /= f
	}
	s.rows, s.pivots = append(s.rows, v), append(s.pivots, pivot)
}

func (s *span) holds(v []float64) bool {
	for _, x := range s.rest(v) {
		if math.Abs(x) > 1e-9 {
			return false
		}
	}
	return true
}

// figure is one sum of the release: which readings are in it.
type figure struct {
	name   string
	in     []float64
	hidden bool
}

// figuresOf works out by brute force what each figure of a release is the sum of.
func figuresOf(w world, r *Request, rel *Release, list []reading, n int) (all []figure) {
	side := (n + 1) / 2
	block := make([]int, len(list))
	for i, m := range list {
		block[i] = blockOf(&m, n)
	}
	pick := func(of func(i int) bool) []float64 {
		v := make([]float64, len(list))
		for i := range v {
			if of(i) {
				v[i] = 1
			}
		}
		return v
	}
	kept := func(i int) bool { return r.Where == nil || list[i].sector == "A" }
	for k := range rel.Table.Len() {
		for c := range rel.Table.figures() {
			all = append(all, figure{"cell", pick(func(i int) bool {
				sector := list[i].sector
				if sector == "" {
					sector = unknown
				}
				return kept(i) && block[i] == k && (c == 0 || rel.Table.Categories()[c-1] == sector)
			}), rel.Table.Status(k, 0, c) == Hidden})
		}
	}
	district := func(i int) int {
		if k := block[i]; k >= 0 {
			return k/n/2*side + k%n/2
		}
		for d := range side * side {
			if list[i].place == districtKey(d) {
				return d
			}
		}
		return -1
	}
	for _, p := range rel.Parents {
		for d := range p.Len() {
			all = append(all, figure{"district", pick(func(i int) bool { return kept(i) && district(i) == d }), p.Status(d, 0, 0) == Hidden})
		}
	}
	b := rel.Receipt.Balance[0]
	all = append(all, figure{"total", pick(kept), b.Total == nil},
		figure{"unmatched", pick(func(i int) bool { return kept(i) && block[i] < 0 }), b.Unmatched == nil})
	return all
}

// attackFilter takes a filtered release from the one without the filter: what the filter
// left out of a cell must not be exposed by it.
func attackFilter(t *rapid.T, w world, r Request, filtered *Release, list []reading, n int, p *disclosure.Profile) {
	some := figuresOf(w, &r, filtered, list, n)
	r.Where = nil
	all := figuresOf(w, &r, mustRun(t, r), list, n)
	for k := range all {
		dropped := figure{in: make([]float64, len(list))}
		for i := range list {
			dropped.in[i] = all[k].in[i] - some[k].in[i]
		}
		c := dropped.cell(list, p)
		if !some[k].hidden && !all[k].hidden && p.Judge(c).Hidden() && c.Value > 0 {
			t.Fatalf("a filter gives away %d units of a %s", c.Units, all[k].name)
		}
	}
}

// cell is what the rules see of a figure.
func (f *figure) cell(list []reading, p *disclosure.Profile) (c disclosure.Cell) {
	for i, in := range f.in {
		if v := list[i].kwh * in; v > 0 || in > 0 && !p.Active {
			c.Units, c.Value, c.Largest = c.Units+list[i].sites, c.Value+v, max(c.Largest, v)
		}
	}
	return c
}

func drawSecret(t *rapid.T, profile string, n int) (world, Request, []reading) {
	list := drawReadings(t, n)
	w := tables(t, n, list, secret(profile))
	r := w.request(t, "sum(kwh),count,mean(kwh),mean(rate)")
	if rapid.Bool().Draw(t, "by") {
		r.By = "sector"
	}
	if rapid.Bool().Draw(t, "parents") {
		r.Parents = []*snapshot.Collection{w.districts}
	}
	if r.By == "" && rapid.IntRange(0, 3).Draw(t, "filter") == 0 {
		r.Where = mustBind(t, "sector = 'A'", r.Source)
	}
	return w, r, list
}

// TestCategoriesLeaveNothingOut hides more of a cell, or the cell, where one category is most
// of it: less that category, it would be a partial total of no law, and its own total of all.
func TestCategoriesLeaveNothingOut(t *testing.T) {
	var list []reading
	for range 4 {
		list = append(list, reading{x: 10, y: 10, kwh: 500, sites: 5, sector: "A", year: 2022})
	}
	list = append(list, reading{x: 20, y: 10, kwh: 160_000, sites: 2, sector: "B", year: 2022})
	for k := range 3 {
		list = append(list, reading{x: 110 - 100*float64(k/2), y: 10 + 100*float64((k+1)/2), kwh: 9_000, sites: 20, sector: "A", year: 2022})
	}
	w := tables(t, 2, list, secret("energie-elec-res"))
	r := w.request(t, "sum(kwh)")
	r.By, r.Parents = "sector", []*snapshot.Collection{w.districts}
	rel := mustRun(t, r)
	if a, b, all := rel.Table.Status(0, 0, 1), rel.Table.Status(0, 0, 2), rel.Table.Status(0, 0, 0); b != Hidden || a != Hidden && all != Hidden {
		t.Errorf("A is %s and B %s of a cell that is %s", a, b, all)
	}
	if rel.Receipt.Figures.Partial != 0 || rel.Receipt.Balance[0].Partial {
		t.Errorf("%d totals are partial", rel.Receipt.Figures.Partial)
	}
}

// TestNothingHiddenIsDerived attacks releases by elimination over the readings themselves:
// no figure that fails the rule by itself is in the space of the figures that are told.
func TestNothingHiddenIsDerived(t *testing.T) {
	hid := 0
	rapid.Check(t, func(t *rapid.T) {
		n := 3
		// Brute force would have to know the parts of partial totals, which these have not: the
		// last one not by category.
		profile := rapid.SampledFrom([]string{"insee-menages-11", "energie-comptage", "energie-elec-res"}).Draw(t, "profile")
		w, r, list := drawSecret(t, profile, n)
		if profile == "energie-elec-res" {
			r.By, r.Where = "sector", nil
		}
		rel := mustRun(t, r)
		p, err := disclosure.Find(w.meters.Descriptor().Profile, 2022)
		if err != nil {
			t.Fatal(err)
		}
		all := figuresOf(w, &r, rel, list, n)
		if r.Where != nil {
			attackFilter(t, w, r, rel, list, n, &p)
		}
		var known span
		for i := range list { // where only active units count, it is known who is not
			if list[i].kwh == 0 && p.Active {
				v := make([]float64, len(list))
				v[i] = 1
				known.add(v)
			}
		}
		for _, f := range all {
			if !f.hidden {
				known.add(f.in)
			}
		}
		for _, f := range all {
			c := f.cell(list, &p)
			if r := p.Judge(c); r.Hidden() && c.Value > 0 {
				hid++
				if !f.hidden {
					t.Fatalf("a %s of %d units and %v is told: %v", f.name, c.Units, c.Value, r)
				}
				if known.holds(f.in) {
					t.Fatalf("a hidden %s of %d units follows from what is told", f.name, c.Units)
				}
			}
		}
	})
	if hid < 100 {
		t.Errorf("only %d figures had to be hidden: the attack shows nothing", hid)
	}
}

// TestNothingHiddenIsWritten looks for hidden figures, and for the values and keys of single
// meters, in everything a release writes.
func TestNothingHiddenIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := 3
		w, r, list := drawSecret(t, rapid.SampledFrom([]string{"energie-elec-res", "energie-gaz-res", "insee-menages-11"}).Draw(t, "profile"), n)
		rel := mustRun(t, r)
		p, err := disclosure.Find(w.meters.Descriptor().Profile, 2022)
		if err != nil {
			t.Fatal(err)
		}
		text := jsonOf(t, rel) + rel.Receipt.Text("fr") + rel.Receipt.Text("en")
		for row := range rel.Table.Rows() {
			for _, v := range row.Values {
				text += " " + v.String()
			}
		}
		if strings.Contains(text, "meter-") {
			t.Fatal("a key of the source is written")
		}
		written := func(v float64) bool {
			digits := string(referentials.AppendFloat(nil, v))
			return len(digits) > 8 && strings.Contains(text, digits[:8])
		}
		shown := map[float32]bool{} // as floats: sums in another order are the same
		all := figuresOf(w, &r, rel, list, n)
		sum := func(f figure) (s float64, meters int) {
			for i, in := range f.in {
				s += in * list[i].kwh
				meters += int(in)
			}
			return s, meters
		}
		for _, f := range all {
			if s, _ := sum(f); !f.hidden {
				shown[float32(s)] = true
			}
		}
		for _, f := range all {
			// What is hidden for another's sake may be told in other words.
			c := f.cell(list, &p)
			c.Value, c.Largest = c.Value/1000, c.Largest/1000 // in MWh
			if s, meters := sum(f); f.hidden && p.Judge(c).Hidden() && !shown[float32(s)] && (written(s) || meters > 1 && written(s/float64(meters))) {
				t.Fatalf("a hidden %s is written: %v", f.name, s)
			}
		}
	})
}

// TestRatioGivesNothingAway has a ratio hidden that would tell, beside the sums, what single
// features lack.
func TestRatioGivesNothingAway(t *testing.T) {
	list := []reading{{x: 1, y: 1, kwh: 10, sites: 12, rate: 2}, {x: 2, y: 1, kwh: 11, sites: 12, rate: 3}, {x: 3, y: 1, kwh: 12.5, sites: 2, rate: math.NaN()}}
	quantities := func(d *referentials.Descriptor) {
		secret("insee-menages-11")(d)
		d.Fields[d.FieldIndex("rate")].Role = referentials.Extensive
	}
	w := newWorld(t, 1, list, quantities)
	if s := mustRun(t, w.request(t, "sum(kwh),sum(rate)")).Table.Status(0, 0, 0); s != Shown {
		t.Fatalf("the sums of 26 units are %s", s)
	}
	if s := mustRun(t, w.request(t, "sum(kwh),sum(rate),ratio(kwh,rate)")).Table.Status(0, 0, 0); s != Hidden {
		t.Errorf("with the ratio, the use of 2 units follows: it is %s", s)
	}
}

// TestQuantilesUnderRules has a quantile stand between two groups that could each be told.
func TestQuantilesUnderRules(t *testing.T) {
	var list []reading
	for i := range 40 {
		list = append(list, reading{x: float64(i) + 1.5, y: 1, kwh: float64(i + 1), sites: 1})
	}
	w := newWorld(t, 1, list, secret("insee-menages-11"))
	for measure, want := range map[string]Status{"median(kwh)": Shown, "quantile(kwh,0.3)": Shown, "quantile(kwh,0.1)": Hidden, "quantile(kwh,1)": Hidden} {
		if s := mustRun(t, w.request(t, measure)).Table.Status(0, 0, 0); s != want {
			t.Errorf("%s is %s, want %s", measure, s, want)
		}
	}
}

// TestRulesOfTheirYear has each year's figures under the rules of that year: eleven meters
// or 200 MWh until 2018, ten since.
func TestRulesOfTheirYear(t *testing.T) {
	list := []reading{
		{x: 1, y: 1, kwh: 5, sites: 10, year: 2022}, {x: 1, y: 1, kwh: 5, sites: 10, year: 2018},
		{x: 101, y: 1, kwh: 200_001, sites: 2, year: 2022}, {x: 101, y: 1, kwh: 200_001, sites: 2, year: 2018},
		{x: 1, y: 101, kwh: 9, sites: 50, year: 2022}, {x: 1, y: 101, kwh: 9, sites: 50, year: 2018},
		{x: 101, y: 101, kwh: 3, sites: 9, year: 2022}, {x: 101, y: 101, kwh: 300, sites: 9, year: 2018},
	}
	w := newWorld(t, 2, list, secret("energie-elec-res"))
	r := w.request(t, "sum(kwh)")
	r.Bin = Year
	rel := mustRun(t, r)
	for b, want := range [][4]disclosure.Reason{
		{disclosure.Threshold, disclosure.Shown, disclosure.Shown, disclosure.Threshold},
		{disclosure.Shown, disclosure.Threshold, disclosure.Shown, disclosure.Threshold},
	} {
		for k, reason := range want {
			if got := rel.Table.Reason(k, b, 0); got != reason && (got == disclosure.Shown || reason != disclosure.Shown) {
				t.Errorf("b%d in %s is %s, want %s", k, rel.Table.Bins()[b], got, reason)
			}
		}
	}
}
