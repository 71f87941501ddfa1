package blocks

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// strips cuts the town by three streets into strips of 10, 20, 30 and 40 ha, with as many
// units in each as told.
func strips(counts ...float64) *Input {
	at := func(x float64) Feature { return Feature{ID: fmt.Sprint(x), Shape: line(x, 6789000, x, 6790000)} }
	in := &Input{Zone: town(), Barriers: []Layer{{Name: "s", Kind: Streets, Features: []Feature{at(351100), at(351300), at(351600)}}}, Units: make([]Units, 1)}
	for k, x := range []float64{351050, 351200, 351450, 351800} {
		in.Units[0].Places = append(in.Units[0].Places, [2]float64{x, 6789500})
		in.Units[0].Counts = append(in.Units[0].Counts, counts[k])
	}
	return in
}

func TestUnitsByHand(t *testing.T) {
	for _, c := range []struct {
		name   string
		counts []float64
		areas  string // hectares
		joined int
	}{
		{"enough everywhere", []float64{10, 10, 10, 10}, "[10 20 30 40]", 0},
		{"none at all", []float64{0, 0, 0, 0}, "[10 20 30 40]", 0},
		{"the first is short", []float64{9, 10, 10, 10}, "[30 30 40]", 1},
		{"the middle prefers who holds some", []float64{0, 9, 10, 10}, "[10 50 40]", 1},
		{"it takes an empty one for want of others", []float64{0, 9, 0, 0}, "[100]", 3},
		{"they add up", []float64{4, 4, 4, 10}, "[60 40]", 2},
		{"never enough", []float64{1, 1, 1, 1}, "[100]", 3},
	} {
		p := defaultParams(t)
		p.Units = []UnitRule{{Source: "adresses", Minimum: 10}}
		r := built(t, strips(c.counts...), &p)
		areas := map[string]int{}
		for _, a := range strings.Fields(strings.Trim(c.areas, "[]")) {
			areas[a]++
		}
		for _, b := range r.Blocks {
			areas[fmt.Sprint(math.Round(b.Area/1e4))]--
		}
		for a, n := range areas {
			if n != 0 {
				t.Errorf("%s: %+d blocks of %s ha", c.name, -n, a)
			}
		}
		told := r.Report.Units[0]
		if r.Report.JoinedUnits != c.joined || told.Enough+told.None+told.Short != len(r.Blocks) {
			t.Errorf("%s: %+v", c.name, r.Report)
		}
	}
}

// TestUnitsStayWithin has too little on either side of what is not crossed: the limit of a
// commune and a railway. What lies elsewhere is told.
func TestUnitsStayWithin(t *testing.T) {
	p := defaultParams(t)
	p.Units = []UnitRule{{Source: "pdl", Field: "n", Minimum: 10}}
	in := &Input{
		Zone:     layer("communes", "", rectangle(351000, 6789000, 351500, 6790000), rectangle(351500, 6789000, 352000, 6790000)),
		Barriers: []Layer{layer("rail", Rail, line(351000, 6789500, 351500, 6789500))},
		Units:    []Units{{Places: [][2]float64{{351100, 6789100}, {351900, 6789900}, {0, 0}}, Counts: []float64{3, 4, 5}, Unplaced: 6}},
	}
	r := built(t, in, &p)
	want := UnitReport{UnitRule: p.Units[0], Inside: 7, Outside: 5, Unplaced: 6, None: 1, Short: 2}
	if len(r.Blocks) != 3 || r.Report.Units[0] != want {
		t.Errorf("%d blocks, %+v", len(r.Blocks), r.Report.Units[0])
	}
	if told := r.Report.String(); !strings.Contains(told, "pdl, n: 7 in blocks, 5 outside, 6 without a place") {
		t.Error(told)
	}
}

// TestUnitsOfRandomStreets counts units of blocks again, whatever the streets: no block that
// holds too few has a neighbour, and none is lost.
func TestUnitsOfRandomStreets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := defaultParams(t)
		p.Units = []UnitRule{{Source: "adresses", Minimum: float64(rapid.IntRange(1, 12).Draw(t, "minimum"))}}
		in := &Input{Zone: town(), Barriers: []Layer{layer("s", Streets, drawStreets(t)...)}, Units: make([]Units, 1)}
		for range rapid.IntRange(0, 60).Draw(t, "addresses") {
			x, y := rapid.IntRange(0, 9999).Draw(t, "x"), rapid.IntRange(0, 9999).Draw(t, "y")
			in.Units[0].Places = append(in.Units[0].Places, [2]float64{351000.0503 + float64(x)/10, 6789000.0503 + float64(y)/10})
			in.Units[0].Counts = append(in.Units[0].Counts, 1)
		}
		r := built(t, in, &p)
		m := meshOf(r.Blocks)
		held := make([]float64, len(r.Blocks))
		for _, at := range in.Units[0].Places {
			if k, ok := m.holding(at[0], at[1]); ok {
				held[k]++
			}
		}
		short, sum := 0, 0.0
		for _, v := range held {
			sum += v
			if v > 0 && v < p.Units[0].Minimum {
				short++
			}
		}
		told := r.Report.Units[0]
		if short != told.Short || sum != told.Inside || sum != float64(len(in.Units[0].Places)) {
			t.Fatalf("%d short, %v in all, told %+v", short, sum, told)
		}
		if short > 0 && len(r.Blocks) > 1 {
			t.Fatalf("%d of %d blocks are short, and streets keep nobody apart", short, len(r.Blocks))
		}
	})
}

func TestUnitRules(t *testing.T) {
	for text, says := range map[string]string{
		"units: [{minimum: 3}]":               "no source",
		"units: [{source: a, minimum: -3}]":   "-3 is no minimum",
		"units: [{source: a, minimum: .nan}]": "NaN is no minimum",
		"units: [{source: a, least: 3}]":      "least",
	} {
		if _, err := ParseParams([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
	p, err := ParseParams([]byte("units: [{source: a, field: n, minimum: 3}]"))
	if err != nil || len(p.Units) != 1 || p.Units[0] != (UnitRule{"a", "n", 3}) {
		t.Error(p.Units, err)
	}
	if _, err := Build(t.Context(), &Input{Zone: town()}, &p); err == nil {
		t.Error("nothing was counted, and nobody minds")
	}
}
