package tiles

import (
	"math/bits"
	"slices"

	"socle/referentials"
)

// defaultMaxZoom is how deep tiles go where the descriptor does not say.
const defaultMaxZoom = 16

// policyOf completes the tile policy of a descriptor: its zooms, its fields, key first, and
// what becomes of what is small. A key that is the number of the feature is no field when
// the policy names others.
func policyOf(d *referentials.Descriptor) referentials.TilePolicy {
	p := d.Tiles
	p.MaxZoom = maxZoom(d)
	var fields []string
	if key := d.FieldIndex(d.Key); len(p.Fields) == 0 || slices.Contains(p.Fields, d.Key) || key < 0 || d.Fields[key].Type != referentials.Integer {
		fields = append(fields, d.Key)
	}
	for i := range d.Fields {
		name := d.Fields[i].Name
		if name != d.Key && (len(p.Fields) == 0 || slices.Contains(p.Fields, name)) {
			fields = append(fields, name)
		}
	}
	p.Fields = fields
	if p.Thin == 0 {
		p.Thin = 1
	}
	if p.Small == referentials.ByKind {
		p.Small = referentials.MergedSmall
		if d.Mesh {
			p.Small = referentials.KeptSmall
		}
	}
	return p
}

func maxZoom(d *referentials.Descriptor) uint8 {
	if d.Tiles.MaxZoom == 0 {
		return defaultMaxZoom
	}
	return min(d.Tiles.MaxZoom, MaxZoom)
}

// Zooms gives the zooms of the web from which and to which a collection has tiles of its
// own; deeper ones show the same.
func Zooms(d *referentials.Descriptor) (low, high int) {
	return int(d.Tiles.MinZoom), int(maxZoom(d))
}

// pixelBits is the size of a pixel, of 256 to a tile, as a power of two of tile units.
const pixelBits = 4

// cellBits is the side of the cells that thin points, as a power of two of tile units: at
// least what the policy says.
func cellBits(p *referentials.TilePolicy) int {
	return pixelBits + bits.Len8(uint8(p.Thin)-1)
}
