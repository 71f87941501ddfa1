package blocks

import (
	_ "embed"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
)

// The units GeoClimate c99a47c makes of its vector: a point within each, and its area. They
// are what the statements of its SpatialUnits.createTSU give, in their order, on H2GIS 2.2.3
// with JTS 1.20.0: 237, as its own test has it.
//
//go:embed testdata/geoclimate_units.csv
var geoclimateUnits string

// geoclimate reads the vector with the rules of prepareTSUData: streets of zindex 0, no rail
// that is not said to be a main line, water of 2,500 m² and more cut by streets, vegetation
// of 10,000 m² and more, of which there is none; faces over 1 m², nothing joined.
func geoclimate(t *testing.T) (*Input, *Params) {
	p := defaultParams(t)
	p.MinArea, p.MinWidth, p.SliverArea, p.CrossMainBelow, p.BridgesCutWater = 1, 0, 0, 1, true
	vector := func(kind Kind, name string) Layer {
		return imported(t, kind, lambert, "vectors/morphology/"+name+"_test.geojson")
	}
	roads := vector(Streets, "road")
	zindex := slices.Index(roads.Fields, "zindex")
	roads.Features = slices.DeleteFunc(roads.Features, func(f Feature) bool { return f.Values[zindex] != "0" })
	if len(roads.Features) != 460 {
		t.Fatal(len(roads.Features), "streets")
	}
	return &Input{Zone: vector("", "zone"), Barriers: []Layer{roads, vector(Vegetation, "veget"), vector(Water, "hydro")}}, &p
}

// TestGeoClimate accounts for every unit in which GeoClimate's 237 and the blocks here
// differ. The streets of the vector were cut by the zone, and rounding left their ends up to
// 0.4 nm from its border, on either side. Noded in floating point, as GeoClimate does, an end
// that falls short is a dead end, and the units on its sides are one; an end that reaches
// over cuts. Here every end meets the border, so each of the 32 that fall short may part one
// more block. Drawing these ends back by two millimetres, and no others, gives the 237.
func TestGeoClimate(t *testing.T) {
	in, p := geoclimate(t)
	units := readUnits(t)
	whole := built(t, in, p)
	if len(units) != 237 || len(whole.Blocks) != 268 {
		t.Fatalf("%d units, %d blocks\n%s", len(units), len(whole.Blocks), whole.Report.String())
	}
	short := drawBackShort(t, in)
	if len(short) != 32 {
		t.Errorf("%d ends fall short of the border", len(short))
	}
	p.CloseGaps = 1e-5 // the grid itself parts ends that do cross the border
	drawn := built(t, in, p)
	same, slivers := match(t, drawn, units)
	if len(drawn.Blocks) != 237 || same != 237 || slivers != 1 {
		t.Errorf("with those ends drawn back there are %d blocks, %d of them units (%d with a sliver)\n%s", len(drawn.Blocks), same, slivers, drawn.Report.String())
	}
	accountFor(t, whole, drawn, short)
}

// unit is one of GeoClimate's.
type unit struct{ x, y, area float64 }

func readUnits(t *testing.T) (units []unit) {
	for _, row := range strings.Split(strings.TrimSpace(geoclimateUnits), "\n")[1:] {
		var u unit
		if _, err := fmt.Sscanf(row, "%g,%g,%g", &u.x, &u.y, &u.area); err != nil {
			t.Fatal(row, err)
		}
		units = append(units, u)
	}
	return units
}

// match pairs units with blocks that hold their point and have their area. GeoClimate leaves
// out faces of 1 m² and less, which are joined to a block here: it has a sliver more then.
func match(t *testing.T, r *Result, units []unit) (same, slivers int) {
	m := meshOf(r.Blocks)
	taken := map[int]bool{}
	for _, u := range units {
		k, ok := m.holding(u.x, u.y)
		if !ok || taken[k] {
			t.Errorf("no block is the unit at %.2f, %.2f", u.x, u.y)
			continue
		}
		taken[k] = true
		switch more := r.Blocks[k].Area - u.area; {
		case math.Abs(more) < 0.01:
			same++
		case more > 0 && more <= 1:
			same++
			slivers++
		default:
			t.Errorf("the unit at %.2f, %.2f has %.3f m², its block %.3f", u.x, u.y, u.area, r.Blocks[k].Area)
		}
	}
	return same, slivers
}

