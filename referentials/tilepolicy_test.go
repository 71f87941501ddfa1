package referentials

import (
	"strings"
	"testing"

	"socle/geo"
	"socle/geo/crs"
)

func TestTilePolicies(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy TilePolicy
		want   string // "" when it can be used
	}{
		{"nothing said", TilePolicy{}, ""},
		{"everything said", TilePolicy{
			MinZoom: 8, MaxZoom: 14, Fields: []string{"n"}, FieldZooms: map[string]uint8{"n": 12},
			Buffer: 64, Bytes: 200_000, Thin: 4, Small: DroppedSmall, Labels: true,
		}, ""},
		{"no cells", TilePolicy{Thin: -1}, ""},
		{"too deep", TilePolicy{MaxZoom: 23}, "go from 0 to 22"},
		{"upside down", TilePolicy{MinZoom: 12, MaxZoom: 11}, "above maxZoom"},
		{"wide buffer", TilePolicy{Buffer: 513}, "buffer of 513"},
		{"negative bytes", TilePolicy{Bytes: -1}, "no number of bytes"},
		{"wide cells", TilePolicy{Thin: 65}, "thin is 65"},
		{"unknown word", TilePolicy{Small: "hide"}, `small is "hide"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Descriptor{
				ID: "sites", Geometry: geo.Point, CRS: crs.CRS84, Key: "n",
				Fields: []Field{{Name: "n", Type: Integer}}, Tiles: c.policy,
			}
			err := d.Validate()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err != nil && CodeOf(err) != Invalid {
				t.Errorf("the code is %q", CodeOf(err))
			}
		})
	}
}

// TestPublicTilePolicies checks that a confidential field leaves the policy too, and that
// the descriptor it is taken from keeps it.
func TestPublicTilePolicies(t *testing.T) {
	d := Descriptor{
		ID: "sites", Geometry: geo.Point, CRS: crs.CRS84, Key: "n", Access: Open,
		Fields: []Field{{Name: "n", Type: Integer}, {Name: "pdl", Type: Integer, Disclosure: Confidential}},
		Tiles:  TilePolicy{Fields: []string{"n", "pdl"}, FieldZooms: map[string]uint8{"n": 1, "pdl": 2}},
	}
	p, _, ok := d.Public()
	if !ok || len(p.Tiles.Fields) != 1 || len(p.Tiles.FieldZooms) != 1 {
		t.Errorf("got %+v", p.Tiles)
	}
	if len(d.Tiles.Fields) != 2 || len(d.Tiles.FieldZooms) != 2 {
		t.Errorf("the descriptor itself has changed: %+v", d.Tiles)
	}
}
