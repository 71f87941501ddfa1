package cache

import (
	"sync"
	"sync/atomic"

	"socle/tiles"
)

// Stats counts since the cache was made, but for Tiles and Bytes, which are of now.
type Stats struct {
	Hits   uint64 // tiles that were at hand
	Misses uint64 // tiles that had to be drawn, or were being drawn
	Shared uint64 // of the misses, those that waited for a tile that another had begun
	Drawn  uint64 // tiles drawn, ahead or not
	Ahead  uint64 // of those, the ones drawn ahead
	Tiles  int
	Bytes  uint64 // of tiles in all their encodings

	// Features adds up what became of features on the tiles that were drawn.
	Features tiles.Stats
}

type counters struct {
	hits, misses, shared, drawn, ahead atomic.Uint64

	mu       sync.Mutex
	features tiles.Stats
}

func (n *counters) add(s tiles.Stats) {
	n.drawn.Add(1)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.features.Add(s)
}

// Stats tells how the cache does.
func (c *Cache) Stats() Stats {
	n := &c.counts
	n.mu.Lock()
	defer n.mu.Unlock()
	return Stats{
		Hits: n.hits.Load(), Misses: n.misses.Load(), Shared: n.shared.Load(), Drawn: n.drawn.Load(), Ahead: n.ahead.Load(),
		Tiles: c.kept.EstimatedSize(), Bytes: c.kept.WeightedSize(), Features: n.features,
	}
}
