package blocks

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/importer"
)

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// shelf keeps what is imported.
type shelf struct {
	referentials.Store
	state referentials.State
	rows  []referentials.Row
}

func (s *shelf) Replace(_ context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	s.state.Descriptor = p.Descriptor
	for r, err := range rows {
		if err != nil {
			return referentials.Version{}, err
		}
		row := referentials.Row{Values: slices.Clone(r.Values), Geom: r.Geom.Clone()}
		for k, v := range row.Values { // texts may be views of what the reader uses again
			if v.Type() == referentials.String {
				row.Values[k] = referentials.StringValue(strings.Clone(v.Str()))
			}
		}
		s.rows = append(s.rows, row)
	}
	return referentials.Version{ID: 1}, nil
}

// imported gives files, those of ../shared beside the checkout, as a layer in a plane.
func imported(t testing.TB, kind Kind, plane crs.CRS, names ...string) Layer {
	t.Helper()
	return importedLayer(t, kind, plane, "", names...)
}

// importedLayer gives one of the layers of files.
func importedLayer(t testing.TB, kind Kind, plane crs.CRS, name string, names ...string) Layer {
	t.Helper()
	s := &shelf{}
	opt := importer.Options{As: "layer", Layer: name}
	for _, name := range names {
		if !filepath.IsAbs(name) {
			name = filepath.Join("..", "..", "..", "shared", filepath.FromSlash(name))
		}
		opt.Files = append(opt.Files, name)
	}
	if _, err := importer.Import(t.Context(), s, opt); err != nil {
		t.Fatal(err)
	}
	var ways crs.Cache
	defer ways.Close()
	p := defaultParams(t)
	rows := func(yield func(*referentials.Row, error) bool) {
		for i := range s.rows {
			if !yield(&s.rows[i], nil) {
				return
			}
		}
	}
	s.state.Descriptor.ID = filepath.Base(names[0])
	l, err := p.Read(t.Context(), &s.state, rows, kind, plane, &ways, carried...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func built(t fataler, in *Input, p *Params) *Result {
	t.Helper()
	r, err := Build(context.Background(), in, p)
	if err != nil {
		t.Fatal(err)
	}
	prove(t, in, r)
	return r
}

// prove checks the partition independently of how it was made: outlines are valid, their
// areas add up to that of the zone, each edge is walked once on either side, and no
// interior meets another.
func prove(t fataler, in *Input, r *Result) {
	t.Helper()
	e := topology.NewEngine()
	defer e.Close()
	if !r.Report.Exact {
		t.Fatal("steps do not add up")
	}
	type step [4]float64
	sides := map[step]int{}
	sum, given := 0.0, 0.0
	ids := map[string]bool{}
	for k := range r.Blocks {
		b := &r.Blocks[k]
		if ok, why, err := e.Valid(&b.Shape); !ok || err != nil {
			t.Fatal("block", b.ID, why, err)
		}
		if ids[b.ID] || b.ID == "" {
			t.Fatalf("id %q is taken or empty", b.ID)
		}
		ids[b.ID] = true
		sum += topology.Area(&b.Shape)
		for i := range b.Shape.Ends {
			ring := b.Shape.Ring(i)
			for k := 2; k < len(ring); k += 2 {
				sides[step(ring[k-2:k+2])]++
			}
		}
	}
	for s, n := range sides {
		// A border is walked once each way, or once where nothing lies beyond.
		if n != 1 {
			t.Fatal("the edge", s, "has", n, "blocks on one side")
		}
	}
	for i := range in.Zone.Features {
		given += topology.Area(&in.Zone.Features[i].Shape)
	}
	if math.Abs(sum-r.Report.GridArea) > 1e-9*sum {
		t.Fatalf("blocks have %v m², the zone %v m²", sum, r.Report.GridArea)
	}
	if r.Report.ZoneOverlap == 0 && len(r.Report.Warnings) == 0 && math.Abs(sum-given) > 1e-9*given+1e-6 {
		t.Fatalf("blocks have %v m², the zone as given %v m²", sum, given)
	}
	noOverlap(t, r)
}

// noOverlap measures every pair of blocks whose boxes meet.
func noOverlap(t fataler, r *Result) {
	t.Helper()
	m := meshOf(r.Blocks)
	var v topology.Overlap
	for k := range r.Blocks {
		for _, other := range m.near(m.outlines[k].Bound()) {
			if other <= k {
				continue
			}
			// Not 0 exactly: shared slanted edges are cut into strips in floating point.
			if a := v.Area(&m.outlines[k], &m.outlines[other]); a > 1e-6+1e-9*m.outlines[k].Area() {
				t.Fatalf("blocks %s and %s share %g m²", r.Blocks[k].ID, r.Blocks[other].ID, a)
			}
		}
	}
}

func line(xy ...float64) geo.Geometry {
	return geo.Geometry{Type: geo.LineString, XY: xy, Ends: []uint32{uint32(len(xy) / 2)}}
}

func rectangle(x0, y0, x1, y1 float64) geo.Geometry {
	return geo.Geometry{Type: geo.Polygon, XY: []float64{x0, y0, x1, y0, x1, y1, x0, y1, x0, y0}, Ends: []uint32{5}, Parts: []uint32{1}}
}

// layer numbers shapes from 1.
func layer(name string, kind Kind, shapes ...geo.Geometry) Layer {
	l := Layer{Name: name, Kind: kind}
	for i, g := range shapes {
		l.Features = append(l.Features, Feature{ID: string(rune('A' + i)), Shape: g})
	}
	return l
}

// town is a square of 1 km.
func town() Layer { return layer("town", "", rectangle(351000, 6789000, 352000, 6790000)) }

// drawStreets draws a net of streets over the town: through, dangling, doubled, crossing
// themselves, and some that nearly meet.
func drawStreets(t *rapid.T) []geo.Geometry {
	place := func(from float64) *rapid.Generator[float64] {
		return rapid.OneOf(rapid.Float64Range(from-50, from+1050), rapid.Map(rapid.IntRange(0, 8), func(i int) float64 { return from + 125*float64(i) }))
	}
	var streets []geo.Geometry
	for range rapid.IntRange(0, 25).Draw(t, "streets") {
		var xy []float64
		for range rapid.IntRange(2, 6).Draw(t, "vertices") {
			xy = append(xy, place(351000).Draw(t, "x"), place(6789000).Draw(t, "y"))
		}
		streets = append(streets, line(xy...))
		if rapid.IntRange(0, 9).Draw(t, "twice") == 0 {
			near := slices.Clone(xy)
			for i := range near {
				near[i] += rapid.Float64Range(-0.01, 0.01).Draw(t, "shift")
			}
			streets = append(streets, line(near...))
		}
	}
	return streets
}

func around(x, y float64) orb.Bound { return orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x, y}} }

// defaultParams gives the parameters of params.yaml.
func defaultParams(t interface{ Fatal(args ...any) }) Params {
	p, err := ParseParams(nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// drawBuildings puts houses, blocks of flats and halls in the town, some on one another,
// some across streets.
func drawBuildings(t *rapid.T) Layer {
	l := Layer{Name: "buildings", Fields: []string{"hauteur"}}
	for i := range rapid.IntRange(0, 40).Draw(t, "buildings") {
		x, y := 351000+float64(rapid.IntRange(-5, 200).Draw(t, "x"))*5, 6789000+float64(rapid.IntRange(-5, 200).Draw(t, "y"))*5
		w, h := rapid.Float64Range(3, 60).Draw(t, "w"), rapid.Float64Range(3, 60).Draw(t, "h")
		height := rapid.SampledFrom([]string{"", "4", "15", "?"}).Draw(t, "height")
		l.Features = append(l.Features, Feature{ID: fmt.Sprint(i), Shape: rectangle(x, y, x+w, y+h), Values: []string{height}})
	}
	return l
}
