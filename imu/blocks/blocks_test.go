package blocks

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

func TestByHand(t *testing.T) {
	cross := []geo.Geometry{line(350900, 6789500, 352100, 6789500), line(351500, 6788900, 351500, 6790100)}
	river := layer("river", Water, rectangle(350900, 6789600, 352100, 6789660))
	pond := layer("pond", Water, rectangle(351100, 6789100, 351140, 6789140))
	main := layer("main", Rail, line(351000, 6789500, 352000, 6789500), line(351000, 6789501, 352000, 6789501))
	for _, c := range []struct {
		name     string
		barriers []Layer
		areas    string // hectares
	}{
		{"no barrier", nil, "[100]"},
		{"layers without features", []Layer{layer("s", Streets), layer("w", Water)}, "[100]"},
		{"a point and a street without length", []Layer{layer("s", Streets, geo.Geometry{Type: geo.Point, XY: []float64{351500, 6789500}}, line(351500, 6789500, 351500, 6789500))}, "[100]"},
		{"dead ends, doubled and bent back on themselves", []Layer{layer("s", Streets, line(351000, 6789500, 351900, 6789500, 351000, 6789500), line(351000, 6789500, 351900, 6789500))}, "[100]"},
		{"a street that stops short by half a metre", []Layer{layer("s", Streets, line(351000, 6789500, 351999.5, 6789500))}, "[50 50]"},
		{"a street that is a dead end", []Layer{layer("s", Streets, line(351000, 6789500, 351900, 6789500))}, "[100]"},
		{"two streets that cross", []Layer{layer("s", Streets, cross...)}, "[25 25 25 25]"},
		{"the same twice", []Layer{layer("s", Streets, append(cross, cross...)...)}, "[25 25 25 25]"},
		{"one that crosses itself", []Layer{layer("s", Streets, line(351000, 6789000, 352000, 6790000, 352000, 6789000, 351000, 6790000))}, "[25 25 25 25]"},
		{"two carriageways", []Layer{layer("s", Streets, line(351000, 6789500, 352000, 6789500), line(351000, 6789503, 352000, 6789503))}, "[50 50]"},
		{"two tracks no block crosses", []Layer{main}, "[50 50]"},
		{"a river, and a bridge that does not cut it", []Layer{river, layer("s", Streets, cross[1])}, "[6 30 30 17 17]"},
		{"a pond too small to cut", []Layer{pond}, "[100]"},
		{"a street beyond the zone", []Layer{layer("s", Streets, line(0, 0, 10, 10))}, "[100]"},
		{"parcels", []Layer{layer("p", Parcels, rectangle(351000, 6789000, 351500, 6790000))}, "[50 50]"},
	} {
		p := defaultParams(t)
		r := built(t, &Input{Zone: town(), Barriers: c.barriers}, &p)
		want := map[string]int{}
		for _, a := range strings.Fields(strings.Trim(c.areas, "[]")) {
			want[a]++
		}
		got := map[string]int{}
		for _, b := range r.Blocks {
			got[fmt.Sprint(math.Round(b.Area/1e4))]++ // between carriageways, a third of a hectare joins either side
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: blocks of %v ha, want %v", c.name, got, want)
		}
	}
}

// TestUnitsAreNeverCrossed cuts a corner off a commune that is too small to stand alone.
func TestUnitsAreNeverCrossed(t *testing.T) {
	zone := layer("communes", "", rectangle(351000, 6789000, 351500, 6790000), rectangle(351500, 6789000, 352000, 6790000))
	streets := layer("s", Streets, line(351480, 6789000, 351480, 6789010, 351520, 6789010, 351520, 6789000), line(351000, 6789500, 352000, 6789500))
	p := defaultParams(t)
	r := built(t, &Input{Zone: zone, Barriers: []Layer{streets}}, &p)
	if len(r.Blocks) != 4 || r.Report.JoinedSmall != 2 {
		t.Errorf("%d blocks, %d joined", len(r.Blocks), r.Report.JoinedSmall)
	}
	for _, b := range r.Blocks {
		if math.Abs(b.Area-250_000) > 1e-3 {
			t.Errorf("block %s of %v m²", b.ID, b.Area)
		}
	}
}

