package cache

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// memory is a store of what a Keeper asks of one.
type memory struct {
	referentials.Store

	mu      sync.Mutex
	kept    map[string]*published
	version int64
	wake    chan struct{}
}

type published struct {
	state   referentials.State
	rows    []referentials.Row
	journal []referentials.Change // one for each revision
}

func (m *memory) publish(d referentials.Descriptor, rows []referentials.Row) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.version++
	m.kept[d.ID] = &published{rows: rows, state: referentials.State{Descriptor: d, Version: referentials.Version{
		Collection: d.ID, ID: m.version, Rows: int64(len(rows)), PublishedAt: time.Unix(m.version, 0), Current: true,
	}}}
	m.tell()
}

// tell nudges the Keeper. It needs mu.
func (m *memory) tell() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *memory) drop(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, id)
	m.tell()
}

// apply makes one change of a collection, as a store does.
func (m *memory) apply(id string, change referentials.Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.kept[id]
	k := c.state.Descriptor.KeyIndex()
	at := slices.IndexFunc(c.rows, func(r referentials.Row) bool { return r.Values[k] == change.Key })
	c.rows = slices.Clone(c.rows)
	switch {
	case change.Op == referentials.Delete && at >= 0:
		c.rows = slices.Delete(c.rows, at, at+1)
	case change.Op == referentials.Upsert && at >= 0:
		c.rows[at] = change.Row
	case change.Op == referentials.Upsert:
		c.rows = append(c.rows, change.Row)
	}
	c.journal = append(c.journal, change)
	c.state.Version.Revision++
	c.state.Version.Rows = int64(len(c.rows))
	m.tell()
}

func (m *memory) Collections(context.Context) ([]referentials.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []referentials.State
	for _, id := range slices.Sorted(maps.Keys(m.kept)) {
		out = append(out, m.kept[id].state)
	}
	return out, nil
}

func (m *memory) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	m.mu.Lock()
	c, ok := m.kept[id]
	if !ok {
		m.mu.Unlock()
		return referentials.Errorf(referentials.NotFound, "no collection %q", id)
	}
	state, rows := c.state, c.rows
	m.mu.Unlock()
	return read(state, func(yield func(*referentials.Row, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
	})
}

func (m *memory) Changes(_ context.Context, id string, version, since int64) ([]referentials.Change, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.kept[id]
	if !ok || c.state.Version.ID != version {
		return nil, 0, referentials.Errorf(referentials.Gone, "no version %d", version)
	}
	k := c.state.Descriptor.KeyIndex()
	var deletes, upserts []referentials.Change
	done := map[referentials.Value]bool{}
	for _, change := range slices.Backward(c.journal[since:]) {
		if done[change.Key] {
			continue
		}
		done[change.Key] = true
		if change.Op == referentials.Delete {
			deletes = append(deletes, change)
		} else {
			upserts = append(upserts, change)
		}
	}
	place := func(change referentials.Change) int {
		return slices.IndexFunc(c.rows, func(r referentials.Row) bool { return r.Values[k] == change.Key })
	}
	slices.SortFunc(upserts, func(a, b referentials.Change) int { return place(a) - place(b) })
	return append(deletes, upserts...), c.state.Version.Revision, nil
}

func (m *memory) Watch(ctx context.Context, notify func(referentials.Event)) error {
	notify(referentials.Event{})
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-m.wake:
			notify(referentials.Event{})
		}
	}
}

// territory is a store, the Keeper that follows it, and a cache over them, until the test
// ends.
type territory struct {
	*memory
	keeper *snapshot.Keeper
	cache  *Cache
}

func (s *territory) public() *snapshot.Public { return s.keeper.Current().Public() }

func newTerritory(t testing.TB, o Options, drawer Drawer, fill func(*memory)) *territory {
	t.Helper()
	s := &territory{memory: &memory{kept: map[string]*published{}, wake: make(chan struct{}, 1)}}
	fill(s.memory)
	s.keeper = snapshot.New(s.memory, snapshot.Options{Coalesce: time.Microsecond, Recheck: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	if err := s.keeper.Load(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.keeper.Run(ctx) }()
	var err error
	if s.cache, err = New(o, drawer, s.public); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		s.cache.Close()
	})
	return s
}

// settle waits until the Keeper serves what the store holds, and until changes are known.
func (s *territory) settle(t interface{ Fatal(...any) }) {
	eventually(t, "the snapshot is that of the store", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		p := s.public()
		n := 0
		for id, c := range s.kept {
			if !c.state.Descriptor.IsPublic() {
				continue
			}
			n++
			is, ok := p.Collection(id)
			if !ok || is.Version().ID != c.state.Version.ID || is.Version().Revision != c.state.Version.Revision {
				return false
			}
		}
		return n == len(p.Collections())
	})
	eventually(t, "changes are known", func() bool {
		for _, l := range s.cache.now().lists {
			for _, changes := range l.changes {
				for _, change := range changes {
					if change.known.Load() == nil {
						return false
					}
				}
			}
		}
		return true
	})
}

