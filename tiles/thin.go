package tiles

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// rank orders the rows of a tile by how much they are worth keeping.
type rank struct {
	place uint64 // less is kept longer
	id    uint32
}

// rankOf puts large boxes first, and rows of the same size (all points) in an order that
// is the same for every tile and spreads over the territory.
func rankOf(l *layer, id uint32) rank {
	b := l.collection.Box(int(id))
	size := float32(b.Max[0] - b.Min[0] + b.Max[1] - b.Min[1])
	return rank{uint64(math.MaxUint32-math.Float32bits(size))<<32 | uint64(scatter(id)), id}
}

// scatter mixes the bits of a row number (the finalizer of MurmurHash3).
func scatter(v uint32) uint32 {
	v ^= v >> 16
	v *= 0x85ebca6b
	v ^= v >> 13
	v *= 0xc2b2ae35
	return v ^ v>>16
}

// keepBest leaves of p.ids the n of best rank, in order.
func (p *pen) keepBest(l *layer, n int) {
	p.ranks = p.ranks[:0]
	for _, id := range p.ids {
		p.ranks = append(p.ranks, rankOf(l, id))
	}
	slices.SortFunc(p.ranks, func(a, b rank) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.id, b.id))
	})
	p.ids = p.ids[:0]
	for _, r := range p.ranks[:n] {
		p.ids = append(p.ids, r.id)
	}
	slices.Sort(p.ids)
}

// tile draws layers within that many bytes. When they do not fit together, each gets the
// same share, and what the small ones leave goes to the others.
func (p *pen) tile(ctx context.Context, dst []byte, layers []*layer, window orb.Bound, most int) ([]byte, Stats, error) {
	start := len(dst)
	shares := make([]int, len(layers))
	for i := range shares {
		shares[i] = most
	}
	for {
		var total Stats
		sizes := make([]int, len(layers))
		for i, l := range layers {
			before := len(dst)
			var stats Stats
			var err error
			if dst, stats, err = p.layer(ctx, dst, l, window, shares[i]); err != nil {
				return dst[:start], Stats{}, err
			}
			sizes[i] = len(dst) - before
			total.add(stats)
		}
		if len(dst)-start <= most {
			return dst, total, nil
		}
		dst = dst[:start]
		shares = share(sizes, most)
	}
}

// share divides most among wants: everyone up to the same level, none more than it wants.
func share(wants []int, most int) []int {
	order := make([]int, len(wants))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(wants[a], wants[b]) })
	shares := make([]int, len(wants))
	for k, i := range order {
		shares[i] = min(wants[i], most/(len(order)-k))
		most -= shares[i]
	}
	return shares
}

// layer draws one layer within that many bytes, thinning it until it fits.
func (p *pen) layer(ctx context.Context, dst []byte, l *layer, window orb.Bound, most int) ([]byte, Stats, error) {
	p.coarse = coarseness(p.frame.z, uint32(l.policy.MaxZoom))
	p.ids = l.within(window, p.ids[:0])
	met := len(p.ids)
	for {
		tried, s, err := p.try(ctx, l, most)
		if err != nil {
			return dst, Stats{}, err
		}
		if size := p.encoder.Size(); size > most {
			// A little less than would fit, as those that are kept are the largest.
			p.keepBest(l, tried*most/size*15/16)
			continue
		}
		s.Features, s.Dropped = p.encoder.Features(), met-len(p.ids)
		return p.encoder.EndLayer(dst), s, nil
	}
}

// try encodes the rows of p.ids and tells how many it has seen when it stops, which is
// early when they are far too many.
func (p *pen) try(ctx context.Context, l *layer, most int) (tried int, s Stats, err error) {
	p.encoder.BeginLayer(l.collection.ID(), l.names)
	p.specks.side = 0
	for i, id := range p.ids {
		if i%1024 == 1023 {
			if err := ctx.Err(); err != nil {
				return i, s, err
			}
			if p.encoder.Size() > 2*most {
				return i, s, nil
			}
		}
		if !p.draw(l, int(id), &s) {
			s.Unseen++
		}
	}
	return len(p.ids), s, nil
}
