package crosswalk

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/geo/topology"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// drawMesh draws valid polygons on a small grid of whole numbers: neighbours share borders
// and vertices, some overlap, some have holes or several parts, some rows have no shape.
func drawMesh(t *rapid.T, e *topology.Engine, origin [2]float64) (shapes []geo.Geometry) {
	at := rapid.IntRange(0, 8)
	for range rapid.IntRange(1, 8).Draw(t, "cells") {
		var g geo.Geometry
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
		case 1:
			x, y := float64(at.Draw(t, "x")), float64(at.Draw(t, "y"))
			g = polygon([]float64{x, y, x + 3, y, x + 3, y + 3, x, y + 3}, []float64{x + 1, y + 1, x + 1, y + 2, x + 2, y + 2, x + 2, y + 1})
		default:
			g = geo.Geometry{Type: geo.Polygon}
			for range rapid.IntRange(3, 6).Draw(t, "vertices") {
				g.Add(float64(at.Draw(t, "x")), float64(at.Draw(t, "y")))
			}
			g.Add(g.XY[0], g.XY[1])
			g.EndRing()
			g.EndPart()
			if _, err := e.Repair(&g); err != nil {
				g = geo.Geometry{}
			}
		}
		if g.Type == geo.Polygon {
			g.Promote()
		}
		for k := range g.XY {
			g.XY[k] += origin[k%2]
		}
		shapes = append(shapes, g)
	}
	return shapes
}

// TestPointsAgainstEveryCell compares with asking GEOS about every cell, the lowest first.
func TestPointsAgainstEveryCell(t *testing.T) {
	e := topology.NewEngine()
	defer e.Close()
	shared := 0
	rapid.Check(t, func(t *rapid.T) {
		mesh := drawMesh(t, e, [2]float64{})
		half := rapid.IntRange(-1, 18)
		var points []geo.Geometry
		for range rapid.IntRange(1, 40).Draw(t, "points") {
			points = append(points, pointAt(float64(half.Draw(t, "px"))/2, float64(half.Draw(t, "py"))/2))
		}
		points = append(points, geo.Geometry{})
		// In degrees, which need no conversion to be loaded.
		cells, places := layerOf("mesh", geo.MultiPolygon), layerOf("points", geo.Point)
		cells.CRS, places.CRS = crs.CRS84, crs.CRS84
		find := new(world).add(cells, features(mesh...)...).add(places, features(points...)...).load(t)
		m := made(t, Request{Source: find("points"), Mesh: find("mesh"), Method: Point})
		got := cellsOf(m)
		for i := range points {
			want, holders := -1, 0
			for k := range mesh {
				if mesh[k].IsNull() || points[i].IsNull() {
					continue
				}
				is, err := e.Relate(topology.Intersects, &mesh[k], &points[i])
				if err != nil {
					t.Fatal(err)
				}
				if is {
					if holders++; holders == 1 {
						want = k
					}
				}
			}
			if holders > 1 {
				shared++
			}
			if want < 0 && (len(got[i]) != 0 || m.Level(i) != Unmatched || m.Outside(i) != 1) ||
				want >= 0 && (len(got[i]) != 1 || got[i][want] != 1 || m.Level(i) != ByPoint || m.Outside(i) != 0) {
				t.Fatalf("point %v: %v, %s, want cell %d", points[i].XY, got[i], m.Level(i), want)
			}
		}
		checkWhole(t, m)
	})
	if shared == 0 {
		t.Error("no point lay in several cells")
	}
}

// checkWhole sees that nothing appears or vanishes, and that order is kept.
func checkWhole(t fataler, m *Matrix) {
	t.Helper()
	sums, n := make([]float64, m.Sources()), 0
	for k := range m.Cells() {
		list, weights := m.Cell(k)
		for p, i := range list {
			w := 1.0
			if weights != nil {
				w = weights[p]
			}
			if p > 0 && list[p-1] >= i {
				t.Fatal("sources are out of order in cell", k)
			}
			if !(w > 0 && w <= 1+1e-12) {
				t.Fatal("a weight of", w)
			}
			sums[i] += w
			n++
		}
	}
	counted := 0
	for i, s := range sums {
		if math.Abs(s+m.Outside(i)-1) > 1e-12 {
			t.Fatal("source", i, "adds up to", s, "and", m.Outside(i), "outside")
		}
		if (m.Level(i) == Unmatched) != (s == 0) {
			t.Fatal("source", i, "is", m.Level(i), "and has", s)
		}
	}
	for _, l := range m.Levels() {
		counted += l.Count
	}
	if n != m.Len() || counted != m.Sources() {
		t.Fatal(n, "entries of", m.Len(), "and", counted, "levels of", m.Sources())
	}
}

