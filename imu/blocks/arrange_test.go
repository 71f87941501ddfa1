package blocks

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/topology"
)

// TestAreaOfSlantedZones puts zones on the grid whose corners it does not hold, cut by
// streets that cross their borders.
func TestAreaOfSlantedZones(t *testing.T) {
	p := defaultParams(t)
	worst := 0.0
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Float64Range(1e5, 1.2e6).Draw(t, "x"), rapid.Float64Range(6e6, 7.1e6).Draw(t, "y")
		side := rapid.Float64Range(200, 5000)
		width, height := side.Draw(t, "width"), side.Draw(t, "height")
		sin, cos := math.Sincos(rapid.Float64Range(0, math.Pi/2).Draw(t, "angle"))
		place := func(u, v float64) (float64, float64) {
			return x + cos*u*width - sin*v*height, y + sin*u*width + cos*v*height
		}
		ring := []float64{}
		for _, c := range [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}} {
			u, v := place(c[0], c[1])
			ring = append(ring, u, v)
		}
		share := rapid.Float64Range(-0.2, 1.2)
		streets := []geo.Geometry{}
		for range rapid.IntRange(0, 6).Draw(t, "streets") {
			x0, y0 := place(share.Draw(t, "u"), share.Draw(t, "v"))
			x1, y1 := place(share.Draw(t, "u"), share.Draw(t, "v"))
			streets = append(streets, line(x0, y0, x1, y1))
		}
		zone := geo.Geometry{Type: geo.Polygon, XY: ring, Ends: []uint32{5}, Parts: []uint32{1}}
		in := &Input{Zone: layer("zone", "", zone), Barriers: []Layer{layer("streets", Streets, streets...)}}
		r := built(t, in, &p)
		sum, given := 0.0, topology.Area(&zone)
		for k := range r.Blocks {
			sum += r.Blocks[k].Area
		}
		if far := math.Abs(sum/given - 1); far > areaKept || math.Abs(r.Report.Difference) > areaKept {
			t.Fatalf("blocks have %v m², the zone %v m²: %g apart, the report says %g", sum, given, far, r.Report.Difference)
		} else {
			worst = max(worst, far)
		}
	})
	t.Logf("%.2g at most", worst)
}
