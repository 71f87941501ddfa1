package tiles

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

var tileBox = box{-128, -128, 4224, 4224}

// drawPath draws vertices in and around the tile box, many of them on its edges.
func drawPath(t *rapid.T, least int) (xy []int64) {
	at := rapid.OneOf(rapid.Int64Range(-9000, 13000), rapid.SampledFrom([]int64{-128, 0, 4096, 4224}))
	for range rapid.IntRange(least, 9).Draw(t, "n") {
		xy = append(xy, at.Draw(t, "x"), at.Draw(t, "y"))
	}
	return xy
}

// near tells whether a place is within a distance of some segment of a path.
func near(xy []int64, closed bool, x, y, distance float64) bool {
	n := len(xy)
	last := n - 2
	if closed {
		last = n
	}
	for i := 0; i < last; i += 2 {
		ax, ay := float64(xy[i]), float64(xy[i+1])
		bx, by := float64(xy[(i+2)%n]), float64(xy[(i+3)%n])
		f := 0.0
		if l := (bx-ax)*(bx-ax) + (by-ay)*(by-ay); l > 0 {
			f = max(0, min(1, ((x-ax)*(bx-ax)+(y-ay)*(by-ay))/l))
		}
		if math.Hypot(ax+f*(bx-ax)-x, ay+f*(by-ay)-y) < distance {
			return true
		}
	}
	return false
}

// winding counts how often a ring goes round a place.
func winding(xy []int64, x, y float64) (n int) {
	for i := 0; i < len(xy); i += 2 {
		j := (i + 2) % len(xy)
		ax, ay, bx, by := float64(xy[i]), float64(xy[i+1]), float64(xy[j]), float64(xy[j+1])
		if (ay <= y) == (by <= y) || ax+(bx-ax)*(y-ay)/(by-ay) < x {
			continue
		}
		if ay <= y {
			n++
		} else {
			n--
		}
	}
	return n
}

// TestClipRing checks that a clipped ring stays in the box and covers there what the ring
// covered, but for what rounding moves.
func TestClipRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ring := drawPath(t, 1)
		clipped, _ := tileBox.clipRing(append([]int64(nil), ring...), nil)
		for i := 0; i < len(clipped); i += 2 {
			if x, y := clipped[i], clipped[i+1]; x < tileBox.minX || x > tileBox.maxX || y < tileBox.minY || y > tileBox.maxY {
				t.Fatalf("%d %d is outside", x, y)
			}
		}
		inside := rapid.Float64Range(-127, 4223)
		for range 20 {
			x, y := inside.Draw(t, "px"), inside.Draw(t, "py")
			if near(ring, true, x, y, 3) {
				continue
			}
			if got, want := winding(clipped, x, y), winding(ring, x, y); got != want {
				t.Fatalf("%g %g is in %d times, want %d", x, y, got, want)
			}
		}
	})
}

// TestClipSegment checks that what is left lies on the segment, and that what is gone
// does not meet the inside of the box.
func TestClipSegment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawPath(t, 2)[:4]
		ax, ay, bx, by, ok := tileBox.clipSegment(s[0], s[1], s[2], s[3])
		cx, cy, dx, dy, back := tileBox.clipSegment(s[2], s[3], s[0], s[1])
		if ok != back || ok && (ax != dx || ay != dy || bx != cx || by != cy) {
			t.Fatalf("%d %d, %d %d one way, %d %d, %d %d the other", ax, ay, bx, by, dx, dy, cx, cy)
		}
		if ok {
			for _, p := range [][2]int64{{ax, ay}, {bx, by}} {
				if tileBox.misses(&box{p[0], p[1], p[0], p[1]}) {
					t.Fatalf("%v is outside", p)
				}
				if !near(s, false, float64(p[0]), float64(p[1]), 2) {
					t.Fatalf("%v is not on the segment", p)
				}
			}
		}
		for k := range 50 {
			f := float64(k) / 49
			x, y := float64(s[0])+f*float64(s[2]-s[0]), float64(s[1])+f*float64(s[3]-s[1])
			if x < -126 || x > 4222 || y < -126 || y > 4222 {
				continue
			}
			if !ok || !near([]int64{ax, ay, bx, by}, false, x, y, 2) {
				t.Fatalf("%g %g is lost", x, y)
			}
		}
	})
}
