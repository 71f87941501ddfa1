package snapshot

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// quick follows a store without the patience that production has.
var quick = Options{Coalesce: time.Millisecond, Retry: 2 * time.Millisecond, MaxRetry: 20 * time.Millisecond, Recheck: time.Hour}

// territory is a store with a layer and a table of n rows each.
func territory(n int) (*memoryStore, *rowMaker) {
	store := newMemoryStore()
	layer := everyType("layer", referentials.String, geo.Any, crs.EPSG(3948))
	table := everyType("table", referentials.Integer, geo.None, crs.CRS{})
	r := rand.New(rand.NewPCG(3, 4))
	for _, d := range []*referentials.Descriptor{&layer, &table} {
		m := rowMaker{rand: r, d: d}
		var rows []referentials.Row
		for i := range n {
			rows = append(rows, m.row(i))
		}
		store.publish(*d, rows)
	}
	return store, &rowMaker{rand: r, d: &layer, deletes: true}
}

// running gives a loaded Keeper that follows store until the test ends.
func running(t *testing.T, store *memoryStore) *Keeper {
	t.Helper()
	k := New(store, quick)
	if k.Status().Ready {
		t.Fatal("ready before it was loaded")
	}
	if err := k.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	run(t, k)
	return k
}

func run(t *testing.T, k *Keeper) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not seen within 5 s: %s", what)
}

// follows tells whether the Keeper serves just what the store holds.
func follows(k *Keeper, store *memoryStore) bool {
	store.mu.Lock()
	defer store.mu.Unlock()
	s := k.Current()
	if len(s.Collections()) != len(store.kept) {
		return false
	}
	for id, kept := range store.kept {
		c, ok := s.Collection(id)
		if !ok || !c.state.Version.PublishedAt.Equal(kept.state.Version.PublishedAt) || c.state.Version.Revision != kept.state.Version.Revision {
			return false
		}
	}
	return true
}

func TestKeeperFollows(t *testing.T) {
	store, m := territory(50)
	k := running(t, store)
	first := k.Current()
	same := func(what string) {
		t.Helper()
		eventually(t, what, func() bool { return follows(k, store) })
		for id, kept := range store.kept {
			c, _ := k.Current().Collection(id)
			sameRows(t, c, kept.rows)
		}
	}
	same("the first load")

	if _, err := store.Apply(t.Context(), "layer", m.changes(10, 60)); err != nil {
		t.Fatal(err)
	}
	same("an edit")
	if k.Current() == first || k.Current().Public().Tag() == first.Public().Tag() {
		t.Error("an edit leaves the tag as it was")
	}
	if store.loads != 2 {
		t.Errorf("%d loads, want 2: an edit must not load", store.loads)
	}

	store.mu.Lock()
	store.forgetful = true
	store.mu.Unlock()
	if _, err := store.Apply(t.Context(), "layer", m.changes(10, 60)); err != nil {
		t.Fatal(err)
	}
	same("an edit that the journal has lost")

	store.publish(*m.d, []referentials.Row{m.row(5), m.row(6)})
	same("a new version")
	if err := store.Drop(t.Context(), "table"); err != nil {
		t.Fatal(err)
	}
	same("a drop")
	for range 2 { // the second time its version number is that of the first
		if err := store.Drop(t.Context(), "layer"); err != nil {
			t.Fatal(err)
		}
		store.publish(*m.d, []referentials.Row{m.row(7)})
		same("a collection made again")
	}
	sameRows(t, first.collections[0], rowsOf(first.collections[0]))
	if s := k.Status(); !s.Ready || s.Error != "" || s.RefreshedAt.IsZero() {
		t.Errorf("status %+v", s)
	}
}

func rowsOf(c *Collection) []referentials.Row {
	rows := make([]referentials.Row, c.Len())
	for i := range rows {
		c.Row(i, &rows[i])
	}
	return rows
}

func TestKeeperOutlivesTheStore(t *testing.T) {
	store, m := territory(20)
	k := running(t, store)
	eventually(t, "the first look", func() bool { return k.Status().Error == "" })
	served := k.Current()
	store.setDown(true)
	if _, err := store.Apply(t.Context(), "layer", m.changes(5, 20)); err != nil {
		t.Fatal(err)
	}
	store.wake()
	eventually(t, "the failure", func() bool { return strings.Contains(k.Status().Error, "the database is down") })
	if k.Current() != served || !k.Status().Ready {
		t.Error("the snapshot is gone with the store")
	}
	store.setDown(false)
	eventually(t, "the edit made meanwhile", func() bool { return follows(k, store) && k.Status().Error == "" })
}

