package aggregate

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// twoQuantities has the rate be a second quantity that is confidential.
func twoQuantities(profile string) func(*referentials.Descriptor) {
	return func(d *referentials.Descriptor) {
		secret(profile)(d)
		f := &d.Fields[d.FieldIndex("rate")]
		f.Role, f.Unit, f.Weight = referentials.Extensive, "MW.h", ""
	}
}

// hiddenIn tells which figures of a release are hidden or lack something.
func hiddenIn(rel *Release) string {
	var b strings.Builder
	for _, t := range append([]*Table{rel.Table}, rel.Parents...) {
		for k := range t.Len() {
			switch {
			case t.Status(k, 0, 0) == Hidden:
				b.WriteByte('#')
			case t.Partial(k, 0, 0):
				b.WriteByte('~')
			default:
				b.WriteByte('.')
			}
		}
		b.WriteByte('|')
	}
	return b.String()
}

// TestOneWay hides the same figures whatever is asked, where answers that are judged by what
// they hold differ: beside each other, those would give away what each hides.
func TestOneWay(t *testing.T) {
	differ := 0
	rapid.Check(t, func(t *rapid.T) {
		list := drawReadings(t, 3)
		for i := range list {
			list[i].rate = rapid.SampledFrom([]float64{0, 0, 1, 30, 400, 90_000}).Draw(t, "rate")
		}
		w := tables(t, 3, list, twoQuantities(rapid.SampledFrom([]string{"energie-elec-res", "energie-gaz-res", "insee-entreprises"}).Draw(t, "profile")))
		var one, apart []string
		for _, measures := range []string{"count", "sum(kwh)", "sum(rate)", "mean(rate),count", "ratio(kwh,rate)", "sum(sites),sum(kwh),sum(rate)"} {
			r := w.request(t, measures)
			r.Parents = []*snapshot.Collection{w.districts}
			apart = append(apart, hiddenIn(mustRun(t, r)))
			r.OneWay = true
			one = append(one, hiddenIn(mustRun(t, r)))
		}
		for k := range one {
			if one[k] != one[0] {
				t.Fatalf("one way hides %s and %s", one[0], one[k])
			}
			if apart[k] != apart[0] {
				differ++
			}
		}
	})
	if differ == 0 {
		t.Error("no answers differ even when each is judged by itself: the test shows nothing")
	}
}

// TestOneWayByYear tells the same figures by year and without where there is one year, or
// none: rows without a time would be what two answers differ by.
func TestOneWayByYear(t *testing.T) {
	for _, years := range [][]int64{{2022}, {2022, -1}, {-1}} {
		rapid.Check(t, func(t *rapid.T) {
			list := drawReadings(t, 3)
			for i := range list {
				list[i].year = rapid.SampledFrom(years).Draw(t, "year")
			}
			w := tables(t, 3, list, secret("insee-menages-11"))
			var told []string
			for _, bin := range []Bin{NoBin, Year} {
				r := w.request(t, "sum(kwh),count")
				r.OneWay, r.Bin, r.Parents = true, bin, []*snapshot.Collection{w.districts}
				rel := mustRun(t, r)
				text := hiddenIn(rel)
				for _, table := range append([]*Table{rel.Table}, rel.Parents...) {
					text += fmt.Sprint(columnOf(table, 0, 0, 0), columnOf(table, 1, 0, 0))
				}
				told = append(told, text)
			}
			if told[0] != told[1] {
				t.Fatalf("without years %s\nby year %s", told[0], told[1])
			}
		})
	}
}

// TestOneWayRefuses tells nothing whose sums are not among those judged.
func TestOneWayRefuses(t *testing.T) {
	list := four()
	for i := range list {
		list[i].year = 2022
	}
	list[0].rate, list[4].rate = 3, 5 // and the third has none
	for measures, want := range map[string]string{
		"ratio(kwh,rate)":         "take sum(kwh), mean(kwh) or density(kwh)", // the third's use is what the sums differ by
		"mean(kwh,weight=sites)":  "take sum(kwh)",
		"mean(rate),sum(kwh)":     "",
		"sum(sites),density(kwh)": "",
		"mean(median_income)":     "A quantile", // refused for everyone
	} {
		w := newWorld(t, 2, list, twoQuantities("insee-menages-11"))
		r := w.request(t, measures)
		r.OneWay = true
		_, err := Run(t.Context(), r, fresh{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error()+hintOf(err), want)) {
			t.Errorf("%s: %v %s", measures, err, hintOf(err))
		}
	}
	// Where no quantity is said to be confidential, all of them are judged.
	open := func(d *referentials.Descriptor) { d.Access, d.Profile = referentials.Restricted, "insee-menages-11" }
	w := newWorld(t, 2, list, open)
	r := w.request(t, "mean(slope,weight=sites)")
	r.OneWay = true
	if _, err := Run(t.Context(), r, fresh{}); referentials.CodeOf(err) != referentials.Refused {
		t.Errorf("a mean of its own is told: %v", err)
	}
}