// TestBuildings has one across three blocks, one whole, one outside, a point and a line.
func TestBuildings(t *testing.T) {
	streets := layer("s", Streets, line(351100, 6789000, 351100, 6790000), line(351200, 6789000, 351200, 6790000))
	buildings := layer("b", "", rectangle(351090, 6789500, 351240, 6789510), rectangle(351010, 6789010, 351020, 6789020), rectangle(0, 0, 10, 10),
		geo.Geometry{Type: geo.Point, XY: []float64{351900, 6789900}}, line(351000, 6789000, 351001, 6789000))
	p := defaultParams(t)
	r := built(t, &Input{Zone: town(), Barriers: []Layer{streets}, Buildings: &buildings}, &p)
	want := BuildingReport{Read: 5, Assigned: 3, Cut: 1, Outside: 1, Unfit: 1}
	if r.Report.Buildings != want {
		t.Fatalf("%+v, want %+v", r.Report.Buildings, want)
	}
	if b := r.Blocks[r.Assigned[0]]; math.Abs(b.Area-100_000) > 1e-3 || math.Abs(b.Footprint-1000) > 1e-6 || b.Buildings != 1 {
		t.Errorf("the building across three blocks is in %+v", b)
	}
	if r.Assigned[2] != -1 || r.Assigned[4] != -1 {
		t.Error(r.Assigned)
	}
}

func TestRefusals(t *testing.T) {
	p := defaultParams(t)
	broken := layer("voies", Streets, line(351000, 6789000, 352000, 6790000), line(351000, 6789000, math.NaN(), 6790000))
	holed := layer("batiments", "", rectangle(351000, 6789000, 351010, 6789010), rectangle(351000, 6789000, math.Inf(1), 6789010))
	open := layer("batiments", "", geo.Geometry{Type: geo.Polygon, XY: []float64{0, 0, 1, 0, 1, 1}, Ends: []uint32{3}, Parts: []uint32{1}})
	for _, c := range []struct {
		in   Input
		says string
	}{
		{Input{Zone: layer("communes", "")}, "communes: it holds no feature"},
		{Input{Zone: layer("communes", "", rectangle(0, 0, 9, 9), line(0, 0, 1, 1))}, "communes, feature B: it is a LineString"},
		{Input{Zone: layer("communes", "", geo.Geometry{Type: geo.Polygon})}, "communes, feature A: empty Polygon"},
		{Input{Zone: town(), Barriers: []Layer{broken}}, "voies, feature B: vertex 1 is not finite"},
		{Input{Zone: town(), Buildings: &holed}, "batiments, feature B: vertex 1 is not finite"},
		{Input{Zone: town(), Buildings: &open}, "batiments, feature A: "},
		{Input{Zone: layer("world", "", rectangle(0, 0, 2e10, 1e7))}, "world: it is 20000000 km wide"},
	} {
		_, err := Build(t.Context(), &c.in, &p)
		var e *referentials.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Build(ctx, &Input{Zone: town()}, &p); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestZoneThatOverlapsItself names the feature that others cover.
func TestZoneThatOverlapsItself(t *testing.T) {
	p := defaultParams(t)
	in := &Input{Zone: layer("communes", "", rectangle(0, 0, 1000, 1000), rectangle(900, 0, 2000, 1000))}
	r := built(t, in, &p)
	if r.Report.ZoneOverlap != 100_000 || !strings.Contains(fmt.Sprint(r.Report.Warnings), "feature B: it measures 1100000.00") {
		t.Error(r.Report.ZoneOverlap, r.Report.Warnings)
	}
}

// TestRandomStreets proves partitions of random nets, with what is joined and without.
func TestRandomStreets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := defaultParams(t)
		if rapid.Bool().Draw(t, "all") {
			p.MinArea, p.MinWidth, p.SliverArea = 0, 0, 0
		}
		p.Split.MinArea = rapid.SampledFrom([]float64{0, 1, 5000}).Draw(t, "piece")
		streets := drawStreets(t)
		in := &Input{Zone: town(), Barriers: []Layer{layer("s", Streets, streets...)}}
		if rapid.Bool().Draw(t, "river") {
			in.Barriers = append(in.Barriers, layer("w", Water, rectangle(350000, 6789310, 353000, 6789370)))
		}
		buildings := drawBuildings(t)
		in.Buildings = &buildings
		r := built(t, in, &p)
		if crossed := r.Report.Crossed > 0; crossed != (r.Report.MainInside > 0) {
			t.Fatalf("%d pieces crossed main limits, %v m of which lie within blocks", r.Report.Crossed, r.Report.MainInside)
		}
		if got := r.Report.JoinedSmall + r.Report.JoinedThin + r.Report.Crossed + r.Report.Vanished + r.Report.Rejoined + r.Report.Blocks; got != r.Report.Pieces+r.Report.SplitInto-r.Report.SplitBlocks {
			t.Fatalf("%d pieces, and %d told of\n%s", r.Report.Pieces, got, r.Report.String())
		}
	})
}