func TestAreasAgainstEveryCell(t *testing.T) {
	e := topology.NewEngine()
	defer e.Close()
	rapid.Check(t, func(t *rapid.T) {
		mesh, sources := drawMesh(t, e, corner), drawMesh(t, e, corner)
		find := new(world).add(layerOf("mesh", geo.MultiPolygon), features(mesh...)...).add(layerOf("zones", geo.MultiPolygon), features(sources...)...).load(t)
		for _, base := range []Base{Sum, Total} {
			m := made(t, Request{Source: find("zones"), Mesh: find("mesh"), Method: Area, Base: base})
			checkWhole(t, m)
			areas := map[[2]int]float64{}
			for entry := range m.Entries() {
				areas[[2]int{entry.Source, entry.Cell}] = entry.Area
			}
			var v topology.Overlap
			for i := range sources {
				var a topology.Outline
				a.Measure(&sources[i])
				all := 0.0
				for k := range mesh {
					var b topology.Outline
					b.Measure(&mesh[k])
					if sources[i].IsNull() || mesh[k].IsNull() {
						continue
					}
					want := v.Area(&a, &b)
					if math.Abs(areas[[2]int{i, k}]-want) > 1e-8 {
						t.Fatalf("%v in common of %d and %d, want %v", areas[[2]int{i, k}], i, k, want)
					}
					all += want
				}
				if base == Total && all < a.Area()-1e-8 && math.Abs(m.Outside(i)-(1-all/a.Area())) > 1e-8 {
					t.Fatalf("%v of %d outside, %v of %v is inside", m.Outside(i), i, all, a.Area())
				}
			}
		}
	})
}

// TestSameOnAnyProcessors compares matrices of every method made on one and two.
func TestSameOnAnyProcessors(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const side = 4000.0
	var points, buildings []referentials.Row
	for n := range 6000 {
		x, y := (r.Float64()-0.5)*side*1.1, (r.Float64()-0.5)*side*1.1
		points = append(points, feature(n, pointAt(x+corner[0], y+corner[1])))
		buildings = append(buildings, feature(n, building(r, x+corner[0], y+corner[1]), float64(r.IntN(5))))
	}
	moved := func(shapes []geo.Geometry) []geo.Geometry {
		for _, g := range shapes {
			for k := range g.XY {
				g.XY[k] += corner[k%2]
			}
		}
		return shapes
	}
	find := new(world).
		add(layerOf("blocks", geo.Polygon), features(moved(crooked(r, 40, side, false))...)...).
		add(layerOf("zones", geo.Polygon), features(moved(crooked(r, 13, side*1.05, false))...)...).
		add(layerOf("points", geo.Point), points...).
		add(layerOf("buildings", geo.Polygon, "levels"), buildings...).load(t)
	for _, q := range []Request{
		{Source: find("points"), Method: Point},
		{Source: find("buildings"), Method: Point},
		{Source: find("buildings"), Method: Area, Base: Total},
		{Source: find("zones"), Method: Area},
		{Source: find("zones"), Method: Dasymetric, Base: Total, Weights: find("buildings"), Weight: WeightSpec{Field: "levels"}},
		{Source: find("zones"), Method: Dasymetric, Weights: find("points")},
	} {
		q.Mesh = find("blocks")
		var all []*Matrix
		for _, n := range []int{1, 2, 3} {
			before := runtime.GOMAXPROCS(n)
			all = append(all, made(t, q))
			runtime.GOMAXPROCS(before)
		}
		checkWhole(t, all[0])
		if !reflect.DeepEqual(all[0], all[1]) || !reflect.DeepEqual(all[0], all[2]) {
			t.Errorf("%s differs from one number of processors to another", q.Method)
		}
		if told := len(all[0].Unmatched()); all[0].Len() == 0 || (told > 0) == (q.Method != Point && q.Base != Total) {
			t.Errorf("%s: %d entries, %d fates told", q.Method, all[0].Len(), told)
		}
		ctx, cancel := context.WithCancelCause(context.Background())
		gone := referentials.Errorf(referentials.Unavailable, "the client has gone")
		cancel(gone)
		if _, err := Build(ctx, q); !errors.Is(err, gone) {
			t.Errorf("%s goes on after its context ended: %v", q.Method, err)
		}
	}
}

