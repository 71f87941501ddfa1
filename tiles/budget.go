package tiles

import (
	"cmp"
	"context"
	"math"
	"slices"

	"socle/geo/orderstat"
	"socle/tiles/mvt"
)

// placeOf says how much the feature of a position is worth keeping; less is kept longer.
// Large boxes come first, and those of the same size (all points) in an order that is the
// same for every tile and spreads over the territory.
func placeOf(l *layer, position uint32) uint64 {
	b := &l.boxes[0][position]
	size := float32(b.right-b.left) + float32(b.bottom-b.top)
	return uint64(math.MaxUint32-math.Float32bits(size))<<32 | scatter(b.left, b.top)>>32
}

// keepBest leaves of p.picks the n of best place, in order.
func (p *pen) keepBest(l *layer, n int) {
	if n <= 0 {
		p.picks = p.picks[:0]
		return
	}
	if n >= len(p.picks) {
		return
	}
	p.places = p.places[:0]
	for _, at := range p.picks {
		p.places = append(p.places, placeOf(l, at.position))
	}
	p.shuffled = append(p.shuffled[:0], p.places...)
	last := orderstat.Select(p.shuffled, n-1)
	room := n // for those whose place is the last one's
	for _, place := range p.places {
		if place < last {
			room--
		}
	}
	kept := p.picks[:0]
	for i, at := range p.picks {
		switch place := p.places[i]; {
		case place > last:
			continue
		case place == last:
			if room == 0 {
				continue
			}
			room--
		}
		kept = append(kept, at)
	}
	p.picks = kept
}

// drawing is a layer as a request wants it, and what is known of it on the tile.
type drawing struct {
	*layer
	selection Selection
	labelled  bool

	met      int    // features that are to be drawn
	forecast int    // bytes that they would take about, 0 where there is no forecast
	entire   []byte // it, once it was drawn with all of them and has no labels
	stats    Stats  // of entire
}

// tile draws layers within that many bytes. When they do not fit together, each gets the
// same share, and what the small ones leave goes to the others.
func (p *pen) tile(ctx context.Context, dst []byte, layers []drawing, most int) ([]byte, Stats, error) {
	if len(layers) == 1 {
		return p.layer(ctx, dst, &layers[0], most, math.MaxInt)
	}
	start := len(dst)
	var total Stats
	for i := range layers {
		from := len(dst)
		var s Stats
		var err error
		dst, s, err = p.layer(ctx, dst, &layers[i], most, most-(from-start))
		switch {
		case err != nil:
			return dst[:start], Stats{}, err
		case len(dst)-start > most || s == tooMuch:
			return p.share(ctx, dst[:start], layers, most)
		}
		total.Add(s)
	}
	return dst, total, nil
}

