package aggregate

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/imu/crosswalk"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// TestSplitFeaturesAreWholeAbove judges districts by what each feature gives them whole, in
// however many blocks its parts are: one that is more than the rule allows is hidden.
func TestSplitFeaturesAreWholeAbove(t *testing.T) {
	const n, most = 4, 0.85
	dominated := 0
	rapid.Check(t, func(t *rapid.T) {
		// Firms on rectangles of whole tens of metres, and some whose district alone is known.
		type firm struct {
			x, y, wide, high, value float64
			district                int // -1 where it lies somewhere
		}
		firms := make([]firm, rapid.IntRange(1, 12).Draw(t, "firms"))
		for i := range firms {
			f := &firms[i]
			draw := func(least, most int) float64 { return 10 * float64(rapid.IntRange(least, most).Draw(t, "tens")) }
			f.x, f.y, f.wide, f.high = draw(0, 39), draw(0, 39), draw(1, 30), draw(1, 30)
			f.value, f.district = math.Exp(float64(rapid.IntRange(0, 8).Draw(t, "value"))), -1
			if rapid.IntRange(0, 4).Draw(t, "known") == 0 {
				f.district = rapid.IntRange(0, 3).Draw(t, "district")
			}
		}
		d := referentials.Descriptor{ID: "firms", Class: referentials.Territorial, Access: referentials.Restricted, Profile: "insee-entreprises",
			Key: "id", Geometry: geo.Polygon, CRS: lambert, Fields: []referentials.Field{
				{Name: "id", Type: referentials.Integer, Role: referentials.Key},
				{Name: "turnover", Type: referentials.Number, Role: referentials.Extensive, Unit: "EUR", Disclosure: referentials.Confidential},
				{Name: "district", Type: referentials.String, Role: referentials.Ref, Refers: "districts"},
			}}
		var rows []referentials.Row
		var value, largest, units [4]float64
		for i, f := range firms {
			row := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(i)), referentials.NumberValue(f.value), referentials.Null}}
			var in [4]float64 // of its area, what lies in each district
			if f.district >= 0 {
				in[f.district] = 1
				row.Values[2] = referentials.StringValue(districtKey(f.district))
			} else {
				row.Geom = geo.Geometry{Type: geo.Polygon}
				for _, v := range [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} {
					row.Geom.Add(west+f.x+v[0]*f.wide, south+f.y+v[1]*f.high)
				}
				row.Geom.EndRing()
				row.Geom.EndPart()
				along := func(from, size, side float64) float64 { return max(0, min(from+size, side+200)-max(from, side)) }
				for k := range in {
					in[k] = along(f.x, f.wide, float64(k%2)*200) * along(f.y, f.high, float64(k/2)*200)
				}
			}
			all := in[0] + in[1] + in[2] + in[3]
			for k := range in {
				part := f.value * in[k] / all
				value[k], largest[k], units[k] = value[k]+part, max(largest[k], part), units[k]+in[k]/all
			}
			rows = append(rows, row)
		}
		s := &shelf{}
		s.add(d, rows)
		s.add(blocks(n))
		s.add(districts(n))
		get := s.load(t)
		rel := mustRun(t, Request{Source: get("firms"), Mesh: get("blocks"), Parents: []*snapshot.Collection{get("districts")}, Method: crosswalk.Area,
			Measures: []Measure{{Function: Sum, Field: "turnover"}}})
		for k := range value {
			if largest[k] <= most*value[k]*(1+1e-6) {
				continue
			}
			if units[k] > 3 {
				dominated++
			}
			if got := rel.Parents[0].Reason(k, 0, 0); !got.Hidden() {
				t.Fatalf("%s is %v: of %v, one firm is %v", districtKey(k), got, value[k], largest[k])
			}
		}
	})
	if dominated == 0 {
		t.Error("the number of firms alone hides them: the test shows nothing")
	}
}

