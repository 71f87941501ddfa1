// Package cache keeps tiles as they are sent, so that most requests are answered from
// memory.
//
// A tile is drawn once, however many ask for it, and compressed once for each encoding. It
// belongs to a list of collections and to the revisions it was drawn of; when those are
// followed by others it goes on being served where nothing has changed near it. While the
// server has nothing else to do, [Cache.Run] draws ahead what may be asked for next.
package cache

import (
	"cmp"
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/semaphore"

	"socle/referentials"
	"socle/referentials/snapshot"
	"socle/tiles"
)

// Drawer draws the tiles: a [tiles.Tiler].
type Drawer interface {
	Tile(ctx context.Context, dst []byte, p *snapshot.Public, ids []string, z, x, y uint32) ([]byte, tiles.Stats, error)
}

// Options tunes a Cache. The zero value of each is its default.
type Options struct {
	Bytes   uint64        // for tiles in all their encodings: 512 MiB
	Draws   int           // tiles drawn at once for requests: as many as there are cores
	Ahead   int           // tiles drawn ahead at once: 1; none when negative
	Timeout time.Duration // for drawing a tile: 60 s
	Settle  time.Duration // how long revisions must have rested before tiles are drawn ahead: 500 ms
	Logger  *slog.Logger  // nowhere
}

func (o *Options) setDefaults() {
	o.Bytes = cmp.Or(o.Bytes, 512<<20)
	o.Draws = cmp.Or(o.Draws, runtime.GOMAXPROCS(0))
	o.Ahead = cmp.Or(o.Ahead, 1)
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	o.Settle = cmp.Or(o.Settle, 500*time.Millisecond)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Cache gives tiles of the public collections of now. It is safe for concurrent use.
type Cache struct {
	options Options
	drawer  Drawer
	public  func() *snapshot.Public
	kept    *otter.Cache[key, *Tile]
	counts  counters

	draws  *semaphore.Weighted
	urgent atomic.Int64  // requests that wait for a tile
	asked  chan struct{} // told when a list of collections is first asked for

	zstd     *zstd.Encoder
	gzips    [hastes]sync.Pool
	scratchs sync.Pool

	epoch atomic.Pointer[epoch]

	mu      sync.Mutex // guards what follows, and the order of epochs
	lists   uint32     // how many were met
	flights map[flightKey]*flight

	ctx     context.Context // of work that outlives the request that began it
	stop    context.CancelFunc
	workers sync.WaitGroup
}

// key is a tile of a list of collections.
type key struct {
	list  uint32
	place uint64 // z, x, y
}

func place(z, x, y uint32) uint64 { return uint64(z)<<44 | uint64(x)<<22 | uint64(y) }

// New makes a Cache of what drawer draws of the public collections that public gives.
// Close it after the last request.
func New(o Options, drawer Drawer, public func() *snapshot.Public) (*Cache, error) {
	o.setDefaults()
	c := &Cache{
		options: o, drawer: drawer, public: public, draws: semaphore.NewWeighted(int64(o.Draws)),
		asked: make(chan struct{}, 1), flights: map[flightKey]*flight{},
	}
	var err error
	if c.kept, err = otter.New(&otter.Options[key, *Tile]{
		MaximumWeight: o.Bytes,
		Weigher:       func(_ key, t *Tile) uint32 { return t.weight() },
	}); err != nil {
		return nil, referentials.Errorf(referentials.Internal, "the cache of tiles: %w", err)
	}
	if c.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0))); err != nil {
		return nil, referentials.Errorf(referentials.Internal, "the compressor of tiles: %w", err)
	}
	c.epoch.Store(&epoch{public: public(), lists: map[string]*list{}})
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c, nil
}

// Close ends what requests have begun and waits for it.
func (c *Cache) Close() {
	c.stop()
	c.workers.Wait()
	c.kept.StopAllGoroutines()
}

// Lookup gives the tile z/x/y of collections, written as a comma list, when it is at hand.
// It allocates nothing, as long as no collection has changed.
func (c *Cache) Lookup(collections string, z, x, y uint32) (*Tile, bool) {
	l, ok := c.now().lists[collections]
	if !ok || z > tiles.MaxZoom || x>>z != 0 || y>>z != 0 {
		return nil, false
	}
	t, ok := c.find(l, z, x, y)
	if !ok {
		return nil, false
	}
	l.lastAsked.Store(c.counts.hits.Add(1))
	return t, true
}

// find gives a tile that still holds.
func (c *Cache) find(l *list, z, x, y uint32) (*Tile, bool) {
	t, ok := c.kept.GetIfPresent(key{l.number, place(z, x, y)})
	if !ok || !l.holds(t, z, x, y) {
		return nil, false
	}
	return t, true
}

// Tile gives the tile z/x/y of collections, one layer each, in that order; it draws the
// tile when it is not at hand. The errors are those of [tiles.Tiler.Tile], and that of ctx
// when it ends before the tile is there: the tile is drawn to its end all the same.
func (c *Cache) Tile(ctx context.Context, collections []string, z, x, y uint32) (*Tile, error) {
	if err := tiles.Check(z, x, y); err != nil {
		return nil, err
	}
	e, l, err := c.list(collections, true)
	if err != nil {
		return nil, err
	}
	if t, ok := c.find(l, z, x, y); ok {
		l.lastAsked.Store(c.counts.hits.Add(1))
		return t, nil
	}
	c.counts.misses.Add(1)
	c.urgent.Add(1)
	defer c.urgent.Add(-1)
	return c.draw(ctx, e, l, z, x, y)
}

// list gives the list of collections in an epoch that knows it.
func (c *Cache) list(collections []string, asked bool) (*epoch, *list, error) {
	name := strings.Join(collections, ",")
	e := c.now()
	if l, ok := e.lists[name]; ok {
		return e, l, nil
	}
	return c.learn(name, collections, asked)
}