// share draws layers that do not fit together, the least one first. Those that were drawn entire
// are behind dst, which is written last.
func (p *pen) share(ctx context.Context, dst []byte, layers []drawing, most int) ([]byte, Stats, error) {
	order, wants := make([]int, len(layers)), make([]int, len(layers))
	for i := range layers {
		order[i], wants[i] = i, p.want(&layers[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(wants[a], wants[b]) })
	p.first = p.first[:0]
	drawn := make([][2]int, len(layers)) // where they are in p.first
	var total Stats
	for k, i := range order {
		from := len(p.first)
		var s Stats
		var err error
		if p.first, s, err = p.layer(ctx, p.first, &layers[i], (most-from)/(len(order)-k), math.MaxInt); err != nil {
			return dst, Stats{}, err
		}
		drawn[i] = [2]int{from, len(p.first)}
		total.Add(s)
	}
	for _, at := range drawn {
		dst = append(dst, p.first[at[0]:at[1]]...)
	}
	return dst, total, nil
}

// roomy sixteenths of what would fit are kept, as those that are kept are the largest.
const roomy = 15

// coarser is by how many zooms a mesh may lose detail to fit.
const coarser = 2

// tooMuch is told of a layer that was given up, as it does not fit beside those before it.
var tooMuch = Stats{Features: -1}

// layer draws one layer within that many bytes: points in ever larger cells, and others
// without the smallest, until it fits. It gives up at once when it would clearly take more
// than there is room for.
// A mesh would have gaps without its smallest cells: it loses detail first, then its
// attributes, and may then be as large as a tile can be.
func (p *pen) layer(ctx context.Context, dst []byte, l *drawing, most, room int) ([]byte, Stats, error) {
	start := len(dst)
	zoom := p.frame.z
	above := zoom < uint32(l.policy.MaxZoom)
	if above && l.policy.Bytes > 0 {
		most = min(most, l.policy.Bytes)
	}
	if l.entire != nil && max(len(l.entire), l.forecast-l.forecast/16) < most {
		return append(dst, l.entire...), l.stats, nil // it would come out the same
	}
	cells := p.begin(l)
	var s Stats
	dst, s.Labels = p.labels(dst, l, most/2)
	most -= len(dst) - start

	whole := l.isMesh() && above
	p.detail = uint8(zoom)
	a := attributesOf(l.layer, l.selection.Fields, zoom, cells > 0)
	for first := true; ; first = false {
		met := p.gather(l, cells)
		var drawn Stats
		tried, size := met, 0
		if p.mayPass(l, a, min(most, room)) {
			if !first {
				size = p.forecast(l, a)
			} else {
				if l.forecast == 0 {
					l.forecast = p.forecast(l, a)
				}
				size = l.forecast
			}
		}
		if clearly := size - size/16; clearly > room {
			return dst[:start], tooMuch, nil
		} else if clearly < most || whole {
			size = 0 // it may fit
		}
		entire := first && len(dst) == start
		for fresh := false; ; entire = false {
			if size == 0 {
				if !fresh {
					var err error
					if tried, drawn, err = p.try(ctx, l, a, most); err != nil {
						return dst[:start], Stats{}, err
					}
				}
				size = p.encoder.Size()
			}
			fresh = false
			if size <= most {
				drawn.Features, drawn.Labels = p.encoder.Features(), s.Labels
				drawn.Repaired += p.encoder.Repaired()
				drawn.Dropped += met - len(p.picks)
				if cells > 0 {
					drawn.Thinned = len(p.found) - met
				}
				if a.bare {
					drawn.Bare = drawn.Features
				}
				if uint32(p.detail) < zoom {
					drawn.Coarser = drawn.Features
				}
				dst = p.encoder.EndLayer(dst)
				if entire {
					l.met, l.entire, l.stats = met, dst[start:], drawn
				}
				return dst, drawn, nil
			}
			if cells > 0 && met > 1 && cells < worldBits {
				cells++
				break
			}
			switch {
			case !whole:
				p.keepBest(l.layer, tried*most/size*roomy/16)
			case p.detail > 0 && uint32(p.detail)+coarser > zoom && p.encoder.WithoutGeometry() <= most:
				p.detail--
			case !a.bare:
				p.detail = uint8(max(0, int(zoom)-coarser))
				a = bareAttributes(l.layer)
			default:
				whole = false
				if l.policy.Bytes == 0 {
					most = max(most, p.deepest)
				}
				fresh = tried == len(p.picks)
			}
			size = 0
		}
	}
}

// begin makes ready for the features of a layer and gives the size of the cells that its
// points are thinned in, as a power of two of world units, or 0.
func (p *pen) begin(l *drawing) (cells int) {
	buffer := int64(l.policy.Buffer)
	p.box = box{-buffer, -buffer, 1<<extentBits + buffer, 1<<extentBits + buffer}
	p.border = mvt.Border{MinX: int32(p.box.minX), MinY: int32(p.box.minY), MaxX: int32(p.box.maxX), MaxY: int32(p.box.maxY)}
	if l.points && p.frame.z < uint32(l.policy.MaxZoom) && l.policy.Thin > 0 {
		cells = p.frame.shift + cellBits(&l.policy)
	}
	return cells
}

// gather finds the features of the tile and tells how many are to be drawn.
func (p *pen) gather(l *drawing, cells int) int {
	window := p.frame.window(int64(l.policy.Buffer), cells)
	p.found = l.within(&window, l.selection.Rows, p.found[:0])
	if cells > 0 {
		p.thin(l.layer, cells)
		return len(p.picks)
	}
	p.picks = slices.Grow(p.picks[:0], len(p.found))[:len(p.found)]
	for i, k := range p.found {
		p.picks[i] = pick{k, 1}
	}
	return len(p.picks)
}

// try encodes p.picks and tells how many it has seen when it stops, which is early when
// they are far too many.
func (p *pen) try(ctx context.Context, l *drawing, a *attributes, most int) (tried int, s Stats, err error) {
	p.start(l, a)
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

// start begins the layer of a tile.
func (p *pen) start(l *drawing, a *attributes) {
	a.begin(&p.encoder, l.layer, l.collection.ID())
	p.outlines = l.outlinesAt(p.frame.z, p.detail)
}