// consumers asks for rectangles with a value and units on 2 × 2 blocks of one district.
func consumers(t fataler, profile string, list []consumer) Request {
	t.Helper()
	d := referentials.Descriptor{ID: "consumers", Class: referentials.Territorial, Access: referentials.Restricted, Profile: profile,
		Key: "id", Geometry: geo.Polygon, CRS: lambert, Fields: []referentials.Field{
			{Name: "id", Type: referentials.Integer, Role: referentials.Key},
			{Name: "use", Type: referentials.Number, Role: referentials.Extensive, Unit: "MW.h", Disclosure: referentials.Confidential},
			{Name: "points", Type: referentials.Integer, Role: referentials.Extensive, Disclosure: referentials.UnitCount},
		}}
	s := &shelf{}
	var rows []referentials.Row
	for i, c := range list {
		row := referentials.Row{Geom: geo.Geometry{Type: geo.Polygon},
			Values: []referentials.Value{referentials.IntegerValue(int64(i)), referentials.NumberValue(c.use), referentials.IntegerValue(c.points)}}
		for _, v := range [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} {
			row.Geom.Add(west+c.x+v[0]*c.wide, south+c.y+v[1]*c.high)
		}
		row.Geom.EndRing()
		row.Geom.EndPart()
		rows = append(rows, row)
	}
	s.add(d, rows)
	s.add(blocks(2))
	s.add(districts(2))
	get := s.load(t)
	return Request{Source: get("consumers"), Mesh: get("blocks"), Parents: []*snapshot.Collection{get("districts")}, Method: crosswalk.Area,
		Measures: []Measure{{Function: Sum, Field: "use"}}}
}

type consumer struct {
	x, y, wide, high, use float64
	points                int64
}

// TestContributionsOfSplitFeatures: the largest contributions to a district, and to all, are of
// whole features, those to a block of the parts that lie in it.
func TestContributionsOfSplitFeatures(t *testing.T) {
	r := consumers(t, "insee-entreprises", []consumer{{0, 0, 200, 200, 100, 1}, {10, 10, 5, 5, 30, 1}, {100, 110, 50, 50, 7, 1}})
	values := []float64{100, 30, 7}
	terms, codes := []term{{kind: second, values: values}, {kind: largest, values: values}}, make([]int32, len(values))
	m, err := fresh{}.Get(t.Context(), r.crosswalk(r.Method))
	if err != nil {
		t.Fatal(err)
	}
	tower := &tower{r: &r, terms: terms}
	if tower.cells, err = multiply(t.Context(), m, terms, codes, 1); err != nil {
		t.Fatal(err)
	}
	if err := tower.build(t.Context(), fresh{}, m, codes); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of              string
		in              *grid
		largest, second float64
	}{{"the first block", tower.cells, 30, 25}, {"the district", tower.levels[0].sums, 100, 30}, {"all", tower.all, 100, 30}} {
		if second, largest := c.in.terms[0][0], c.in.terms[1][0]; largest != c.largest || second != c.second {
			t.Errorf("%s: the largest are %v and %v, want %v and %v", c.of, largest, second, c.largest, c.second)
		}
	}
}

// TestSplitFeaturesAreWholeInWhatIsLeft hides more where the district less what is shown of it
// is mostly one firm, whose parts are no more than half of each block.
func TestSplitFeaturesAreWholeInWhatIsLeft(t *testing.T) {
	list := []consumer{{0, 0, 200, 100, 100, 1}}
	for k := range 2 { // two more in each of the blocks that it lies in, and five in each of the others
		for i := range 2 {
			list = append(list, consumer{float64(k)*100 + 10 + 10*float64(i), 10, 5, 5, 3, 1})
		}
		for i := range 5 {
			list = append(list, consumer{float64(k)*100 + 10 + 10*float64(i), 110, 5, 5, 200, 1})
		}
	}
	rel := mustRun(t, consumers(t, "insee-entreprises", list))
	if got := hiddenIn(rel); strings.Count(got[:4], "#") < 3 && got[5] != '#' {
		t.Errorf("hidden are %s: what is left of the district is 112, of which one firm is 100", got)
	}
}

// TestNoPartialTotalOfNothing hides a district all of which is hidden: it is not without data.
func TestNoPartialTotalOfNothing(t *testing.T) {
	rel := mustRun(t, consumers(t, "energie-elec-res", []consumer{{0, 0, 200, 200, 100, 10}}))
	if got := rel.Parents[0].Status(0, 0, 0); got != Hidden {
		t.Errorf("the district is %s", got)
	}
}
