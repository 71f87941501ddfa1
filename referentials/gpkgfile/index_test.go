package gpkgfile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/sqlite"
)

func newFile(tb testing.TB) *sqlite.Conn {
	tb.Helper()
	return newFileOfPages(tb, 4096)
}

func newFileOfPages(tb testing.TB, size int) *sqlite.Conn {
	tb.Helper()
	c, err := sqlite.Open(filepath.Join(tb.TempDir(), "t.gpkg"), sqlite.Create)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := c.Script(fmt.Sprintf("PRAGMA page_size = %d; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", size)); err != nil {
		tb.Fatal(err)
	}
	if err := Init(c); err != nil {
		tb.Fatal(err)
	}
	if err := AddFunctions(c); err != nil {
		tb.Fatal(err)
	}
	return c
}

func check(tb testing.TB, c *sqlite.Conn, l *Layer) {
	tb.Helper()
	for _, sql := range []string{"PRAGMA integrity_check", "SELECT rtreecheck('main', '" + l.indexName() + "')"} {
		if got, err := c.Text(sql); err != nil || got != "ok" {
			tb.Fatalf("%s: %s, %v", sql, got, err)
		}
	}
}

// found gives the ids that the R-tree finds in a window.
func found(tb testing.TB, c *sqlite.Conn, l *Layer, b orb.Bound) (ids []int64) {
	tb.Helper()
	err := c.Query(fmt.Sprintf("SELECT id FROM %s WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ? ORDER BY id", Quote(l.indexName())),
		func(s *sqlite.Stmt) error {
			ids = append(ids, s.Int(0))
			return nil
		}, b.Min[0], b.Max[0], b.Min[1], b.Max[1])
	if err != nil {
		tb.Fatal(err)
	}
	return ids
}

func points(d *referentials.Descriptor) Layer {
	*d = referentials.Descriptor{ID: "t", Key: "n", Geometry: geo.Any, CRS: crs.EPSG(2154),
		Fields: []referentials.Field{{Name: "n", Type: referentials.Integer}}}
	return NewLayer("t", d, 2154)
}

// TestPackedIndex compares window queries on packed trees of every depth with brute
// force, then edits them through the triggers and compares again.
func TestPackedIndex(t *testing.T) {
	const seed = 20240229
	for _, n := range []int{0, 1, 2, 59, 60, 61, 120, 3035, 3036, 8000} { // 1 in 7 has no geometry, a node takes 51
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, uint64(n)))
			pages := 4096
			if n == 8000 {
				pages = 512 // small nodes make a deep tree
			}
			c := newFileOfPages(t, pages)
			var d referentials.Descriptor
			l := points(&d)
			if err := l.Create(c, -1); err != nil {
				t.Fatal(err)
			}
			if err := c.Exec("BEGIN"); err != nil {
				t.Fatal(err)
			}
			w, err := NewWriter(c, &l)
			if err != nil {
				t.Fatal(err)
			}
			boxes := make(map[int64]orb.Bound)
			for i := range n {
				r := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(i))}}
				if i%7 != 3 {
					r.Geom = segment(random)
					boxes[int64(i+1)] = r.Geom.Bound()
				}
				if err := w.Write(&r); err != nil {
					t.Fatal(err)
				}
			}
			w.Close()
			if err := w.BuildIndex(); err != nil {
				t.Fatal(err)
			}
			if err := l.CreateIndexTriggers(c); err != nil {
				t.Fatal(err)
			}
			if err := c.Exec("COMMIT"); err != nil {
				t.Fatal(err)
			}
			compare(t, c, &l, boxes, random)
			edit(t, c, &l, boxes, n, random)
			compare(t, c, &l, boxes, random)
			if err := l.DropIndex(c); err != nil {
				t.Fatal(err)
			}
			if _, err := l.BuildIndex(c); err != nil {
				t.Fatal(err)
			}
			compare(t, c, &l, boxes, random)
		})
	}
}

