package synth

import (
	"math"
	"testing"
)

// directed is an edge of a ring, as written.
type directed [4]float64

// edgesOf gives every directed edge of the rings of a layer, with how often it is there.
func edgesOf(t *testing.T, shapes []shape) map[directed]int {
	t.Helper()
	edges := map[directed]int{}
	for i := range shapes {
		for _, rings := range shapes[i].polygons(t) {
			for _, ring := range rings {
				if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
					t.Fatalf("a ring of %d vertices is not closed", len(ring))
				}
				for k := 0; k+1 < len(ring); k++ {
					edges[directed{ring[k][0], ring[k][1], ring[k+1][0], ring[k+1][1]}]++
				}
			}
		}
	}
	return edges
}

func areaOf(t *testing.T, s *shape) float64 {
	t.Helper()
	sum := 0.0
	for _, rings := range s.polygons(t) {
		for i, ring := range rings {
			a := signedArea(plane(ring))
			if (i == 0) != (a > 0) {
				t.Fatal("a ring turns the wrong way")
			}
			sum += a
		}
	}
	return sum
}

// TestPartitions proves that the layers have no gap and no overlap: in each, an edge has a
// cell on its left once and one on its right once, but for the edges of the outer limit,
// which are the same in all; and each cell is as large as what it is made of.
func TestPartitions(t *testing.T) {
	dir, _ := generate(t, 5000, 9)
	layers := map[string][]shape{}
	var outer map[directed]bool
	for _, name := range []string{"imu.geojson", "contours_iris.geojson", "communes.geojson"} {
		layers[name] = readLayer(t, dir, name)
		edges := edgesOf(t, layers[name])
		limit := map[directed]bool{}
		for e, n := range edges {
			if n != 1 {
				t.Fatalf("%s: edge %v is there %d times", name, e, n)
			}
			if edges[directed{e[2], e[3], e[0], e[1]}] == 0 {
				limit[e] = true
			}
		}
		if outer == nil {
			outer = limit
			continue
		}
		if len(limit) != len(outer) {
			t.Errorf("%s: %d edges on the outer limit, the blocks have %d", name, len(limit), len(outer))
		}
		for e := range limit {
			if !outer[e] {
				t.Fatalf("%s: edge %v has nothing on its right", name, e)
			}
		}
	}
	area := map[string]float64{}
	for _, s := range layers["imu.geojson"] {
		a := areaOf(t, &s)
		area[s.text("code_iris")] += a
		area[s.text("code_insee")] += a
		if math.Abs(a-s.Properties["surface"].(float64)) > 0.004*a+2 {
			t.Errorf("block %s: %g m², said to be %v", s.text("id_imu"), a, s.Properties["surface"])
		}
	}
	for _, s := range layers["contours_iris.geojson"] {
		if code, a := s.text("CODE_IRIS"), areaOf(t, &s); math.Abs(a-area[code]) > 1e-6*a {
			t.Errorf("IRIS %s: %g m², its blocks %g", code, a, area[code])
		}
		if len(s.text("CODE_IRIS")) != 9 || s.text("CODE_IRIS")[:5] != s.text("INSEE_COM") {
			t.Errorf("IRIS %s of commune %s", s.text("CODE_IRIS"), s.text("INSEE_COM"))
		}
		if s.Geometry.Type != "Polygon" {
			t.Errorf("IRIS %s is in pieces", s.text("CODE_IRIS"))
		}
		if (s.text("TYP_IRIS") == "Z") != (s.text("IRIS") == "0000") {
			t.Errorf("IRIS %s is of type %s", s.text("CODE_IRIS"), s.text("TYP_IRIS"))
		}
	}
	for _, s := range layers["communes.geojson"] {
		if code, a := s.text("code_insee"), areaOf(t, &s); math.Abs(a-area[code]) > 1e-6*a {
			t.Errorf("commune %s: %g m², its blocks %g", code, a, area[code])
		}
	}
}

// TestLargeTown checks the tables by IRIS where there are many.
func TestLargeTown(t *testing.T) {
	dir, _ := generate(t, 25_000, 1)
	t.Run("iris", func(t *testing.T) { checkIRIS(t, dir) })
	t.Run("incomes", func(t *testing.T) { checkIncomes(t, dir) })
}

// checkIRIS: each kind is there, and inhabited ones are of the size INSEE aims at.
func checkIRIS(t *testing.T, dir string) {
	kinds := map[string]int{}
	tb := readTable(t, dir, "recensement_iris.csv", false)
	for _, row := range tb.rows {
		kind := tb.get(row, "TYP_IRIS")
		kinds[kind]++
		if n := tb.number(t, row, "P20_POP"); kind == "H" && (n < 300 || n > 7000) {
			t.Errorf("IRIS %s has %g inhabitants", row[0], n)
		}
	}
	for _, k := range []string{"H", "A", "D", "Z"} {
		if kinds[k] == 0 {
			t.Errorf("no IRIS of type %s: %v", k, kinds)
		}
	}
	for _, s := range readLayer(t, dir, "contours_iris.geojson") {
		if s.Geometry.Type != "Polygon" {
			t.Errorf("IRIS %s is in pieces", s.text("CODE_IRIS"))
		}
	}
}
