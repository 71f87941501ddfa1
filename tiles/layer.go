package tiles

import (
	"runtime"
	"slices"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"socle/geo"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// layer is a public collection at one revision, ready to be drawn: its vertices in world
// units. Rings and parts are those of the snapshot.
type layer struct {
	collection *snapshot.PublicCollection
	policy     referentials.TilePolicy
	fields     []int    // of the collection, carried as attributes
	names      []string // of those fields
	key        int      // field of an integer key, -1 when it is text

	xy    []uint32 // x, y of every vertex
	first []uint32 // number of the first vertex of each row, and how many there are in all
}

// defaultMaxZoom is how deep tiles go where the descriptor does not say.
const defaultMaxZoom = 16

// policyOf completes the tile policy of a descriptor: its zooms and its fields, key first.
func policyOf(d *referentials.Descriptor) referentials.TilePolicy {
	p := d.Tiles
	if p.MaxZoom == 0 {
		p.MaxZoom = defaultMaxZoom
	}
	p.MaxZoom = min(p.MaxZoom, MaxZoom)
	fields := []string{d.Key}
	for i := range d.Fields {
		name := d.Fields[i].Name
		if name != d.Key && (len(p.Fields) == 0 || slices.Contains(p.Fields, name)) {
			fields = append(fields, name)
		}
	}
	p.Fields = fields
	return p
}

// rowsAtOnce is how many rows a worker projects at a time.
const rowsAtOnce = 16384

func buildLayer(c *snapshot.PublicCollection) *layer {
	d := c.Descriptor()
	l := &layer{collection: c, policy: policyOf(d), key: -1}
	for _, name := range l.policy.Fields {
		l.fields = append(l.fields, d.FieldIndex(name))
	}
	l.names = l.policy.Fields
	if k := d.KeyIndex(); d.Fields[k].Type == referentials.Integer {
		l.key = k
	}

	n := c.Len()
	l.first = make([]uint32, n+1)
	for i := range n {
		g := c.LonLat(i)
		l.first[i+1] = l.first[i] + uint32(g.NumVertices())
	}
	l.xy = make([]uint32, 2*int(l.first[n]))

	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += rowsAtOnce {
		group.Go(func() error {
			l.project(from, min(n, from+rowsAtOnce))
			return nil
		})
	}
	_ = group.Wait() // no worker fails
	return l
}

func (l *layer) project(from, to int) {
	for i := from; i < to; i++ {
		g := l.collection.LonLat(i)
		out := l.vertices(i)
		for v := 0; v+1 < len(g.XY); v += 2 {
			out[v], out[v+1] = project(g.XY[v], g.XY[v+1])
		}
	}
}

// vertices gives the x, y pairs of row i.
func (l *layer) vertices(i int) []uint32 { return l.xy[2*l.first[i] : 2*l.first[i+1]] }

// within appends to ids the rows whose box meets the window, in order.
func (l *layer) within(window orb.Bound, ids []uint32) []uint32 {
	if extent := l.collection.Extent(); geo.Union(window, extent) == window {
		for i := range l.collection.Len() {
			if l.first[i] < l.first[i+1] {
				ids = append(ids, uint32(i))
			}
		}
		return ids
	}
	l.collection.Search(window, func(i int) bool {
		ids = append(ids, uint32(i))
		return true
	})
	slices.Sort(ids)
	return ids
}