func segment(random *rand.Rand) geo.Geometry {
	x, y := 350000+random.NormFloat64()*5000, 6790000+random.NormFloat64()*5000
	return geo.Geometry{Type: geo.LineString, XY: []float64{x, y, x + random.Float64()*50, y - random.Float64()*50}, Ends: []uint32{2}}
}

// edit moves, removes and adds geometries by SQL.
func edit(t *testing.T, c *sqlite.Conn, l *Layer, boxes map[int64]orb.Bound, n int, random *rand.Rand) {
	t.Helper()
	s, err := c.Prepare("UPDATE t SET geom = ? WHERE fid = ?")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := NewBinder(l)
	for range min(n, 300) {
		id := int64(random.IntN(n) + 1)
		r := referentials.Row{Values: []referentials.Value{referentials.Null}}
		delete(boxes, id)
		if random.IntN(3) > 0 {
			r.Geom = segment(random)
			boxes[id] = r.Geom.Bound()
		}
		if _, err := b.Bind(s, &r); err != nil {
			t.Fatal(err)
		}
		if err := s.BindInt(2, id); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for _, sql := range []string{
		"DELETE FROM t WHERE fid % 5 = 0", "UPDATE t SET fid = fid + 1000000 WHERE fid % 5 = 1",
		"INSERT INTO t (geom, n) SELECT geom, n FROM t WHERE fid = 2",
	} {
		if err := c.Exec(sql); err != nil {
			t.Fatal(err)
		}
	}
	moved := make(map[int64]orb.Bound)
	for id, box := range boxes {
		switch id % 5 {
		case 0:
		case 1:
			moved[id+1000000] = box
		default:
			moved[id] = box
		}
	}
	if box, ok := boxes[2]; ok {
		last, err := c.Int("SELECT max(fid) FROM t")
		if err != nil {
			t.Fatal(err)
		}
		moved[last] = box
	}
	clear(boxes)
	for id, box := range moved {
		boxes[id] = box
	}
}

// compare queries windows; the index stores single precision, so it may find a little
// more than it must, never less.
func compare(t *testing.T, c *sqlite.Conn, l *Layer, boxes map[int64]orb.Bound, random *rand.Rand) {
	t.Helper()
	check(t, c, l)
	for range 20 {
		x, y, side := 350000+random.NormFloat64()*5000, 6790000+random.NormFloat64()*5000, random.Float64()*4000
		window := orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + side, y + side}}
		const slack = 1 // of a metre: float32 at 6,790,000 m
		got := found(t, c, l, window)
		for id, box := range boxes {
			if _, ok := slices.BinarySearch(got, id); !ok && box.Intersects(window) {
				t.Fatalf("row %d at %v is not found in %v", id, box, window)
			}
		}
		for _, id := range got {
			if box, ok := boxes[id]; !ok || !box.Pad(slack).Intersects(window) {
				t.Fatalf("row %d at %v (%v) is found in %v", id, box, ok, window)
			}
		}
	}
}

func TestRounding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e30, 1e30).Draw(t, "v")
		if d, u := float64(down(v)), float64(up(v)); d > v || u < v || u-d > math.Abs(v)*1e-6+1e-30 {
			t.Fatalf("%v lies between %v and %v", v, d, u)
		}
	})
}

func TestHilbert(t *testing.T) {
	seen := make(map[uint32]bool)
	var at [1 << 12][2]uint32
	for x := range uint32(64) {
		for y := range uint32(64) {
			h := hilbert(x, y)
			if seen[h] {
				t.Fatalf("%d, %d is at %d as another cell", x, y, h)
			}
			seen[h] = true
			if h < 1<<12 {
				at[h] = [2]uint32{x, y}
			}
		}
	}
	for i := 1; i < len(at); i++ {
		dx, dy := int(at[i][0])-int(at[i-1][0]), int(at[i][1])-int(at[i-1][1])
		if dx*dx+dy*dy != 1 {
			t.Fatalf("the curve jumps from %v to %v", at[i-1], at[i])
		}
	}
}
