package crosswalk

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"socle/geo"
	"socle/referentials"
)

// sharedPath is that of a file beside the checkout.
func sharedPath(name string) string {
	return filepath.Join("..", "..", "..", "shared", filepath.FromSlash(name))
}

// wkt reads the polygons of the vectors.
func wkt(t *testing.T, s string) geo.Geometry {
	t.Helper()
	inner, ok := strings.CutPrefix(s, "POLYGON ((")
	if !ok {
		t.Fatal("not a polygon: " + s)
	}
	g := geo.Geometry{Type: geo.Polygon}
	for pair := range strings.SplitSeq(strings.TrimSuffix(inner, "))"), ", ") {
		x, y, _ := strings.Cut(pair, " ")
		px, err := strconv.ParseFloat(x, 64)
		py, err2 := strconv.ParseFloat(y, 64)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		g.Add(px, py)
	}
	g.EndRing()
	g.EndPart()
	return g
}

type placed struct {
	shape geo.Geometry
	value float64
}

// TestGeoClimate gives the values of units to buildings by footprint and levels. Two of
// the six cases are told as the case before with other levels.
func TestGeoClimate(t *testing.T) {
	b, err := os.ReadFile(sharedPath("vectors/areal/dasymetric_geoclimate.json"))
	if err != nil {
		t.Fatalf("%v (the vectors lie in ../shared beside the checkout)", err)
	}
	var file struct {
		Cases []struct {
			Units, Buildings json.RawMessage
			Expect           map[string]float64
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 6 {
		t.Fatal(len(file.Cases), "cases")
	}
	// Parts are keyed "1", "2": in their order.
	read := func(raw json.RawMessage, before []placed) (out []placed) {
		var again string
		if json.Unmarshal(raw, &again) == nil {
			out = append(out, before...)
			if levels, ok := strings.CutPrefix(again, "nb_lev "); ok {
				for k, s := range strings.Split(levels, " and ") {
					v, err := strconv.ParseFloat(s, 64)
					if err != nil {
						t.Fatal(err)
					}
					out[k].value = v
				}
			}
			return out
		}
		var list map[string][2]any
		if err := json.Unmarshal(raw, &list); err != nil {
			t.Fatal(err)
		}
		for k := range len(list) {
			v := list[strconv.Itoa(k+1)]
			out = append(out, placed{wkt(t, v[0].(string)), v[1].(float64)})
		}
		return out
	}
	rows := func(list []placed) (out []referentials.Row) {
		for k, p := range list {
			out = append(out, feature(k+1, p.shape, p.value))
		}
		return out
	}
	var units, buildings []placed
	for n, c := range file.Cases {
		units, buildings = read(c.Units, units), read(c.Buildings, buildings)
		find := new(world).add(layerOf("units", geo.Polygon, "value"), rows(units)...).
			add(layerOf("buildings", geo.Polygon, "levels"), rows(buildings)...).load(t)
		m := made(t, Request{
			Source: find("units"), Mesh: find("buildings"), Method: Dasymetric,
			Weights: find("buildings"), Weight: WeightSpec{Field: "levels"},
		})
		checkWhole(t, m)
		if len(c.Expect) != m.Cells() {
			t.Fatal(len(c.Expect), "answers for", m.Cells(), "buildings")
		}
		for k := range m.Cells() {
			got := 0.0
			sources, weights := m.Cell(k)
			for p, i := range sources {
				got += weights[p] * units[i].value
			}
			if want := c.Expect[strconv.Itoa(k+1)]; math.Abs(got-want) > 1e-12 {
				t.Errorf("case %d: building %d has %v, want %v", n+1, k+1, got, want)
			}
		}
	}
}

// TestWeights weighs two zones over a mesh of four cells, one of them outside all zones, in
// each way there is.
func TestWeights(t *testing.T) {
	buildings := layerOf("buildings", geo.Polygon, "levels", "dwellings", "ridge", "ground")
	buildings.Fields[2].Role = referentials.Extensive
	dwellings := layerOf("dwellings", geo.Point, "n_dwellings")
	mesh := []geo.Geometry{rectangle(0, 0, 10, 10), rectangle(10, 0, 20, 10), rectangle(20, 0, 30, 10)}
	null := feature(3, rectangle(1, 1, 9, 9))
	null.Values = append(null.Values, referentials.Null, referentials.Null, referentials.Null, referentials.Null)
	find := new(world).add(layerOf("mesh", geo.Polygon), features(mesh...)...).
		// The first zone reaches out of the mesh by its lower half; nothing is built in the
		// second, of which three quarters lie in the mesh.
		add(layerOf("zones", geo.Polygon), features(rectangle(0, -10, 20, 10), rectangle(22, 0, 30, 10), rectangle(25, 5, 35, 10), rectangle(100, 0, 110, 10))...).
		add(buildings,
			feature(0, rectangle(2, 2, 4, 4), 1, 6, 10, 4),   // 4 m² in cell 0
			feature(1, rectangle(8, 4, 12, 6), 2, 2, 7, 4),   // 4 m² in each of cells 0 and 1
			feature(2, rectangle(14, -2, 16, 2), 3, 4, 5, 4), // 4 m² in cell 1, 4 m² outside
			null, // weighs nothing that is told
			feature(4, rectangle(18, 8, 23, 9), 5, 5, 1000, 0), // 2 m² in zone 0, 1 m² in zone 1 and 2 m² between
		).
		add(dwellings, feature(0, pointAt(5, 5), 3), feature(1, pointAt(10, 5), 2), feature(2, pointAt(15, -5), 5), feature(3, pointAt(15, 5), 0)).
		load(t)
	for _, c := range []struct {
		name    string
		weights string
		spec    WeightSpec
		base    Base
		want    [2]float64 // of zone 0 in cells 0 and 1
	}{
		{"footprint", "buildings", WeightSpec{}, Sum, [2]float64{4 + 4 + 64, 4 + 4 + 2}},
		{"levels", "buildings", WeightSpec{Field: "levels"}, Sum, [2]float64{4 + 8, 8 + 12 + 10}},
		{"levels of all", "buildings", WeightSpec{Field: "levels"}, Total, [2]float64{12. / 54, 30. / 54}},
		{"dwellings, by role", "buildings", WeightSpec{Field: "dwellings"}, Sum, [2]float64{6 + 1, 1 + 2 + 2}},
		{"height", "buildings", WeightSpec{Field: "ridge", Minus: "ground"}, Sum, [2]float64{24 + 12, 12 + 4 + 2000}},
		{"points", "dwellings", WeightSpec{Field: "n_dwellings"}, Sum, [2]float64{5, 0}},
		{"points of all", "dwellings", WeightSpec{Field: "n_dwellings", Kind: Quantity}, Total, [2]float64{0.5, 0}},
	} {
		m := made(t, Request{Source: find("zones"), Mesh: find("mesh"), Method: Dasymetric, Base: c.base, Weights: find(c.weights), Weight: c.spec})
		checkWhole(t, m)
		if c.base == Sum {
			sum := c.want[0] + c.want[1]
			c.want[0], c.want[1] = c.want[0]/sum, c.want[1]/sum
		}
		got := cellsOf(m)
		for k, want := range c.want {
			if math.Abs(got[0][k]-want) > 1e-12 {
				t.Errorf("%s: %v of zone 0 in cell %d, want %v", c.name, got[0][k], k, want)
			}
		}
		fallback, outside := got[2][2], 0.0
		if c.base == Total {
			outside = 0.5
		}
		if m.Level(0) != ByWeight || m.Level(2) != AreaFallback || m.Level(3) != Unmatched || math.Abs(fallback-1+outside) > 1e-12 || m.Outside(2) != outside {
			t.Errorf("%s: %v, zone 2 has %v and %v outside", c.name, m.Levels(), fallback, m.Outside(2))
		}
	}
	// A weight that lies outside the mesh alone is no reason to fall back, when what is
	// outside is asked for.
	find = new(world).add(layerOf("mesh", geo.Polygon), features(rectangle(0, 0, 10, 10))...).
		add(layerOf("zones", geo.Polygon), features(rectangle(5, 0, 15, 10))...).
		add(layerOf("points", geo.Point), features(pointAt(12, 5))...).load(t)
	r := Request{Source: find("zones"), Mesh: find("mesh"), Method: Dasymetric, Weights: find("points"), Base: Total}
	if m := made(t, r); m.Level(0) != Unmatched || m.Unmatched()[0].Reason != "all that weighs in it lies outside the mesh" {
		t.Error(m.Levels(), m.Unmatched())
	}
	r.Base = Sum
	if m := made(t, r); m.Level(0) != AreaFallback || m.Outside(0) != 0 {
		t.Error(m.Levels())
	}
}

func TestCache(t *testing.T) {
	find := new(world).add(layerOf("mesh", geo.Polygon), features(rectangle(0, 0, 10, 10))...).add(layerOf("points", geo.Point), features(pointAt(1, 1))...).load(t)
	c, err := NewCache(1<<20, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := Request{Source: find("points"), Mesh: find("mesh"), Method: Point}
	first, err := c.Get(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	r.Base = Total // which means nothing for points
	if again, err := c.Get(context.Background(), r); err != nil || again != first {
		t.Error("it was made again", err)
	}
	r.Source = find("mesh")
	if other, err := c.Get(context.Background(), r); err != nil || other == first {
		t.Error("another source has the same", err)
	}
	r.Method = "nearest"
	if _, err := c.Get(context.Background(), r); referentials.CodeOf(err) != referentials.Invalid {
		t.Error(err)
	}
	// Those who ask at once are given the same; one who goes leaves the others theirs.
	r.Method, r.Source = Area, find("mesh")
	answers := make(chan *Matrix)
	for k := range 8 {
		go func() {
			ctx, cancel := context.WithCancel(context.Background())
			if k == 0 {
				cancel()
			}
			defer cancel()
			m, err := c.Get(ctx, r)
			if err != nil && k != 0 {
				t.Error(err)
			}
			answers <- m
		}()
	}
	var one *Matrix
	for range 8 {
		m := <-answers
		if one == nil {
			one = m
		}
		if m != nil && m != one {
			t.Error("two were made")
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.builds) != 0 {
		t.Error(len(c.builds), "builds are left")
	}
}
