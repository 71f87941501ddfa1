package main

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles/mvt"
	"socle/tiles/pmtiles"
)

// pyramid finds the tiles that may hold something, from the top down: where no feature's
// box meets a tile and its buffer, none meets those below it.
type pyramid struct {
	collections []*snapshot.PublicCollection
	// The part of the world to write, in fractions of its side from the north-west.
	left, top, right, bottom float64
}

// newPyramid is the pyramid of collections within bounds, the whole world when nil.
func newPyramid(public *snapshot.Public, ids []string, bounds *lonLats) *pyramid {
	p := &pyramid{right: 1, bottom: 1}
	for _, id := range ids {
		if c, ok := public.Collection(id); ok {
			p.collections = append(p.collections, c)
		}
	}
	if bounds != nil {
		p.left, p.top = fractionsOf(bounds[0], bounds[3])
		p.right, p.bottom = fractionsOf(bounds[2], bounds[1])
	}
	return p
}

// maxTiles bounds a pyramid: that many tiles take some gigabytes of memory.
const maxTiles = 64 << 20

// list gives the numbers of the tiles from one zoom to another, in order.
func (p *pyramid) list(ctx context.Context, from, to uint8) ([]uint64, error) {
	var listed []uint64
	level := []uint64{pmtiles.ID(0, 0, 0)}
	for z := uint8(0); ; z++ {
		held := level[:0]
		for i, id := range level {
			if i%4096 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if p.holds(pmtiles.Place(id)) {
				held = append(held, id)
			}
		}
		if len(listed)+len(held) > maxTiles {
			return nil, referentials.Errorf(referentials.TooLarge, "there are more than %d tiles down to zoom %d", maxTiles, z).
				Do("write fewer zooms, or part of the territory with --bounds")
		}
		if z >= from {
			listed = append(listed, held...)
		}
		if z == to {
			return listed, nil
		}
		level = make([]uint64, 0, 4*len(held))
		for _, id := range held {
			first := pmtiles.Below(id)
			level = append(level, first, first+1, first+2, first+3)
		}
	}
}

// margin is how much wider than its tile a window is, in sides of it, so that it holds the
// widest buffer and what is rounded into it.
const margin = float64(referentials.MaxBuffer+2) / mvt.Extent

// holds tells whether a tile is within the bounds and a feature's box meets it.
func (p *pyramid) holds(z, x, y uint32) bool {
	side := math.Ldexp(1, -int(z))
	left, top := float64(x)*side, float64(y)*side
	if left >= p.right || left+side <= p.left || top >= p.bottom || top+side <= p.top {
		return false
	}
	west, north := lonLatOf(left-margin*side, top-margin*side)
	east, south := lonLatOf(left+side+margin*side, top+side+margin*side)
	window := orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
	found := false
	for _, c := range p.collections {
		if c.Search(window, func(int) bool { found = true; return false }); found {
			return true
		}
	}
	return false
}

// fractionsOf gives where a longitude and latitude are in the square world of Web Mercator.
func fractionsOf(lon, lat float64) (x, y float64) {
	sin := math.Sin(lat * (math.Pi / 180))
	return lon/360 + 0.5, max(0, min(1, 0.5-math.Log((1+sin)/(1-sin))/(4*math.Pi)))
}

func lonLatOf(x, y float64) (lon, lat float64) {
	return (x - 0.5) * 360, math.Atan(math.Sinh((0.5-y)*(2*math.Pi))) * (180 / math.Pi)
}
