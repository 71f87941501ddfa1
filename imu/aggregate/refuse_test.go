package aggregate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/cql2"
	"socle/referentials/snapshot"
)

func mustBind(t fataler, text string, c *snapshot.Collection) *filter.Node {
	t.Helper()
	e, err := cql2.ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	n, err := filter.Bind(e, filter.Schema{Descriptor: c.Descriptor(), Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRefusals has what would be wrong refused, with the reason and the right way.
func TestRefusals(t *testing.T) {
	open := newWorld(t, 2, four(), nil)
	closed := newWorld(t, 2, four(), secret("energie-elec-res"))
	gas := newWorld(t, 2, four(), secret("energie-gaz-res"))
	below := four()
	below[3].kwh = -3 // where another makes the cell's sum positive
	negative := newWorld(t, 2, below, secret("insee-entreprises"))
	nameless := newWorld(t, 2, four(), secret(""))
	confidential := newWorld(t, 2, four(), func(d *referentials.Descriptor) {
		secret("")(d)
		d.Access = referentials.Open
	})
	for _, c := range []struct {
		what    string
		world   world
		measure string
		change  func(*Request)
		code    referentials.Code
		want    string
	}{
		{"unknown field", open, "sum(kwhh)", nil, referentials.Invalid, `measure sum(kwhh): meters has no field "kwhh" (did you mean "kwh"?)`},
		{"unknown field, nothing near", open, "sum(temperature)", nil, referentials.Invalid, "its numbers are kwh, sites, rate"},
		{"unknown weight", open, "mean(rate,weight=site)", nil, referentials.Invalid, `did you mean "sites"?`},
		{"text", open, "sum(sector)", nil, referentials.Invalid, `"sector" is a string, and sum is of numbers`},
		{"a sum of rates", open, "sum(rate)", nil, referentials.Invalid, `"rate" is a rate or a mean, and rates do not add up (take mean(rate), weighed by sites)`},
		{"a share of rates", open, "share(rate)", nil, referentials.Invalid, "rates do not add up"},
		{"a density of rates", open, "density(rate)", nil, referentials.Invalid, "rates do not add up"},
		{"a ratio of rates", open, "ratio(rate,sites)", nil, referentials.Invalid, "rates do not add up"},
		{"a rate without weight", open, "sum(slope)", nil, referentials.Invalid, "take mean(slope,weight=y)"},
		{"a mean without weight", open, "mean(slope)", nil, referentials.Invalid, `nothing says what weighs it (write mean(slope,weight=y)`},
		{"a mean weighed by a rate", open, "mean(rate,weight=slope)", nil, referentials.Invalid, `"slope" cannot weigh`},
		{"a mean of medians", open, "mean(median_income)", nil, referentials.Invalid, `values of "median_income" cannot be averaged: A quantile is not combined (compute it again`},
		{"a weighed mean of medians", open, "mean(median_income,weight=sites)", nil, referentials.Invalid, "A quantile is not combined"},
		{"a sum of medians", open, "sum(median_income)", nil, referentials.Invalid, "do not add up: A quantile is not combined"},
		{"a median of medians", open, "median(median_income)", nil, referentials.Invalid, "have no quantile: A quantile is not combined"},
		{"a sum of years", open, "sum(year)", nil, referentials.Invalid, "times do not add up"},
		{"area weights with points", open, "mean(slope,weight=area)", nil, referentials.Invalid, "areas weigh only with method area"},
		{"no measure", open, "count", func(r *Request) { r.Measures = nil }, referentials.Invalid, "no measure is asked for"},
		{"twice", open, "count", func(r *Request) { r.Measures = append(r.Measures, r.Measures...) }, referentials.Invalid, "count is asked for twice"},
		{"unknown category", open, "count", func(r *Request) { r.By = "sectr" }, referentials.Invalid, `did you mean "sector"?`},
		{"number as category", open, "count", func(r *Request) { r.By = "kwh" }, referentials.Invalid, "is a number, not a category"},
		{"months of years", open, "count", func(r *Request) { r.Bin = Month }, referentials.Invalid, "tells years, not months"},
		{"unknown bin", open, "count", func(r *Request) { r.Bin = "week" }, referentials.Invalid, `"week" is not a bin of time`},
		{"unknown method", open, "count", func(r *Request) { r.Method = "areas" }, referentials.Invalid, "did you mean area?"},
		{"points by area", open, "count", func(r *Request) { r.Method = crosswalk.Area }, referentials.Invalid, "made of points, which have no area to share out (take method point"},
		{"nothing weighs", open, "count", func(r *Request) { r.Method = crosswalk.Dasymetric }, referentials.Invalid, "nothing says what weighs"},
		{"no reference", open, "count", func(r *Request) { r.Method, r.Mesh = crosswalk.Key, r.Source }, referentials.Invalid, "it refers to blocks, districts"},
		{"unknown profile", open, "count", func(r *Request) { r.Profile = "energie-elec" }, referentials.NotFound, `did you mean "energie-elec-res"?`},

		{"a weaker profile", closed, "sum(kwh)", func(r *Request) { r.Profile = None }, referentials.Refused, "meters leaves under profile energie-elec-res only, not none"},
		{"another profile", closed, "count", func(r *Request) { r.Profile = "insee-entreprises" }, referentials.Refused, "leave profile out"},
		{"no profile at all", nameless, "count", nil, referentials.Refused, "its descriptor names no disclosure profile"},
		{"a confidential field without profile", confidential, "sum(kwh)", nil, referentials.Refused, "names no disclosure profile"},
		{"a confidential weight without profile", confidential, "mean(height,weight=kwh)", nil, referentials.Refused, "names no disclosure profile"},
		{"a confidential field, none asked", confidential, "mean(rate)", func(r *Request) { r.Profile = None }, referentials.Refused, "names no disclosure profile"},
		{"several years at once", closed, "sum(kwh)", nil, referentials.Refused, "rows of 2 years"},
		{"the value of one", closed, "max(kwh)", func(r *Request) { r.Bin = Year }, referentials.Refused, "max shows the value of one unit"},
		{"quantiles where one is enough", gas, "median(kwh)", func(r *Request) { r.Bin = Year }, referentials.Refused, "its quantiles are that unit's value"},
		{"values below 0", negative, "count", func(r *Request) { r.Bin = Year }, referentials.Refused, "kwh has values below 0 or without bound, which the rules of insee-entreprises cannot judge"},
		{"a weight of one's own", closed, "mean(kwh,weight=height)", func(r *Request) { r.Bin = Year }, referentials.Refused, "weighed by what its descriptor says only"},
		{"figures by key", closed, "count", func(r *Request) { r.By = "id" }, referentials.Refused, "take a field whose role is category"},
		{"filter by key", closed, "count", func(r *Request) { r.Where = mustBind(t, "id <> 'meter-1'", r.Source) }, referentials.Refused, "may not be filtered by id"},
		{"filter by value", closed, "count", func(r *Request) { r.Where = mustBind(t, "sector = 'A' AND kwh > 3", r.Source) }, referentials.Refused, "may not be filtered by kwh"},
		{"filter an open source by its secret", confidential, "count", func(r *Request) { r.Where = mustBind(t, "kwh > 3", r.Source) }, referentials.Refused, "may not be filtered by kwh"},
		{"a secret mesh", open, "count", func(r *Request) { r.Mesh = closed.meters }, referentials.Refused, "take an open collection as the mesh"},
		{"a secret level above", open, "count", func(r *Request) { r.Parents = []*snapshot.Collection{closed.meters} }, referentials.Refused, "take an open collection"},
	} {
		r := c.world.request(t, c.measure)
		if c.change != nil {
			c.change(&r)
		}
		rel, err := Run(context.Background(), r, fresh{})
		var e *referentials.Error
		if rel != nil || !errors.As(err, &e) || e.Code != c.code || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s: …%s", c.what, err, c.code, c.want)
		}
		if e != nil && e.Code == referentials.Invalid && e.Hint == "" && c.what != "twice" {
			t.Errorf("%s: %v says not what to do", c.what, err)
		}
	}
}

// TestQuantilesAreOfUnits has zones refused: what stands for many has no quantile.
func TestQuantilesAreOfUnits(t *testing.T) {
	w := newWorld(t, 2, four(), func(d *referentials.Descriptor) {
		d.Fields[d.FieldIndex("median_income")].Description = referentials.Text{}
	})
	// Without a word on it in the descriptor the name tells, where features are zones.
	for _, measure := range []string{"median(kwh)", "mean(median_income,weight=sites)", "quantile(median_income,0.1)"} {
		r := w.request(t, measure)
		r.Method, r.Field = crosswalk.Key, "id"
		if _, err := Run(context.Background(), r, fresh{}); err == nil || !strings.Contains(err.Error(), "quantile") {
			t.Errorf("%s of zones: %v", measure, err)
		}
	}
	if _, err := Run(context.Background(), w.request(t, "median(kwh)"), fresh{}); err != nil {
		t.Errorf("of points: %v", err)
	}
}

func TestMethodIsChosen(t *testing.T) {
	keyed := four()
	for i := range keyed {
		keyed[i].block = blockKey(i % 4)
	}
	w, k := newWorld(t, 2, four(), nil), newWorld(t, 2, keyed, nil)
	keyed[0].block = ""
	lacking := newWorld(t, 2, keyed, nil)
	for _, c := range []struct {
		what   string
		change func(*Request)
		source *snapshot.Collection
		want   crosswalk.Method
		why    string
	}{
		{"points", nil, w.meters, crosswalk.Point, "meters is made of points"},
		{"points that refer to the mesh", nil, k.meters, crosswalk.Key, "the field block leads to a cell of blocks"},
		{"points of which one does not", nil, lacking.meters, crosswalk.Point, "meters is made of points"},
		{"a field is named", func(r *Request) { r.Field = "block" }, w.meters, crosswalk.Key, "the field block is named"},
		{"polygons", func(r *Request) { r.Mesh = w.districts }, plots(t), crosswalk.Area, "made of polygons"},
		{"polygons that refer to it", func(r *Request) { r.Mesh = w.districts }, w.blocks, crosswalk.Key, "the field district leads to a cell of districts"},
		{"weights", func(r *Request) { r.Weights, r.Mesh = w.meters, w.districts }, w.blocks, crosswalk.Dasymetric, "a collection that weighs is given (meters)"},
		{"asked for", func(r *Request) { r.Method = crosswalk.Point }, k.meters, crosswalk.Point, "asked for"},
	} {
		r := Request{Source: c.source, Mesh: w.blocks}
		if c.change != nil {
			c.change(&r)
		}
		got, why, err := r.method()
		if err != nil || got != c.want || !strings.Contains(why.EN, c.why) || why.FR == "" {
			t.Errorf("%s: %s because %q (%v), want %s because %q", c.what, got, why.EN, err, c.want, c.why)
		}
	}
}

// plots gives blocks that refer to nothing.
func plots(t fataler) *snapshot.Collection {
	d, rows := blocks(2)
	d.ID = "plots"
	d.Fields[2].Role, d.Fields[2].Refers = referentials.Plain, ""
	return loadOne(t, d, rows)
}

// TestBounds has what would not fit refused before it is made.
func TestBounds(t *testing.T) {
	list := make([]reading, MaxCategories+1)
	for i := range list {
		list[i] = reading{x: 1, y: 1, kwh: 1, sector: fmt.Sprint(i), year: int64(i)}
	}
	w := tables(t, 1, list, nil)
	r := w.request(t, "count")
	r.By = "sector"
	if _, err := Run(context.Background(), r, fresh{}); referentials.CodeOf(err) != referentials.TooLarge || !strings.Contains(err.Error(), `"sector" has more than 100 different values`) {
		t.Errorf("categories: %v", err)
	}
	w = tables(t, 250, list[1:], nil)
	r = w.request(t, "count,sum(kwh)")
	r.By, r.Bin = "sector", Year
	if _, err := Run(context.Background(), r, fresh{}); referentials.CodeOf(err) != referentials.TooLarge || !strings.Contains(err.Error(), "ask for fewer") {
		t.Errorf("figures: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.By, r.Bin = "", NoBin
	if _, err := Run(ctx, r, fresh{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