func TestPointsOfOtherShapesAndSystems(t *testing.T) {
	d := layerOf("things", geo.Any)
	d.CRS, d.Mesh = crs.CRS84, false
	lonLat := []float64{352_010, 6_789_010, 352_110, 6_789_010, 352_250, 6_789_050}
	way, err := crs.NewTransformer(crs.EPSG(2154), crs.CRS84)
	if err != nil {
		t.Fatal(err)
	}
	defer way.Close()
	if err := way.Forward(lonLat); err != nil {
		t.Fatal(err)
	}
	a, b, c := lonLat[0:2], lonLat[2:4], lonLat[4:6]
	find := new(world).add(layerOf("mesh", geo.Polygon), features(rectangle(352_000, 6_789_000, 352_100, 6_789_100), rectangle(352_100, 6_789_000, 352_200, 6_789_100))...).
		add(d, features(
			pointAt(a[0], a[1]), pointAt(c[0], c[1]), geo.Geometry{},
			geo.Geometry{Type: geo.MultiPoint, XY: []float64{a[0], a[1], b[0], b[1], b[0], b[1], c[0], c[1]}},
			geo.Geometry{Type: geo.LineString, XY: []float64{a[0], a[1], b[0], b[1]}, Ends: []uint32{2}},
			polygon([]float64{a[0], a[1], b[0], b[1], b[0], b[1] + 0.0001, a[0], a[1] + 0.0001}),
		)...).load(t)
	m := made(t, Request{Source: find("things"), Mesh: find("mesh"), Method: Point})
	checkWhole(t, m)
	want := []map[int]float64{{0: 1}, {}, {}, {0: 0.25, 1: 0.5}, {0: 1}, {0: 1}}
	if got := cellsOf(m); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var told []string
	for _, f := range m.Unmatched() {
		told = append(told, f.Key+": "+f.Reason)
	}
	if got := strings.Join(told, "\n"); got != "1: it lies outside the mesh\n2: it has no geometry\n3: some of its points lie outside the mesh" || m.Outside(3) != 0.25 {
		t.Error(got, m.Outside(3))
	}
	// Areas of a mesh in degrees are measured in Lambert-93.
	m = made(t, Request{Source: find("mesh"), Mesh: find("things"), Method: Area, Base: Total})
	if m.Plane() != crs.EPSG(2154) || m.Len() != 2 {
		t.Error(m.Plane(), m.Len())
	}
	checkWhole(t, m)
	far := layerOf("far", geo.Polygon)
	far.CRS = crs.CRS84
	find = new(world).add(far, features(rectangle(100, 10, 101, 11))...).load(t)
	_, err = Build(context.Background(), Request{Source: find("far"), Mesh: find("far"), Method: Area})
	if referentials.CodeOf(err) != referentials.Unsupported || !strings.Contains(err.Error(), "in degrees") {
		t.Error(err)
	}
}

