package aggregate

import (
	"math"
	"strings"
	"testing"

	"socle/geo"
	"socle/imu/crosswalk"
	"socle/imu/disclosure"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// strips are three zones over two blocks: [0,50], [50,150] and [150,250] of x, the last one
// half outside.
func strips(t fataler) *snapshot.Collection {
	d := referentials.Descriptor{
		ID: "strips", Class: referentials.Territory, Access: referentials.Open, Key: "strip", Geometry: geo.Polygon, CRS: lambert, Mesh: true,
		Fields: []referentials.Field{
			{Name: "strip", Type: referentials.Integer, Role: referentials.Key},
			{Name: "people", Type: referentials.Integer, Role: referentials.Extensive, Unit: "1"},
			{Name: "poor", Type: referentials.Number, Role: referentials.Intensive, Unit: "%", Weight: "people"},
			{Name: "noise", Type: referentials.Number, Role: referentials.Intensive, Unit: "dB"},
			{Name: "use", Type: referentials.String, Role: referentials.Category},
			{Name: "i_est_200", Type: referentials.String, Role: referentials.Category},
		},
	}
	var rows []referentials.Row
	for i, s := range []struct {
		from, to float64
		people   int64
		poor     float64
		noise    float64
		use, est string
	}{{0, 50, 40, 10, 60, "wood", "0"}, {50, 150, 100, 20, math.NaN(), "town", "1"}, {150, 250, 60, 50, 40, "wood", "0"}} {
		g := geo.Geometry{Type: geo.Polygon}
		for _, v := range [][2]float64{{s.from, 0}, {s.to, 0}, {s.to, 100}, {s.from, 100}, {s.from, 0}} {
			g.Add(west+v[0], south+v[1])
		}
		g.EndRing()
		g.EndPart()
		rows = append(rows, referentials.Row{Geom: g, Values: []referentials.Value{
			referentials.IntegerValue(int64(i)), referentials.IntegerValue(s.people), referentials.NumberValue(s.poor), referentials.NumberValue(s.noise),
			referentials.StringValue(s.use), referentials.StringValue(s.est),
		}})
	}
	return loadOne(t, d, rows)
}

// TestAreas holds quantities, rates and categories of zones against sums done by hand: b0
// has all of zone 0 and half of zone 1; b1 half of zone 1 and half of zone 2.
func TestAreas(t *testing.T) {
	w := newWorld(t, 2, nil, nil)
	for _, c := range []struct {
		measure string
		base    crosswalk.Base
		want    [4]float64
	}{
		{"sum(people)", crosswalk.Total, [4]float64{40 + 50, 50 + 30, null, null}},
		{"sum(people)", crosswalk.Sum, [4]float64{40 + 50, 50 + 60, null, null}},
		{"count", crosswalk.Total, [4]float64{1.5, 1, null, null}},
		{"mean(poor)", crosswalk.Total, [4]float64{(40*10 + 50*20) / 90., (50*20 + 30*50) / 80., null, null}},
		{"mean(poor,weight=area)", crosswalk.Total, [4]float64{15, 35, null, null}},
		{"mean(noise)", crosswalk.Total, [4]float64{60, 40, null, null}},
		{"density(people)", crosswalk.Total, [4]float64{90, 80, null, null}},
		{"share", crosswalk.Total, [4]float64{1, 1, null, null}},
	} {
		r := w.request(t, c.measure)
		r.Source, r.Method, r.Base = strips(t), Auto, c.base
		rel := mustRun(t, r)
		for k, want := range c.want {
			if got, _ := rel.Table.Value(0, k, 0, 0); !near(got, want) {
				t.Errorf("%s, base %s, of b%d is %v, want %v", c.measure, c.base, k, got, want)
			}
		}
	}
	r := w.request(t, "share,sum(people)")
	r.Source, r.Method, r.Base, r.By = strips(t), Auto, crosswalk.Total, "use"
	rel := mustRun(t, r)
	for k, want := range [2]float64{0.5, 0.5} { // of each block, wood covers half
		if got, _ := rel.Table.Value(0, k, 0, 2); !near(got, want) || rel.Table.Categories()[1] != "wood" {
			t.Errorf("wood covers %v of b%d, want %v", got, k, want)
		}
	}
	b := rel.Receipt.Balance[0]
	if b.Measure != "sum_people" || *b.Total != 200 || b.Shown != 170 || !near(*b.Unmatched, 30) {
		t.Errorf("the balance is %+v, want 200 = 170 + 30", b)
	}
	if q := rel.Receipt.Quality; len(q) != 2 || q[0] != (Quality{"i_est_200", "0", 2}) || q[1] != (Quality{"i_est_200", "1", 1}) {
		t.Errorf("quality is told as %+v", q)
	}
}

// TestCarriedUp has what is hidden below carried by the level above, and what reaches only
// that level added to it.
func TestCarriedUp(t *testing.T) {
	list := []reading{
		{x: 10, y: 10, kwh: 100, sites: 20}, {x: 20, y: 10, kwh: 50, sites: 20}, // b0: 40 sites
		{x: 110, y: 10, kwh: 7, sites: 3},  // b1: hidden
		{x: 10, y: 110, kwh: 11, sites: 4}, // b4: hidden
		{x: 110, y: 110, kwh: 500, sites: 100},
		{x: 210, y: 10, kwh: 200, sites: 30}, {x: 310, y: 110, kwh: 300, sites: 30}, // in d1
		{x: 999, y: 999, kwh: 90, sites: 15, place: "d0"}, // of no block
		{x: 210, y: 210, kwh: 40, sites: 12},              // d3
	}
	for i := range list {
		list[i].year = 2022
	}
	w := newWorld(t, 4, list, secret("energie-elec-res"))
	r := w.request(t, "sum(kwh),mean(rate),count")
	r.Parents = []*snapshot.Collection{w.districts}
	rel := mustRun(t, r)
	for k, want := range map[int]disclosure.Reason{0: disclosure.Shown, 1: disclosure.Threshold, 4: disclosure.Threshold, 10: disclosure.Shown, 15: disclosure.Empty} {
		if got := rel.Table.Reason(k, 0, 0); got != want {
			t.Errorf("b%d is %s, want %s", k, got, want)
		}
	}
	d := rel.Parents[0]
	// Two hidden blocks hold 7 sites together, fewer than a total may give away: what reaches
	// the district by no block is hidden beside them, and so is what reached no block at all.
	if got, _ := d.Value(0, 0, 0, 0); got != 758 || rel.Receipt.Balance[0].Unmatched != nil {
		t.Errorf("d0 is %v, of which %v by no block", got, rel.Receipt.Balance[0].Unmatched)
	}
	if got, _ := d.Value(0, 1, 0, 0); got != 500 {
		t.Errorf("d1 is %v, want 500", got)
	}
	if got, _ := d.Value(len(d.Measures())-1, 1, 0, 0); got != 60 || d.Measures()[3].Name != "units" {
		t.Errorf("d1 has %v units, want 60", got)
	}
	for k, want := range []referentials.FieldType{referentials.Number, referentials.Number, referentials.Integer, referentials.Integer} {
		if m := d.Measures()[k]; m.Type != want { // numbers of things are whole where none is split
			t.Errorf("%s is a %s, not a %s", m.Name, m.Type, want)
		}
	}
	// With more behind what is hidden, everything is carried.
	list[2].sites = 8
	w = newWorld(t, 4, list, secret("energie-elec-res"))
	r = w.request(t, "sum(kwh)")
	r.Parents = []*snapshot.Collection{w.districts}
	rel = mustRun(t, r)
	if got, _ := rel.Parents[0].Value(0, 0, 0, 0); got != 758 || rel.Parents[0].Partial(0, 0, 0) {
		t.Errorf("d0 is %v, want all of it: 758", got)
	}
	// Without anything to hide beside them, the law has a partial total.
	list[2].sites, list[7].place = 3, ""
	w = newWorld(t, 4, append(list[:3:3], list[3], list[4], list[7]), secret("energie-elec-res"))
	r = w.request(t, "sum(kwh),mean(kwh)")
	r.Parents = []*snapshot.Collection{w.districts}
	partial := mustRun(t, r)
	if got, _ := partial.Parents[0].Value(0, 0, 0, 0); got != 650 || !partial.Parents[0].Partial(0, 0, 0) {
		t.Errorf("d0 is %v, want the 650 that may be told", got)
	}
	if got, _ := partial.Parents[0].Value(1, 0, 0, 0); !near(got, 650/3.) {
		t.Errorf("the mean of d0 is %v, want that of its partial total", got)
	}
	if b := partial.Receipt.Balance[0]; b.Withheld != nil || b.Total != nil && !b.Partial {
		t.Errorf("beside a partial total, the balance is %+v", b)
	}
	b := rel.Receipt.Balance[0]
	if b.Total == nil || *b.Total != 1298 || b.Unmatched == nil || *b.Unmatched != 90 || b.Withheld == nil || *b.Withheld != 18 {
		t.Errorf("the balance is %s", rel.Receipt.Text("en"))
	}
}

func TestReceipt(t *testing.T) {
	w := newWorld(t, 2, four(), nil)
	r := w.request(t, "count,sum(kwh),sum(height)")
	r.FilterText = "year > 0"
	r.Where = mustBind(t, r.FilterText, r.Source)
	rel := mustRun(t, r)
	got := rel.Receipt
	if got.Rows != 7 || got.Kept != 7 || got.Source.Version != 3 || got.Mesh.Tag == "" || got.Method.Name != crosswalk.Point ||
		len(got.Unmatched) != 1 || got.Unmatched[0].Key != "meter-6" || len(got.Notes) != 1 {
		t.Errorf("the receipt is %+v", got)
	}
	for lang, want := range map[string][]string{
		"fr": {"Compteurs : count, sum(kwh), sum(height) sur Îlots", "Filtre : year > 0", "Méthode : point dans polygone (demandée)", "Lignes : 7", "meter-6 : hors du maillage",
			"Bilan sum_kwh (kWh) : total 202, montré 102, hors maillage ou non apparié 100, masqué 0", "Note : Le rôle de height n'est pas déclaré"},
		"en": {"Meters: count, sum(kwh), sum(height) on Blocks", "Filter: year > 0", "Method: point in polygon (asked for)", "without a cell: 1", "meter-6: it lies outside the mesh",
			"Balance of count: total 7, shown 6, outside or unmatched 1, withheld 0", "Figures, on all levels: 3 shown, 1 without data"},
	} {
		text := got.Text(lang)
		for _, line := range want {
			if !strings.Contains(text, line) {
				t.Errorf("%q is not in\n%s", line, text)
			}
		}
	}
	if rel.Receipt.Rules != nil {
		t.Error("an open source has rules")
	}
	secretly := newWorld(t, 2, four(), secret("energie-elec-res"))
	r = secretly.request(t, "sum(kwh)")
	r.Bin = Year
	got = mustRun(t, r).Receipt
	if got.Unmatched != nil || got.Rules == nil || len(got.Rules.Certificates) != 2 || !strings.Contains(got.Rules.Law[0].FR, "D. 111-52") ||
		!strings.Contains(got.Text("fr"), "masqués : ") {
		t.Errorf("under rules the receipt is %+v", got)
	}
}
