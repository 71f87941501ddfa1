package blocks

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/topology"
	"socle/geo/voronoi"
	"socle/referentials"
)

// quarter has eight houses in the west of the town and four blocks of flats in the east, a
// shed beside the first, and a hall in the middle of nothing when asked for.
func quarter(hall bool) Layer {
	l := Layer{Name: "buildings", Fields: []string{"id", "hauteur", "niveau"}}
	add := func(g geo.Geometry, height, levels string) {
		id := fmt.Sprint(len(l.Features))
		l.Features = append(l.Features, Feature{ID: id, Shape: g, Values: []string{id, height, levels}})
	}
	for i := range 8 {
		x, y := 351100+float64(i%2)*200, 6789100+float64(i/2)*200
		add(rectangle(x, y, x+10, y+10), "6", "")
	}
	for i := range 4 {
		y := 6789100 + float64(i)*200
		add(rectangle(351690, y, 351700, y+10), "", "5")
	}
	add(rectangle(351120, 6789100, 351124, 6789104), "12", "")
	if hall {
		add(rectangle(351400, 6789900, 351440, 6789940), "8", "")
	}
	return l
}

func TestSplitByHand(t *testing.T) {
	buildings := quarter(false)
	p := defaultParams(t)
	in := &Input{Zone: town(), Buildings: &buildings}
	r := built(t, in, &p)
	// The houses of the eastern column end at 351310, the flats begin at 351690: halfway is 351500.
	if len(r.Blocks) != 2 || math.Abs(r.Blocks[0].Area-500_000) > 1000 || math.Abs(r.Blocks[1].Area-500_000) > 1000 {
		t.Fatal(r.Report.String())
	}
	if fmt.Sprint(r.Report.Forms) != "map[collectif:4 individuel:8]" || r.Report.Annexes != 1 || r.Report.MixedBlocks != 1 || r.Report.SplitBlocks != 1 || r.Report.SplitInto != 2 {
		t.Error(r.Report.String())
	}
	for i, k := range r.Assigned {
		if flats := i >= 8 && i < 12; (k == r.Assigned[8]) != flats {
			t.Errorf("building %d lies in block %d", i, k)
		}
	}
	for k := range r.Blocks {
		if n := r.Blocks[k].Shape.NumVertices(); n > 60 {
			t.Errorf("a border between houses and flats has %d vertices", n)
		}
	}
	for name, change := range map[string]func(*Params){
		"off":        func(p *Params) { p.Split.Enabled = false },
		"too small":  func(p *Params) { p.Split.MinArea = 600_000 },
		"pure":       func(p *Params) { p.Split.Purity = 0.6 },
		"one form":   func(p *Params) { p.Split.Forms = nil },
		"all sheds":  func(p *Params) { p.Split.Annex = 1000 },
		"no heights": func(p *Params) { p.Split.Heights, p.Split.Levels = nil, nil },
	} {
		q := defaultParams(t)
		change(&q)
		if r := built(t, in, &q); len(r.Blocks) != 1 {
			t.Errorf("%s: %d blocks", name, len(r.Blocks))
		}
	}
}

// TestPiecesJoinAgain has a hall among the houses whose neighbourhood is too small a piece.
func TestPiecesJoinAgain(t *testing.T) {
	buildings := quarter(true)
	p := defaultParams(t)
	p.Split.MinArea = 100_000
	r := built(t, &Input{Zone: town(), Buildings: &buildings}, &p)
	if len(r.Blocks) != 2 || r.Report.SplitInto != 3 || r.Report.Rejoined != 1 {
		t.Error(r.Report.String())
	}
	p.Split.MinArea = 5000
	if r := built(t, &Input{Zone: town(), Buildings: &buildings}, &p); len(r.Blocks) != 3 {
		t.Error(r.Report.String())
	}
}

