package pmtiles

import (
	"testing"

	"pgregory.net/rapid"
)

// TestNumbers holds the examples of the specification.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		z, x, y uint32
		id      uint64
	}{
		{0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4}, {2, 0, 0, 5}, {12, 3423, 1763, 19078479},
		{MaxZoom, 1<<MaxZoom - 1, 0, endID - 1},
	} {
		if id := ID(c.z, c.x, c.y); id != c.id {
			t.Errorf("%d/%d/%d has number %d, want %d", c.z, c.x, c.y, id, c.id)
		}
		if z, x, y := Place(c.id); z != c.z || x != c.x || y != c.y {
			t.Errorf("number %d is for %d/%d/%d, want %d/%d/%d", c.id, z, x, y, c.z, c.x, c.y)
		}
	}
}

// TestNumbersFollowTheCurve checks that there are no jumps, that each tile has one number,
// and that the four tiles below one have numbers that follow each other.
func TestNumbersFollowTheCurve(t *testing.T) {
	for id := uint64(1); id < firstID(7); id++ {
		z, x, y := Place(id)
		if ID(z, x, y) != id {
			t.Fatalf("number %d is for %d/%d/%d, which has number %d", id, z, x, y, ID(z, x, y))
		}
		pz, px, py := Place(id - 1)
		if step := abs(int(x)-int(px)) + abs(int(y)-int(py)); pz == z && step != 1 {
			t.Fatalf("number %d is %d tiles from the one before", id, step)
		}
		if cz, cx, cy := Place(Below(id) + id%4); cz != z+1 || cx/2 != x || cy/2 != y {
			t.Fatalf("%d/%d/%d is not below %d/%d/%d", cz, cx, cy, z, x, y)
		}
	}
}

func TestNumbersOfAllZooms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.Uint32Range(0, MaxZoom).Draw(t, "z")
		x, y := rapid.Uint32Range(0, 1<<z-1).Draw(t, "x"), rapid.Uint32Range(0, 1<<z-1).Draw(t, "y")
		id := ID(z, x, y)
		if gz, gx, gy := Place(id); gz != z || gx != x || gy != y || id < firstID(z) || id >= firstID(z+1) {
			t.Fatalf("%d/%d/%d has number %d, which is for %d/%d/%d", z, x, y, id, gz, gx, gy)
		}
	})
}

func abs(v int) int { return max(v, -v) }
