package cache

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"socle/referentials/snapshot"
	"socle/tiles"
)

// Run draws tiles ahead until ctx ends: those of each collection and of the lists that
// were asked for last, from afar to near, as long as there is room. It begins again when
// collections have changed; tiles that still hold are left alone. Whenever a request waits
// for a tile it pauses.
func (c *Cache) Run(ctx context.Context) error {
	if c.options.Ahead < 0 {
		return nil
	}
	for {
		e := c.now()
		if !c.goAhead(ctx, e) && ctx.Err() == nil {
			// Something has changed meanwhile. More of it may be on its way.
			rest(ctx, c.options.Settle)
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-e.public.Replaced():
		case <-c.asked:
		}
		rest(ctx, c.options.Settle)
	}
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// pass is one walk through the pyramids.
type pass struct {
	cache *Cache
	epoch *epoch
	full  atomic.Bool
	drawn atomic.Int64
	bytes atomic.Int64
}

// pyramid is what is left to walk of the tiles of a list.
type pyramid struct {
	ids         []string
	collections []*snapshot.PublicCollection
	least, most uint32
	places      [][2]uint32 // columns and rows of the zoom the walk is at, where something may be
}

// goAhead walks zoom by zoom through all pyramids. It tells whether it came to an end.
func (c *Cache) goAhead(ctx context.Context, e *epoch) bool {
	began := time.Now()
	p := &pass{cache: c, epoch: e}
	pyramids := p.pyramids()
	whole := true
	for z := uint32(0); z <= tiles.MaxZoom && whole && !p.full.Load(); z++ {
		for i := range pyramids {
			if whole = p.walk(ctx, &pyramids[i], z); !whole {
				break
			}
		}
	}
	if n := p.drawn.Load(); n > 0 && whole {
		c.options.Logger.InfoContext(ctx, "tiles drawn ahead", "tiles", n, "bytes", p.bytes.Load(), "lists", len(pyramids),
			"full", p.full.Load(), "duration", time.Since(began).Round(time.Millisecond))
	}
	return whole
}

// Bounds of what is drawn ahead: lists that were asked for, and single collections.
const (
	maxAhead   = 8
	maxSingles = 128
)

// pyramids gives what there is to draw: lists that were asked for first, the last one
// before the others, then each collection.
func (p *pass) pyramids() []pyramid {
	var asked []*list
	for _, l := range p.epoch.lists {
		if l.lastAsked.Load() > 0 {
			asked = append(asked, l)
		}
	}
	slices.SortFunc(asked, func(a, b *list) int { return cmp.Compare(b.lastAsked.Load(), a.lastAsked.Load()) })
	var lists [][]string
	for _, l := range asked[:min(maxAhead, len(asked))] {
		lists = append(lists, l.ids)
	}
	all := p.epoch.public.Collections()
	for _, c := range all[:min(maxSingles, len(all))] {
		single := []string{c.ID()}
		if c.Descriptor().HasGeometry() && !slices.ContainsFunc(lists, func(ids []string) bool { return slices.Equal(ids, single) }) {
			lists = append(lists, single)
		}
	}
	var out []pyramid
	for _, ids := range lists {
		about, err := tiles.Describe(p.epoch.public, ids, "")
		if err != nil {
			continue // withdrawn since it was asked for
		}
		y := pyramid{ids: ids, least: uint32(about.MinZoom), most: uint32(about.MaxZoom), places: [][2]uint32{{0, 0}}}
		for _, id := range ids {
			c, _ := p.epoch.public.Collection(id)
			y.collections = append(y.collections, c)
		}
		out = append(out, y)
	}
	return out
}

// shows tells whether anything is near a tile. Where nothing is, nothing is on the tiles
// below either.
func (y *pyramid) shows(z uint32, at [2]uint32) bool {
	window := surroundings(z, at[0], at[1], false)
	for _, c := range y.collections {
		met := false
		c.Search(window, func(int) bool {
			met = true
			return false
		})
		if met {
			return true
		}
	}
	return false
}

// walk sees to the tiles of one zoom and finds the places of the next. It tells whether
// the pass goes on.
func (p *pass) walk(ctx context.Context, y *pyramid, z uint32) bool {
	if z > y.most {
		return true
	}
	var group errgroup.Group
	group.SetLimit(p.cache.options.Ahead)
	kept := y.places[:0]
	for _, at := range y.places {
		if ctx.Err() != nil || p.replaced() {
			break
		}
		if !y.shows(z, at) {
			continue
		}
		kept = append(kept, at)
		if z >= y.least && !p.full.Load() {
			group.Go(func() error { return p.see(ctx, y.ids, z, at[0], at[1]) })
		}
	}
	if err := group.Wait(); err != nil && ctx.Err() == nil {
		p.cache.options.Logger.WarnContext(ctx, "a tile cannot be drawn ahead", "error", err)
	}
	if ctx.Err() != nil || p.replaced() {
		return false
	}
	y.places = make([][2]uint32, 0, 4*len(kept))
	for _, at := range kept {
		x, row := 2*at[0], 2*at[1]
		y.places = append(y.places, [2]uint32{x, row}, [2]uint32{x + 1, row}, [2]uint32{x, row + 1}, [2]uint32{x + 1, row + 1})
	}
	return true
}

func (p *pass) replaced() bool {
	select {
	case <-p.epoch.public.Replaced():
		return true
	default:
		return false
	}
}

// see makes sure that a tile is kept, compressed too. When the cache is nearly full, only
// tiles that are in it are drawn again, so that none makes room for another.
func (p *pass) see(ctx context.Context, ids []string, z, x, y uint32) error {
	c := p.cache
	e, l, err := c.list(ids, false)
	if err != nil || e.public != p.epoch.public {
		return err
	}
	entry, present := c.kept.GetEntryQuietly(key{l.number, place(z, x, y)})
	if present && l.holds(entry.Value, z, x, y) {
		c.encoded(entry.Value, Gzip, unhasty)
		return nil
	}
	if !present && c.isNearlyFull() {
		p.full.Store(true)
		return nil
	}
	for c.urgent.Load() > 0 && ctx.Err() == nil {
		rest(ctx, pause)
	}
	began, hits := time.Now(), c.counts.hits.Load()
	t, err := c.draw(ctx, e, l, z, x, y)
	if err != nil {
		return err
	}
	c.counts.ahead.Add(1)
	p.drawn.Add(1)
	p.bytes.Add(int64(len(t.Body()) + len(c.encoded(t, Gzip, unhasty).Body)))
	if c.counts.hits.Load() != hits { // others are at work: leave them half of the time
		rest(ctx, time.Since(began))
	}
	return nil
}

func (c *Cache) isNearlyFull() bool {
	c.kept.CleanUp() // it weighs what comes in later, and others may keep it from that
	return c.kept.WeightedSize() > c.options.Bytes/10*9
}

// pause is how often it is looked whether requests still wait.
const pause = 2 * time.Millisecond