// TestSplitStaysWithin splits blocks beside a commune that has no buildings.
func TestSplitStaysWithin(t *testing.T) {
	zone := layer("communes", "", rectangle(351000, 6789000, 352000, 6790000), rectangle(352000, 6789000, 353000, 6790000))
	buildings := quarter(true)
	p := defaultParams(t)
	r := built(t, &Input{Zone: zone, Barriers: []Layer{layer("s", Streets, line(351000, 6789450, 353000, 6789450))}, Buildings: &buildings}, &p)
	areas := map[int]float64{}
	for _, b := range r.Blocks {
		areas[b.Unit] += b.Area
	}
	if r.Report.ByUnit["B"] != 2 || math.Abs(areas[0]-1e6) > 1e-3 || math.Abs(areas[1]-1e6) > 1e-3 || r.Report.SplitBlocks != 2 {
		t.Error(areas, r.Report.String())
	}
}

// TestSitesAreBounded gathers the points of a block with more walls than a worker holds.
func TestSitesAreBounded(t *testing.T) {
	p := defaultParams(t)
	var buildings Layer
	var held []part
	for i := range 7000 {
		x, y := 20*float64(i%100), 20*float64(i/100)
		buildings.Features = append(buildings.Features, Feature{Shape: rectangle(x, y, x+10, y+10)})
		held = append(held, part{building: i})
	}
	var w splitter
	w.gather(&buildings, held, make([]int32, len(held)), &p.Split)
	if n := len(w.labels); n > maxSites || n < maxSites/3 || len(w.sites) != 2*n {
		t.Errorf("%d points, %d coordinates", n, len(w.sites))
	}
	last := w.sites[len(w.sites)-2:]
	if last[0] < 1980 || last[1] < 1380 {
		t.Error("the last building has no point", last)
	}
}

// TestPiecesAreOfOneForm splits towns as far as can be: then no piece holds buildings of
// two forms, and each building lies in one piece, but for what smoothing takes.
func TestPiecesAreOfOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := defaultParams(t)
		p.Split.MinArea, p.MinArea, p.MinWidth, p.Split.Purity = 0, 0, 0, 1
		buildings := Layer{Name: "buildings", Fields: []string{"hauteur"}}
		taken := map[[2]int]bool{}
		for range rapid.IntRange(2, 40).Draw(t, "buildings") {
			at := [2]int{rapid.IntRange(0, 9).Draw(t, "column"), rapid.IntRange(0, 9).Draw(t, "row")}
			if taken[at] {
				continue
			}
			taken[at] = true
			// Side by side where they fill their place, as terraces are.
			size := rapid.SampledFrom([]float64{7, 10, 14, 20}).Draw(t, "size")
			x, y := 351400+20*float64(at[0]), 6789400+20*float64(at[1])
			buildings.Features = append(buildings.Features, Feature{ID: fmt.Sprint(at), Shape: rectangle(x, y, x+size, y+size),
				Values: []string{rapid.SampledFrom([]string{"5", "15"}).Draw(t, "height")}})
		}
		r := built(t, &Input{Zone: town(), Buildings: &buildings}, &p)
		former := newFormer(&p.Split, &buildings)
		forms := map[int]int32{}
		for i, k := range r.Assigned {
			form := former.of(&buildings.Features[i])
			if other, ok := forms[k]; ok && other != form {
				t.Fatalf("block %d holds forms %d and %d\n%s", k, form, other, r.Report.String())
			}
			forms[k] = form
		}
		for _, part := range r.buildings {
			if whole := topology.Area(&buildings.Features[part.building].Shape); part.area > 0.05*whole && part.area < 0.95*whole {
				t.Fatalf("%v of the %v m² of a building lie in one piece", part.area, whole)
			}
		}
	})
}

