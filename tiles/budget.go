package tiles

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// rank orders the features of a tile by how much they are worth keeping.
type rank struct {
	place uint64 // less is kept longer
	pick  pick
}

// rankOf puts large boxes first, and those of the same size (all points) in an order that
// is the same for every tile and spreads over the territory.
func rankOf(l *layer, at pick) rank {
	b := &l.boxes[0][at.position]
	size := float32(b.right-b.left) + float32(b.bottom-b.top)
	return rank{uint64(math.MaxUint32-math.Float32bits(size))<<32 | uint64(scatter(l.rows[at.position])), at}
}

// keepBest leaves of p.picks the n of best rank, in order.
func (p *pen) keepBest(l *layer, n int) {
	p.ranks = p.ranks[:0]
	for _, at := range p.picks {
		p.ranks = append(p.ranks, rankOf(l, at))
	}
	slices.SortFunc(p.ranks, func(a, b rank) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.pick.position, b.pick.position))
	})
	p.picks = p.picks[:0]
	for _, r := range p.ranks[:n] {
		p.picks = append(p.picks, r.pick)
	}
	slices.SortFunc(p.picks, func(a, b pick) int { return cmp.Compare(a.position, b.position) })
}

// drawing is a layer as a request wants it.
type drawing struct {
	*layer
	selection Selection
}

// tile draws layers within that many bytes. When they do not fit together, each gets the
// same share, and what the small ones leave goes to the others.
func (p *pen) tile(ctx context.Context, dst []byte, layers []drawing, most int) ([]byte, Stats, error) {
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
			if dst, stats, err = p.layer(ctx, dst, l, shares[i]); err != nil {
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

// layer draws one layer within that many bytes: points in ever larger cells, and others
// without the smallest, until it fits.
func (p *pen) layer(ctx context.Context, dst []byte, l drawing, most int) ([]byte, Stats, error) {
	start := len(dst)
	zoom := p.frame.z
	above := zoom < uint32(l.policy.MaxZoom)
	if above && l.policy.Bytes > 0 {
		most = min(most, l.policy.Bytes)
	}
	cells := 0
	if thinned := l.points && above && l.policy.Thin > 0; thinned {
		cells = p.frame.shift + cellBits(&l.policy)
	}
	buffer := int64(l.policy.Buffer)
	p.box = box{-buffer, -buffer, 1<<extentBits + buffer, 1<<extentBits + buffer}
	var s Stats
	dst, s.Labels = p.labels(dst, l, most/2)
	most -= len(dst) - start

	a := attributesOf(l.layer, l.selection.Fields, zoom, cells > 0)
	for {
		met := p.gather(l, cells)
		for {
			tried, drawn, err := p.try(ctx, l, a, most)
			if err != nil {
				return dst[:start], Stats{}, err
			}
			size := p.encoder.Size()
			if size <= most {
				drawn.Features, drawn.Repaired, drawn.Labels = p.encoder.Features(), p.encoder.Repaired(), s.Labels
				drawn.Dropped += met - len(p.picks)
				if cells > 0 {
					drawn.Thinned = len(p.found) - met
				}
				return p.encoder.EndLayer(dst), drawn, nil
			}
			if cells > 0 && met > 1 && cells < worldBits {
				cells++
				break
			}
			// A little less than would fit, as those that are kept are the largest.
			p.keepBest(l.layer, tried*most/size*15/16)
		}
	}
}

// gather finds the features of the tile and tells how many are to be drawn.
func (p *pen) gather(l drawing, cells int) int {
	window := p.frame.window(int64(l.policy.Buffer), cells)
	p.found = l.within(&window, l.selection.Rows, p.found[:0])
	if cells > 0 {
		p.thin(l.layer, cells)
		return len(p.picks)
	}
	p.picks = p.picks[:0]
	for _, k := range p.found {
		p.picks = append(p.picks, pick{k, 1})
	}
	return len(p.picks)
}

// try encodes p.picks and tells how many it has seen when it stops, which is early when
// they are far too many.
func (p *pen) try(ctx context.Context, l drawing, a *attributes, most int) (tried int, s Stats, err error) {
	a.begin(&p.encoder, l.layer, l.collection.ID())
	for i, at := range p.picks {
		if i%1024 == 1023 {
			if err := ctx.Err(); err != nil {
				return i, s, err
			}
			if p.encoder.Size() > 2*most {
				return i, s, nil
			}
		}
		if merged := s.Merged; !p.draw(l.layer, at, a, &s) && s.Merged == merged {
			s.Unseen++
		}
	}
	return len(p.picks), s, nil
}