func eventually(t interface{ Fatal(...any) }, what string, ok func() bool) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
		if ok() {
			return
		}
	}
	t.Fatal("not seen within 20 s: " + what)
}

// rennes is the corner of the land of these tests, a fifth of a degree wide.
var rennes = [2]float64{-1.75, 48.05}

func describe(id string, shape geo.Type) referentials.Descriptor {
	return referentials.Descriptor{
		ID: id, Geometry: shape, CRS: crs.CRS84, Key: "n", Access: referentials.Open, Tiles: referentials.TilePolicy{MaxZoom: 13},
		Fields: []referentials.Field{{Name: "n", Type: referentials.Integer}, {Name: "nom", Type: referentials.String},
			{Name: "secret", Type: referentials.Integer, Disclosure: referentials.Confidential}},
	}
}

// row makes a point, or a cell of a mesh of side×side cells, somewhere it has not to be.
func row(r *rand.Rand, shape geo.Type, n, side int) referentials.Row {
	out := referentials.Row{Values: []referentials.Value{
		referentials.IntegerValue(int64(n)), referentials.StringValue(fmt.Sprintf("rue %d", r.IntN(50))), referentials.IntegerValue(r.Int64N(9)),
	}}
	switch shape {
	case geo.LineString: // a street of a net, whose crossings move
		out.Geom = geo.Geometry{Type: geo.LineString}
		x, y := n%side, n/side%side
		out.Geom.Add(rennes[0]+0.2/float64(side)*float64(x), rennes[1]+0.2/float64(side)*float64(y))
		for k := range 5 {
			out.Geom.Add(out.Geom.XY[2*k]+r.Float64()/500, out.Geom.XY[2*k+1]+r.Float64()/500-1e-3)
		}
		if r.IntN(2) == 0 {
			x++
		} else {
			y++
		}
		out.Geom.Add(rennes[0]+0.2/float64(side)*float64(x), rennes[1]+0.2/float64(side)*float64(y))
		out.Geom.EndRing()
		return out
	case geo.MultiPolygon: // a house, some of which are small
		out.Geom = geo.Geometry{Type: geo.MultiPolygon}
		x, y, size := rennes[0]+r.Float64()/5, rennes[1]+r.Float64()/5, 0.02*math.Pow(r.Float64(), 6)+1e-5
		for _, v := range [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0.5, 1.2}, {0, 1}, {0, 0}} {
			out.Geom.Add(x+size*v[0], y+size*v[1])
		}
		out.Geom.EndRing()
		out.Geom.EndPart()
		return out
	case geo.Point:
		out.Geom = geo.Geometry{Type: geo.Point, XY: []float64{rennes[0] + r.Float64()/5, rennes[1] + r.Float64()/5}}
		return out
	}
	step := 0.2 / float64(side)
	lon, lat := rennes[0]+step*float64(n%side), rennes[1]+step*float64(n/side%side)
	g := geo.Geometry{Type: geo.Polygon}
	for _, v := range [][2]float64{{0, 0}, {0.5, 0.05}, {1, 0}, {1, 1}, {0.5, 1.05}, {0, 1}, {0, 0}} {
		g.Add(lon+step*v[0], lat+step*v[1])
	}
	g.EndRing()
	g.EndPart()
	out.Geom = g
	return out
}

func rowsOf(seed uint64, shape geo.Type, n, side int) []referentials.Row {
	r := rand.New(rand.NewPCG(seed, 1))
	var out []referentials.Row
	for i := range n {
		out = append(out, row(r, shape, i, side))
	}
	return out
}

// city is a town with streets that meet, and houses with labels.
func city(points, side, streets, houses int) func(*memory) {
	return func(m *memory) {
		town(points, side)(m)
		m.publish(describe("streets", geo.LineString), rowsOf(3, geo.LineString, streets, side))
		d := describe("houses", geo.MultiPolygon)
		d.Tiles.Labels = true
		m.publish(d, rowsOf(4, geo.MultiPolygon, houses, side))
	}
}

// town is a layer of points and one of cells.
func town(points, side int) func(*memory) {
	return func(m *memory) {
		m.publish(describe("points", geo.Point), rowsOf(1, geo.Point, points, 1))
		m.publish(describe("cells", geo.Polygon), rowsOf(2, geo.Polygon, side*side, side))
	}
}