func TestSpikes(t *testing.T) {
	// Two streets part at 351100 and are a centimetre apart for each ten metres.
	fork := func(kind Kind) Layer {
		return layer("fork", kind, line(351000, 6789500, 351100, 6789500, 352000, 6789500), line(351100, 6789500, 352000, 6789500.9, 352000, 6789800))
	}
	street := layer("s", Streets, line(351500, 6789500, 351500, 6789500.4), line(351950, 6789500, 351950, 6790000))
	p := defaultParams(t)
	p.MinArea, p.MinWidth, p.SliverArea = 0, 0, 0
	in := &Input{Zone: town(), Barriers: []Layer{fork(Streets), street}}
	p.SpikeWidth = 0
	with := built(t, in, &p)
	p.SpikeWidth = 0.02
	without := built(t, in, &p)
	narrow := func(r *Result) (found int) {
		for k := range r.Blocks {
			for i := range r.Blocks[k].Shape.Ends {
				ring := r.Blocks[k].Shape.Ring(i)
				for v := 0; v < len(ring)/2-1; v++ {
					if _, _, ok := spikeAt(ring, v, 0.02); ok && isSharp(ring, v) {
						found++
					}
				}
			}
		}
		return found
	}
	if narrow(with) != 1 || narrow(without) != 0 || without.Report.Spikes != 1 || len(with.Blocks) != len(without.Blocks) {
		t.Errorf("%d spikes, then %d\n%s", narrow(with), narrow(without), without.Report.String())
	}
	// The tip is 20 m long and 2 cm wide at its end.
	moved := 0.0
	for k := range with.Blocks {
		moved = max(moved, math.Abs(with.Blocks[k].Area-without.Blocks[k].Area))
	}
	if math.Abs(moved-0.2) > 0.01 {
		t.Errorf("%v m² moved", moved)
	}
	p.CrossMainBelow = 0
	in.Barriers = []Layer{fork(Rail), street}
	if kept := built(t, in, &p); kept.Report.Spikes != 0 || kept.Report.SpikesKept != 1 {
		t.Error(kept.Report.String())
	}
}

func TestChain(t *testing.T) {
	ridge := func(x0, y0, x1, y1 float64) voronoi.Ridge {
		return voronoi.Ridge{X0: x0, Y0: y0, X1: x1, Y1: y1, B: 1}
	}
	// Three arms that meet in one place, and a ring.
	lines := chain([]voronoi.Ridge{
		ridge(0, 0, 1, 0), ridge(2, 0, 1, 0), ridge(2, 0, 3, 1), ridge(3, -1, 2, 0),
		ridge(9, 9, 9, 8), ridge(8, 9, 9, 9), ridge(9, 8, 8, 9),
	})
	want := [][]float64{{0, 0, 1, 0, 2, 0}, {3, 1, 2, 0}, {3, -1, 2, 0}, {9, 9, 9, 8, 8, 9, 9, 9}}
	slices.SortFunc(want, slices.Compare)
	for k, l := range lines {
		if l[0] == 2 && l[1] == 0 { // either way will do
			lines[k] = []float64{l[2], l[3], l[0], l[1]}
		}
	}
	slices.SortFunc(lines, slices.Compare)
	if fmt.Sprint(lines) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", lines, want)
	}
}

func TestSimplify(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		var line []float64
		for range n {
			line = append(line, rapid.Float64Range(0, 10).Draw(t, "x"), rapid.Float64Range(0, 10).Draw(t, "y"))
		}
		tolerance := rapid.Float64Range(0, 5).Draw(t, "tolerance")
		got := simplify(line, tolerance)
		if !slices.Equal(got[:2], line[:2]) || !slices.Equal(got[len(got)-2:], line[len(line)-2:]) {
			t.Fatal("an end has gone")
		}
		for k := 0; k < len(line); k += 2 {
			least := math.Inf(1)
			for s := 2; s < len(got); s += 2 {
				least = min(least, offSegment(got[s-2:s], got[s:s+2], line[k:k+2]))
			}
			if least > tolerance+1e-9 {
				t.Fatalf("vertex %d is %g from the line", k/2, least)
			}
		}
	})
}

func TestSplitRulesRefused(t *testing.T) {
	for _, text := range []string{"purity: 2", "spacing: 0", "min_area: -1", "forms: [{min_height: 3}]", "forms: [{name: a}, {name: a}]",
		"forms: [{name: a, min_height: .nan}]", "purty: 1"} {
		if _, err := ParseParams([]byte("split: {" + text + "}")); referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
	p, err := ParseParams([]byte("split: {purity: 0.7}"))
	if err != nil || p.Split.Purity != 0.7 || !p.Split.Enabled || len(p.Split.Forms) != 4 {
		t.Errorf("%+v %v", p.Split, err)
	}
	if p, err = ParseParams([]byte("split: {forms: [{name: tour, min_height: 50}]}")); err != nil || len(p.Split.Forms) != 1 || p.Split.MinArea != 5000 {
		t.Errorf("%+v %v", p.Split, err)
	}
}