// accountFor lists which units the ends that fall short left in one, and adds up the
// difference.
func accountFor(t *testing.T, whole, drawn *Result, short []end) {
	m := meshOf(drawn.Blocks)
	parts := make([][]int, len(drawn.Blocks))
	for k := range whole.Blocks {
		if in, ok := m.holding(whole.Blocks[k].inside[0], whole.Blocks[k].inside[1]); ok {
			parts[in] = append(parts[in], k)
		}
	}
	more := 0
	for k, list := range parts {
		if len(list) < 2 {
			continue
		}
		more += len(list) - 1
		var ends []string
		sum := 0.0
		for _, e := range short {
			if distanceTo(&drawn.Blocks[k], e.x, e.y) < 0.003 {
				ends = append(ends, e.street)
			}
		}
		for _, b := range list {
			sum += whole.Blocks[b].Area
		}
		if math.Abs(sum-drawn.Blocks[k].Area) > 0.01 || len(ends) < len(list)-1 {
			t.Errorf("the unit at %.0f, %.0f of %.2f m² is not the %d blocks of %.2f m² parted by %v", drawn.Blocks[k].inside[0], drawn.Blocks[k].inside[1],
				drawn.Blocks[k].Area, len(list), sum, ends)
		}
		t.Logf("unit at %.0f, %.0f: %d blocks here, parted by streets that fall short of the border: %v", drawn.Blocks[k].inside[0], drawn.Blocks[k].inside[1], len(list), ends)
	}
	if more != len(whole.Blocks)-len(drawn.Blocks) {
		t.Errorf("%d of %d accounted for", more, len(whole.Blocks)-len(drawn.Blocks))
	}
}

// end is one of a street.
type end struct {
	street string
	x, y   float64
}

// drawBackShort shortens streets by two millimetres where they end within a millimetre of
// the border without crossing it, in exact arithmetic, and gives those ends.
func drawBackShort(t *testing.T, in *Input) (short []end) {
	border := borderOf(in.Zone.Features[0].Shape.XY)
	streets := &in.Barriers[0]
	for i := range streets.Features {
		f := &streets.Features[i]
		f.Shape = f.Shape.Clone()
		for k := range f.Shape.Ends {
			line := f.Shape.Ring(k)
			n := len(line)
			for _, way := range [2][2]int{{0, 2}, {n - 2, n - 4}} {
				last, before := [2]float64(line[way[0]:way[0]+2]), [2]float64(line[way[1]:way[1]+2])
				near := slices.IndexFunc(border, func(s [4]float64) bool { return distance(s, last[0], last[1]) < 0.001 })
				if near < 0 || side(border[near], last) != side(border[near], before) {
					continue
				}
				short = append(short, end{f.ID, last[0], last[1]})
				length := math.Hypot(last[0]-before[0], last[1]-before[1])
				line[way[0]] -= 0.002 * (last[0] - before[0]) / length
				line[way[0]+1] -= 0.002 * (last[1] - before[1]) / length
			}
		}
	}
	return short
}

// borderOf gives the segments of a ring.
func borderOf(ring []float64) (segments [][4]float64) {
	for k := 2; k < len(ring); k += 2 {
		segments = append(segments, [4]float64(ring[k-2:k+2]))
	}
	return segments
}

// side is on which side of a segment a point lies, exactly.
func side(s [4]float64, p [2]float64) int {
	minus := func(a, b float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(a), new(big.Rat).SetFloat64(b))
	}
	left := new(big.Rat).Mul(minus(s[2], s[0]), minus(p[1], s[1]))
	right := new(big.Rat).Mul(minus(s[3], s[1]), minus(p[0], s[0]))
	return left.Cmp(right)
}

// distance is from a segment to a point.
func distance(s [4]float64, x, y float64) float64 {
	dx, dy := s[2]-s[0], s[3]-s[1]
	share := min(max(((x-s[0])*dx+(y-s[1])*dy)/(dx*dx+dy*dy), 0), 1)
	return math.Hypot(x-s[0]-share*dx, y-s[1]-share*dy)
}

func distanceTo(b *Block, x, y float64) float64 {
	least := math.Inf(1)
	for i := range b.Shape.Ends {
		for _, s := range borderOf(b.Shape.Ring(i)) {
			least = min(least, distance(s, x, y))
		}
	}
	return least
}
