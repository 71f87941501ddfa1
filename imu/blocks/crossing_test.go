package blocks

import (
	"testing"

	"socle/geo"
	"socle/geo/topology"
)

// noneCrosses checks that no block lies on both sides of a main limit or of large water: the
// block cut by these lines anew falls into one part that could stand alone at most. The
// lines are those of the barriers by the rules, not those the build went by.
func noneCrosses(t *testing.T, in *Input, p *Params, r *Result) {
	t.Helper()
	var lines, shores []geo.Geometry
	for k := range in.Barriers {
		l := &in.Barriers[k]
		rules := p.Rules[l.Kind]
		keep, drop, main := newMatcher(l, rules.Keep), newMatcher(l, rules.Drop), newMatcher(l, rules.Main)
		for i := range l.Features {
			f := &l.Features[i]
			if drop.match(f) != "" || len(keep.columns) > 0 && keep.match(f) == "" {
				continue
			}
			switch {
			case l.Kind == Water && f.Shape.Type.Dimension() == 2 && topology.Area(&f.Shape) >= p.MinWater:
				shores = append(shores, f.Shape)
			case f.Shape.Type.Dimension() == 1 && (rules.AllMain || main.match(f) != ""):
				lines = append(lines, f.Shape)
			}
		}
	}
	crossed := 0
	for k := range r.Blocks {
		b := &r.Blocks[k]
		if b.Nature == IsWater {
			continue // bridges do not cut it
		}
		sides, wet := partsOf(t, p, b, lines, shores)
		if sides > 1 {
			crossed++
			t.Errorf("block %s of %.0f m² has %d parts that main limits cut off each other", b.ID, b.Area, sides)
		}
		if wet > p.CrossMainBelow {
			t.Errorf("%.0f m² of large water lie in block %s of %.0f m²", wet, b.ID, b.Area)
		}
	}
	t.Logf("%d main lines, %d large waters, %d blocks cross one", len(lines), len(shores), crossed)
}

// partsOf counts the parts of a block between main limits that are neither small nor thin
// enough to cross one by the rules, and measures the water in it. A strip is a little wider
// where the block cuts its ends off.
func partsOf(t *testing.T, p *Params, b *Block, lines, shores []geo.Geometry) (parts int, wet float64) {
	box := b.Shape.Bound()
	a := topology.NewArranger(10_000)
	if err := a.Add(0, &b.Shape); err != nil {
		t.Fatal(err)
	}
	add := func(first uint32, list []geo.Geometry) {
		for i := range list {
			if g, ok := clipLines(&list[i], &box); ok {
				if err := a.Add(first+uint32(i), &g); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	const shore = 1 << 20
	add(1, lines)
	add(shore, shores)
	net, err := a.Arrange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	perimeter := make([]float64, net.NumFaces())
	for e := range net.NumEdges() {
		left, right := net.Sides(e)
		if left != right {
			perimeter[left] += net.Length(e)
			perimeter[right] += net.Length(e)
		}
	}
	for f := uint32(1); f < uint32(net.NumFaces()); f++ {
		within, water := false, false
		net.EachCover(f, func(s uint32) { within, water = within || s == 0, water || s >= shore })
		if !within {
			continue
		}
		if water {
			wet += net.Area(f)
		} else if net.Area(f) >= p.CrossMainBelow && 2*net.Area(f) >= 1.1*p.MinWidth*perimeter[f] {
			parts++
		}
	}
	return parts, wet
}