func TestKeeperStartsWithoutStore(t *testing.T) {
	store, _ := territory(20)
	store.setDown(true)
	k := New(store, quick)
	if err := k.Load(t.Context()); !errors.Is(err, errDown) {
		t.Fatalf("error %v, want %v", err, errDown)
	}
	if n := len(k.Current().Collections()); n != 0 || k.Status().Ready {
		t.Fatalf("%d collections of a store that is down", n)
	}
	run(t, k)
	store.setDown(false)
	eventually(t, "the store", func() bool { return k.Status().Ready && follows(k, store) })
}

func TestBrokenCollectionAlone(t *testing.T) {
	store, m := territory(20)
	broken := m.d.Clone()
	broken.ID, broken.CRS = "broken", crs.EPSG(999999)
	store.publish(broken, nil)
	k := New(store, quick)
	if err := k.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Fatalf("error %v, want one about the broken collection", err)
	}
	if n := len(k.Current().Collections()); n != 2 {
		t.Fatalf("%d collections, want the 2 whole ones", n)
	}
	run(t, k)
	if _, err := store.Apply(t.Context(), "layer", m.changes(5, 20)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "an edit beside the broken one", func() bool {
		c, _ := k.Current().Collection("layer")
		return c.state.Version.Revision == 1
	})
	broken.CRS = crs.EPSG(3948)
	store.publish(broken, []referentials.Row{m.row(1)})
	eventually(t, "the mended collection", func() bool { return follows(k, store) && k.Status().Error == "" })
}

// TestRefreshUnderLoad reads while edits, versions and drops go on; the race detector is
// the judge, and each snapshot must be whole.
func TestRefreshUnderLoad(t *testing.T) {
	store, m := territory(300)
	k := running(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			var row referentials.Row
			for ctx.Err() == nil {
				for _, c := range k.Current().Public().Collections() {
					n := 0
					c.Search(orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}, func(i int) bool {
						c.Row(i, &row)
						if at, ok := c.Find(row.Values[0].String()); !ok || at != i {
							t.Errorf("row %d found at %d, %v", i, at, ok)
							return false
						}
						if g := c.LonLat(i); g.Bound() != c.Box(i) {
							t.Errorf("row %d is not where its box is", i)
						}
						n++
						return true
					})
				}
			}
		})
	}
	for round := range 40 {
		if round%10 == 9 {
			store.publish(*m.d, []referentials.Row{m.row(1), m.row(2), m.row(3)})
		}
		if _, err := store.Apply(ctx, "layer", m.changes(20, 320)); err != nil {
			t.Error(err)
		}
		time.Sleep(3 * time.Millisecond)
	}
	eventually(t, "the last edit", func() bool { return follows(k, store) })
	cancel()
	readers.Wait()
	c, _ := k.Current().Collection("layer")
	sameRows(t, c, store.kept["layer"].rows)
}

// TestStaleComparison: a refresh that was decided on before another one ended does not edit
// from the revision that the other one has edited from. The two would share its memory.
func TestStaleComparison(t *testing.T) {
	store, m := territory(20)
	k := New(store, quick)
	if err := k.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	nudged := 0
	f := &follower{keeper: k, nudge: func() { nudged++ }, loads: make(chan struct{}, 1), busy: map[string]bool{}, waits: map[string]time.Duration{}}
	current := func() *Collection {
		c, ok := k.Current().Collection("layer")
		if !ok {
			t.Fatal("the collection is gone")
		}
		return c
	}
	refresh := func(have *Collection) {
		row := m.row(20 + nudged)
		change := referentials.Change{Op: referentials.Upsert, Key: row.Values[m.d.KeyIndex()], Row: row}
		if _, err := store.Apply(t.Context(), "layer", []referentials.Change{change}); err != nil {
			t.Fatal(err)
		}
		f.start(t.Context(), "layer", have)
		f.workers.Wait()
	}
	first := current()
	refresh(first)
	second := current()
	if second == first || second.Len() != 21 {
		t.Fatalf("after an edit there are %d rows", second.Len())
	}
	refresh(first)
	if current() != second || nudged != 2 {
		t.Fatalf("it was edited from a revision that was replaced, or nobody is to compare again (%d)", nudged)
	}
	if err := f.compare(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.workers.Wait()
	if n := current().Len(); n != 22 {
		t.Fatalf("%d rows follow", n)
	}
}