// TestSameBytes builds on one, two and seven processors, and with streets in another order.
func TestSameBytes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	streets := rapid.Custom(drawStreets).Filter(func(s []geo.Geometry) bool { return len(s) > 12 }).Example(3)
	buildings := rapid.Custom(drawBuildings).Filter(func(l Layer) bool { return len(l.Features) > 30 }).Example(3)
	p := defaultParams(t)
	told := ""
	for _, n := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(n)
		r := built(t, &Input{Zone: town(), Barriers: []Layer{layer("s", Streets, streets...)}, Buildings: &buildings}, &p)
		if r.Report.SplitBlocks == 0 {
			t.Fatal("nothing is split")
		}
		now := fmt.Sprint(r.Blocks, r.Report)
		if told != "" && told != now {
			t.Fatalf("%d processors tell another story", n)
		}
		told = now
	}
}

// TestLineage builds twice: a street comes, another goes, and most blocks stay.
func TestLineage(t *testing.T) {
	p := defaultParams(t)
	at := func(x float64) geo.Geometry { return line(x, 6789000, x, 6790000) }
	first := built(t, &Input{Zone: town(), Barriers: []Layer{layer("s", Streets, at(351200), at(351400), at(351600), at(351800))}}, &p)
	previous := Layer{Name: "imu"}
	for _, b := range first.Blocks {
		previous.Features = append(previous.Features, Feature{ID: b.ID, Shape: b.Shape})
	}
	same := built(t, &Input{Zone: town(), Barriers: []Layer{layer("s", Streets, at(351200.5), at(351400), at(351600), at(351800))}, Previous: &previous}, &p)
	if fmt.Sprint(same.Report.Lineage) != "map[kept:5]" {
		t.Error(same.Report.Lineage)
	}
	for k := range same.Blocks {
		if same.Blocks[k].ID != first.Blocks[k].ID {
			t.Error("an id has changed")
		}
	}
	changed := built(t, &Input{Zone: town(), Barriers: []Layer{layer("s", Streets, at(351100), at(351200), at(351600), at(351800))}, Previous: &previous}, &p)
	// The first block is split in halves, the second and the third are merged.
	if fmt.Sprint(changed.Report.Lineage) != "map[kept:2 merged:2 split:2]" {
		t.Error(changed.Report.Lineage, changed.Lineage)
	}
	wider := layer("town", "", rectangle(351000, 6789000, 351800, 6790000), rectangle(352000, 6789000, 352200, 6790000))
	moved := built(t, &Input{Zone: wider, Barriers: []Layer{layer("s", Streets, at(351200), at(351400), at(351600))}, Previous: &previous}, &p)
	if fmt.Sprint(moved.Report.Lineage) != "map[born:1 gone:1 kept:4]" {
		t.Error(moved.Report.Lineage)
	}
}

func TestParams(t *testing.T) {
	p, err := ParseParams([]byte("min_area: 200\nrules:\n  streets:\n    drop:\n      nature: [Sentier]\n"))
	if err != nil || p.MinArea != 200 || p.MinWater != defaultParams(t).MinWater || len(p.Rules[Streets].Drop) != 1 || !p.Rules[Rail].AllMain {
		t.Errorf("%+v, %v", p, err)
	}
	for _, text := range []string{"min_aera: 3", "min_area: -1", "min_area: .nan", "sliver_compactness: 2", "rules: {roads: {}}", "steps_per_metre: -1", "["} {
		if _, err := ParseParams([]byte(text)); referentials.CodeOf(err) != referentials.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseParams(f *testing.F) {
	f.Add(defaults)
	f.Add([]byte("rules: {streets: {main: {a: [b]}}}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := ParseParams(text); err == nil && p.Validate() != nil {
			t.Error("it passes once and not twice")
		}
	})
}

func TestPlane(t *testing.T) {
	for _, c := range []struct {
		system   crs.CRS
		lon, lat float64
		want     string
	}{
		{crs.CRS84, -1.68, 48.11, "EPSG:2154"},
		{crs.CRS84, 13.4, 52.5, "EPSG:32633"},
		{crs.CRS84, 151.2, -33.9, "EPSG:32756"},
		{crs.EPSG(3948), 0, 0, "EPSG:3948"},
		{crs.EPSG(3857), -187_014, 6_124_500, "EPSG:2154"},
		{crs.EPSG(3857), 1_491_681, 6_891_042, "EPSG:32633"},
	} {
		got, err := Plane(&referentials.Descriptor{ID: "z", CRS: c.system}, around(c.lon, c.lat))
		if err != nil || got.String() != c.want {
			t.Errorf("%v: %s, %v, want %s", c, got, err, c.want)
		}
	}
}