func TestKey(t *testing.T) {
	find := new(world).
		add(table("communes", "insee", nil), texts("35238"), texts("35051")).
		add(table("iris", "code", map[string]string{"insee": "communes"}), texts("352380101", "35238"), texts("350510000", "35051"), texts("999990000", "99999")).
		add(table("voies", "id", map[string]string{"iris": "iris"}), texts("v1", "352380101"), texts("v2", "")).
		add(table("conso", "id", map[string]string{"iris": "iris", "voie": "voies", "commune": ""}),
			texts("a", "35051", "350510000", "v1"), texts("b", "35051", "", "v1"), texts("c", "35051", "", "v2"),
			texts("d", "35051", "123", ""), texts("e", "35051", "999990000", "nowhere")).
		load(t)
	r := Request{Source: find("conso"), Mesh: find("communes"), Method: Key, Through: []*snapshot.Collection{find("voies"), find("iris")}}
	m := made(t, r)
	checkWhole(t, m)
	if got, want := cellsOf(m), []map[int]float64{{1: 1}, {0: 1}, {}, {}, {}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := m.Levels(), []LevelCount{{"iris", 1}, {"voies", 1}, {Unmatched, 3}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var told []string
	for _, f := range m.Unmatched() {
		told = append(told, f.Key+": "+f.Reason)
	}
	if got, want := strings.Join(told, "\n"), "c: its iris is null; its voie v2 leads to no cell of communes\n"+
		"d: its iris 123 is not in iris; its voie is null\n"+
		"e: its iris 999990000 leads to no cell of communes; its voie nowhere is not in voies"; got != want {
		t.Errorf("told\n%s\nwant\n%s", got, want)
	}
	r.Field = "voie"
	if m = made(t, r); m.Levels()[0] != (LevelCount{"voies", 2}) {
		t.Error(m.Levels())
	}
	r.Field, r.Through = "commune", nil // which refers to nothing: on the word of whoever asks
	if m = made(t, r); m.Levels()[0] != (LevelCount{ByKey, 5}) {
		t.Error(m.Levels())
	}
	r = Request{Source: find("iris"), Mesh: find("iris"), Method: Key}
	if m = made(t, r); m.Levels()[0] != (LevelCount{ByKey, 3}) {
		t.Error(m.Levels())
	}
	var csv bytes.Buffer
	if err := m.WriteCSV(context.Background(), &csv, find("iris"), find("iris")); err != nil ||
		csv.String() != "source_id,cell_id,weight\r\n352380101,352380101,1\r\n350510000,350510000,1\r\n999990000,999990000,1\r\n" {
		t.Error(csv.String(), err)
	}
	if err := m.WriteCSV(context.Background(), &csv, find("iris"), find("voies")); referentials.CodeOf(err) != referentials.Conflict {
		t.Error(err)
	}
	for _, err := range m.Rows(context.Background(), find("iris"), find("voies")) {
		if referentials.CodeOf(err) != referentials.Conflict {
			t.Error(err)
		}
	}
}

// TestTablesAgree finds the same in rows as in CSV, areas included.
func TestTablesAgree(t *testing.T) {
	find := new(world).
		add(layerOf("mesh", geo.Polygon), features(rectangle(0, 0, 10, 10), rectangle(10, 0, 20, 10))...).
		add(layerOf("plots", geo.Polygon), features(rectangle(5, 0, 15, 10), rectangle(2, 2, 4, 4))...).load(t)
	plots, mesh := find("plots"), find("mesh")
	m := made(t, Request{Source: plots, Mesh: mesh, Method: Area})
	var want bytes.Buffer
	if err := m.WriteCSV(t.Context(), &want, plots, mesh); err != nil {
		t.Fatal(err)
	}
	d := m.Describe(plots, mesh)
	var names []string
	for _, f := range d.Fields {
		names = append(names, f.Name)
	}
	got := strings.Join(names, ",") + "\r\n"
	for row, err := range m.Rows(t.Context(), plots, mesh) {
		if err != nil || d.CheckRow(row) != nil {
			t.Fatal(err, d.CheckRow(row))
		}
		var values []string
		for _, v := range row.Values {
			values = append(values, v.String())
		}
		got += strings.Join(values, ",") + "\r\n"
	}
	if got != want.String() || strings.Count(got, "\n") != 4 {
		t.Errorf("rows\n%swant\n%s", got, want.String())
	}
}

// TestKeyThroughPlaces leads from consumptions to cells through where their addresses are.
func TestKeyThroughPlaces(t *testing.T) {
	find := new(world).
		add(layerOf("mesh", geo.Polygon), features(rectangle(0, 0, 10, 10), rectangle(10, 0, 20, 10))...).
		add(layerOf("adresses", geo.Point), features(pointAt(12, 3), pointAt(10, 3), pointAt(50, 50))...).
		add(table("conso", "id", map[string]string{"adresse": "adresses"}), texts("a", "0"), texts("b", "1"), texts("c", "2")).load(t)
	m := made(t, Request{Source: find("conso"), Mesh: find("mesh"), Method: Key, Through: []*snapshot.Collection{find("adresses")}})
	if got, want := cellsOf(m), []map[int]float64{{1: 1}, {0: 1}, {}}; !reflect.DeepEqual(got, want) || m.Level(0) != "adresses" {
		t.Errorf("got %v, want %v; %s", got, want, m.Level(0))
	}
}

func TestRefusals(t *testing.T) {
	find := new(world).
		add(layerOf("mesh", geo.Polygon, "levels"), features()...).
		add(layerOf("points", geo.Point), features()...).
		add(table("conso", "id", map[string]string{"voie": "voies", "nom": ""})).load(t)
	mesh, points, conso := find("mesh"), find("points"), find("conso")
	for _, c := range []struct {
		r    Request
		want string
	}{
		{Request{Mesh: mesh, Method: Point}, "leads from a source to a mesh"},
		{Request{Source: points, Mesh: mesh, Method: "pint"}, `"pint" is not a method`},
		{Request{Source: points, Mesh: mesh, Method: Point, Base: "all"}, `"all" is not a base`},
		{Request{Source: points, Mesh: points, Method: Point}, "it is no mesh: its features are points"},
		{Request{Source: points, Mesh: conso, Method: Area}, "it is no mesh: its features have no geometry"},
		{Request{Source: conso, Mesh: mesh, Method: Point}, "it has no geometry to lie in a cell"},
		{Request{Source: points, Mesh: mesh, Method: Area}, "its features are points, which have no area"},
		{Request{Source: mesh, Mesh: mesh, Method: Dasymetric}, "needs a collection that weighs"},
		{Request{Source: mesh, Mesh: mesh, Method: Dasymetric, Weights: conso}, "only polygons and points weigh"},
		{Request{Source: mesh, Mesh: mesh, Method: Dasymetric, Weights: mesh, Weight: WeightSpec{Field: "level"}}, `did you mean "levels"?`},
		{Request{Source: mesh, Mesh: mesh, Method: Dasymetric, Weights: mesh, Weight: WeightSpec{Kind: "heavy"}}, "not a kind of weight"},
		{Request{Source: mesh, Mesh: mesh, Method: Dasymetric, Weights: mesh, Weight: WeightSpec{Kind: Quantity}}, "no field says how much"},
		{Request{Source: mesh, Mesh: mesh, Method: Dasymetric, Weights: points, Weight: WeightSpec{Kind: PerArea}}, "no area to multiply"},
		{Request{Source: conso, Mesh: mesh, Method: Key}, "none of its references (voie to voies) leads to mesh"},
		{Request{Source: points, Mesh: mesh, Method: Key}, "no field of it refers to anything"},
		{Request{Source: conso, Mesh: mesh, Method: Key, Field: "voie"}, `its field "voie" refers to "voies", which leads to no cell of mesh`},
		{Request{Source: conso, Mesh: mesh, Method: Key, Field: "rue"}, `it has no field "rue"`},
	} {
		_, err := Build(context.Background(), c.r)
		if referentials.CodeOf(err) != referentials.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// TestOddMeshes shares out among meshes that hold nothing, next to nothing, or too much of
// the same place.
func TestOddMeshes(t *testing.T) {
	flat := polygon([]float64{5, 0, 5, 10, 5, 5})
	var piled []geo.Geometry
	for k := range 300 { // each as wide as all
		piled = append(piled, rectangle(0, float64(k)/1000, 10, 10))
	}
	for name, mesh := range map[string][]geo.Geometry{
		"empty": nil, "null": {{}}, "flat": {flat}, "flat and not": {flat, rectangle(0, 0, 10, 10)}, "piled": piled,
	} {
		find := new(world).add(layerOf("mesh", geo.Polygon), features(mesh...)...).
			add(layerOf("points", geo.Point), features(pointAt(5, 5), pointAt(-5, 50), geo.Geometry{})...).
			add(layerOf("zones", geo.Polygon), features(rectangle(4, 4, 6, 6), flat, geo.Geometry{})...).load(t)
		for _, r := range []Request{
			{Source: find("points"), Method: Point},
			{Source: find("zones"), Method: Area},
			{Source: find("zones"), Method: Area, Base: Total},
			{Source: find("zones"), Method: Dasymetric, Weights: find("zones")},
			{Source: find("zones"), Method: Dasymetric, Weights: find("points"), Base: Total},
		} {
			r.Mesh = find("mesh")
			m := made(t, r)
			checkWhole(t, m)
			if holds := len(mesh) > 1; r.Method == Area && (m.Level(0) != Unmatched) != holds {
				t.Errorf("%s, %s: %v", name, r.Method, m.Levels())
			}
			if m.Level(2) != Unmatched || m.Cells() != len(mesh) {
				t.Errorf("%s, %s: %v", name, r.Method, m.Levels())
			}
		}
	}
}

// TestPlaneOfWebMercator measures a mesh that is stored in Web Mercator where a metre is one.
func TestPlaneOfWebMercator(t *testing.T) {
	square := []float64{352_000, 6_789_000, 352_100, 6_789_000, 352_100, 6_789_100, 352_000, 6_789_100, 352_000, 6_789_000}
	way, err := crs.NewTransformer(crs.EPSG(2154), crs.EPSG(3857))
	if err != nil {
		t.Fatal(err)
	}
	defer way.Close()
	if err := way.Forward(square); err != nil {
		t.Fatal(err)
	}
	web := layerOf("web", geo.Polygon)
	web.CRS = crs.EPSG(3857)
	find := new(world).add(web, features(polygon(square[:8]))...).load(t)
	m := made(t, Request{Source: find("web"), Mesh: find("web"), Method: Area})
	if areas := m.Areas(0); m.Plane() != crs.EPSG(2154) || len(areas) != 1 || math.Abs(areas[0]-10_000) > 1 {
		t.Errorf("%v m² in %v", areas, m.Plane())
	}
}
