package tiles

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"

	"socle/geo"
	"socle/referentials"
)

// TestGolden compares tiles of a small made-up place, read back and with the sum of their
// bytes, with testdata/place.txt. SOCLE_GOLDEN=write rewrites it.
func TestGolden(t *testing.T) {
	m := new(memory)
	x, y := rennes[0], rennes[1]
	m.add("ilots", geo.Any, referentials.TilePolicy{MaxZoom: 14},
		polygonOf(square(x, y, 0.01), square(x+0.002, y+0.002, 0.004)),
		polygonOf(square(x+0.01, y, 0.5)),
		polygonOf(square(x, y, 0.00001)),
		geo.Geometry{
			Type: geo.MultiPolygon, XY: append(square(x-0.01, y, 0.004), square(x-0.02, y, 0.004)...),
			Ends: []uint32{5, 10}, Parts: []uint32{1, 2},
		})
	m.add("voies", geo.LineString, referentials.TilePolicy{MaxZoom: 14},
		lineOf(x-0.02, y, x, y, x, y, x+0.3, y+0.2, x, y+0.01),
		lineOf(x-1, y-1, x+1, y-1.01))
	m.add("sites", geo.Any, referentials.TilePolicy{MaxZoom: 14},
		pointAt(x, y), geo.Geometry{Type: geo.MultiPoint, XY: []float64{x, y, x + 0.001, y - 0.001, x + 9, y}})
	p, tiler := m.public(t), New(Options{})
	var out bytes.Buffer
	for _, z := range []uint32{6, 12, 14} {
		tx, ty := tileAt(rennes, z)
		tile, layers, s := drawn(t, tiler, p, []string{"ilots", "voies", "sites"}, z, tx, ty)
		fmt.Fprintf(&out, "%d/%d/%d %+v %x\n", z, tx, ty, s, sha256.Sum256(tile))
		for _, l := range layers {
			for _, f := range l.Features {
				fmt.Fprintf(&out, "  %s %d %v\n", l.Name, f.ID, f.Tags)
				for _, path := range f.Paths {
					fmt.Fprintf(&out, "    %v\n", path)
				}
			}
		}
	}
	const file = "testdata/place.txt"
	if os.Getenv("SOCLE_GOLDEN") == "write" {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (make golden writes it)", err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("tiles differ from %s (make golden rewrites it):\n%s", file, out.Bytes())
	}
}
