package snapshot

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// sameRows compares a collection with the rows it must hold, row by row.
func sameRows(t interface {
	Helper()
	Fatalf(string, ...any)
}, c *Collection, want []referentials.Row) {
	t.Helper()
	if c.Len() != len(want) || c.State().Version.Rows != int64(len(want)) {
		t.Fatalf("%d rows (%d told), want %d", c.Len(), c.State().Version.Rows, len(want))
	}
	var got referentials.Row
	for i := range want {
		c.Row(i, &got)
		if !slices.Equal(got.Values, want[i].Values) {
			t.Fatalf("row %d: %v, want %v", i, got.Values, want[i].Values)
		}
		w := &want[i].Geom
		if got.Geom.Type != w.Type || !slices.Equal(got.Geom.XY, w.XY) || !slices.Equal(got.Geom.Ends, w.Ends) || !slices.Equal(got.Geom.Parts, w.Parts) {
			t.Fatalf("row %d: geometry %+v, want %+v", i, got.Geom, *w)
		}
		key := want[i].Values[c.Descriptor().KeyIndex()]
		if at, ok := c.Find(key.String()); !ok || at != i {
			t.Fatalf("key %q found at %d, %v, want %d", key, at, ok, i)
		}
	}
	for _, absent := range []string{"", "k-1", "999999", "+1", "01", "-0", "1.0", "9223372036854775808"} {
		if _, ok := c.Find(absent); ok {
			t.Fatalf("key %q found", absent)
		}
	}
}

// sameSearch compares searches and extents with a walk of all rows.
func sameSearch(t interface {
	Helper()
	Fatalf(string, ...any)
}, c *Collection, r *rand.Rand) {
	t.Helper()
	extent, stored := geo.EmptyBound(), geo.EmptyBound()
	for i := range c.Len() {
		lonLat, geometry := c.LonLat(i), c.Geometry(i)
		if c.Box(i) != lonLat.Bound() {
			t.Fatalf("row %d: box %v of a geometry in %v", i, c.Box(i), lonLat.Bound())
		}
		if lonLat.Type != geometry.Type || len(lonLat.XY) != len(geometry.XY) {
			t.Fatalf("row %d: %v in CRS84, %v stored", i, lonLat, geometry)
		}
		extent, stored = geo.Union(extent, lonLat.Bound()), geo.Union(stored, geometry.Bound())
	}
	if c.Extent() != extent || c.StorageExtent() != stored {
		t.Fatalf("extents %v and %v, want %v and %v", c.Extent(), c.StorageExtent(), extent, stored)
	}
	for range 10 {
		x, y, size := -1.9+r.Float64()/2, 47.9+r.Float64()/2, math.Pow(10, -r.Float64()*4)
		window := orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + size, y + size}}
		var got, want []int
		c.Search(window, func(i int) bool { got = append(got, i); return true })
		for i := range c.Len() {
			if b := c.Box(i); isPlaced(b) && b.Intersects(window) {
				want = append(want, i)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("window %v: rows %v, want %v", window, got, want)
		}
	}
}

// sameProjection compares CRS84 views with a transform of their own.
func sameProjection(t interface {
	Helper()
	Fatalf(string, ...any)
}, c *Collection) {
	t.Helper()
	if c.shapes == nil {
		return
	}
	tr, err := crs.NewTransformer(c.Descriptor().CRS, crs.CRS84)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer tr.Close()
	for i := range c.Len() {
		g := c.Geometry(i)
		want := slices.Clone(g.XY)
		if err := tr.Forward(want); err != nil {
			t.Fatalf("%v", err)
		}
		lonLat := c.LonLat(i)
		for k := range want {
			if math.Abs(want[k]-lonLat.XY[k]) > 0.5001/lonLatSteps {
				t.Fatalf("row %d: CRS84 %v, want %v", i, lonLat.XY, want)
			}
		}
	}
}

func mustLoad(t interface {
	Helper()
	Fatalf(string, ...any)
}, store referentials.Store, id string) *Collection {
	t.Helper()
	c, err := load(context.Background(), store, id, &crs.Cache{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return c
}

var systems = []crs.CRS{crs.EPSG(3948), crs.EPSG(4326), crs.CRS84}

func TestEditedIsLoaded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SampledFrom([]geo.Type{geo.None, geo.Point, geo.LineString, geo.MultiPolygon, geo.Any}).Draw(t, "shape")
		key := rapid.SampledFrom([]referentials.FieldType{referentials.String, referentials.Integer}).Draw(t, "key")
		d := everyType("things", key, shape, rapid.SampledFrom(systems).Draw(t, "crs"))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		checkEdits(t, d, r, rapid.IntRange(0, 40).Draw(t, "rows"), 12, rapid.IntRange(1, 4).Draw(t, "edits"))
	})
}

// TestEditedIsLoadedLarge has rows enough for columns to turn to plain text, edits to be
// a small share of the tree and vertices to fill several chunks.
func TestEditedIsLoadedLarge(t *testing.T) {
	for _, shape := range []geo.Type{geo.Point, geo.Any} {
		t.Run(shape.String(), func(t *testing.T) {
			d := everyType("things", referentials.String, shape, crs.EPSG(3948))
			checkEdits(t, d, rand.New(rand.NewPCG(7, 7)), 12000, 30, 3)
		})
	}
}

func checkEdits(t interface {
	Helper()
	Fatalf(string, ...any)
}, d referentials.Descriptor, r *rand.Rand, n, changes, rounds int) {
	t.Helper()
	make := rowMaker{rand: r, d: &d}
	store := newMemoryStore()
	var rows []referentials.Row
	for i := range n {
		rows = append(rows, make.row(i))
	}
	store.publish(d, rows)
	c := mustLoad(t, store, d.ID)
	sameRows(t, c, rows)
	sameSearch(t, c, r)
	for round := range rounds {
		make.deletes = round%2 == 1 // rows that only change or join take other ways
		before, was := c, slices.Clone(store.kept[d.ID].rows)
		_, _ = store.Apply(context.Background(), d.ID, make.changes(min(changes, n+changes), n+changes))
		net, revision, err := store.Changes(context.Background(), d.ID, c.State().Version.ID, c.State().Version.Revision)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if c, err = c.edited(revision, net, &crs.Cache{}); err != nil {
			t.Fatalf("%v", err)
		}
		sameRows(t, c, store.kept[d.ID].rows)
		sameSearch(t, c, r)
		before.state.Version.Rows = int64(before.n)
		sameRows(t, before, was) // nothing that was shared has changed
		if whole := mustLoad(t, store, d.ID); c.Tag() != whole.Tag() || !reflect.DeepEqual(c.state, whole.state) {
			t.Fatalf("state %+v, want %+v", c.state, whole.state)
		}
	}
	sameProjection(t, c)
}

func TestEditShares(t *testing.T) {
	d := everyType("things", referentials.String, geo.MultiPolygon, crs.EPSG(3948))
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 2)), d: &d}
	store := newMemoryStore()
	rows := []referentials.Row{m.row(0), m.row(1), m.row(2)}
	store.publish(d, rows)
	c := mustLoad(t, store, d.ID)
	row := cloneRow(&rows[1])
	levels := d.FieldIndex("levels")
	row.Values[levels] = referentials.IntegerValue(12345)
	next, err := c.edited(1, []referentials.Change{{Op: referentials.Upsert, Key: row.Values[1], Row: row}}, &crs.Cache{})
	if err != nil {
		t.Fatal(err)
	}
	if next.shapes != c.shapes || next.tree != c.tree || next.keys != c.keys {
		t.Error("an edit of one value does not share the shapes, the tree and the keys")
	}
	for f := range d.Fields {
		if _, slice := c.columns[f].(numberColumn); slice {
			continue
		}
		if (next.columns[f] == c.columns[f]) != (f != levels) {
			t.Errorf("field %s shared: %v", d.Fields[f].Name, next.columns[f] == c.columns[f])
		}
	}
}

// TestEditKeepsPlaces has one row change its shape and another only a value: the vertices
// of the latter stay where they are.
func TestEditKeepsPlaces(t *testing.T) {
	d := everyType("things", referentials.String, geo.Point, crs.EPSG(3948))
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 2)), d: &d}
	store := newMemoryStore()
	var rows []referentials.Row
	for i := range 3 {
		rows = append(rows, m.row(i))
		rows[i].Geom = geo.Geometry{Type: geo.Point, XY: []float64{1_350_000, 7_222_000 + float64(i)}}
	}
	store.publish(d, rows)
	c := mustLoad(t, store, d.ID)
	var changes []referentials.Change
	for i := range 2 {
		row := cloneRow(&rows[i])
		row.Values[4] = referentials.IntegerValue(4321)
		row.Geom.XY[0] += float64(i)
		changes = append(changes, referentials.Change{Op: referentials.Upsert, Key: row.Values[1], Row: row})
	}
	next, err := c.edited(1, changes, &crs.Cache{})
	if err != nil {
		t.Fatal(err)
	}
	if next.shapes.where[0] != c.shapes.where[0] || next.shapes.where[1] == c.shapes.where[1] || next.shapes.wasted != 1 {
		t.Errorf("places %v before, %v after, %d wasted", c.shapes.where, next.shapes.where, next.shapes.wasted)
	}
}

// TestMovedRows: edits that tell rows in another order than they lie in cannot be followed.
func TestMovedRows(t *testing.T) {
	d := everyType("things", referentials.String, geo.Point, crs.EPSG(3948))
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 2)), d: &d}
	c := collectionOf(t, d, 1, []referentials.Row{m.row(0), m.row(1), m.row(2)})
	for _, test := range []struct {
		rows  []int // of keys; 3 is new
		moved bool
	}{{[]int{0, 2, 3}, false}, {[]int{1}, false}, {[]int{3}, false}, {[]int{1, 0}, true}, {[]int{3, 2}, true}} {
		var changes []referentials.Change
		for _, k := range test.rows {
			changes = append(changes, referentials.Change{Op: referentials.Upsert, Key: m.key(k), Row: m.row(k)})
		}
		if _, err := c.edited(1, changes, &crs.Cache{}); (referentials.CodeOf(err) == referentials.Gone) != test.moved {
			t.Errorf("%v: %v", test.rows, err)
		}
	}
}

func TestBrokenRows(t *testing.T) {
	d := everyType("things", referentials.String, geo.Point, crs.EPSG(3948))
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 2)), d: &d}
	for _, test := range []struct {
		name, want string
		spoil      func(rows []referentials.Row)
	}{
		{"repeated key", `two rows have the key "k0"`, func(rows []referentials.Row) { rows[1].Values[1] = rows[0].Values[1] }},
		{"null key", "row 2 has no key", func(rows []referentials.Row) { rows[1].Values[1] = referentials.Null }},
		{"too few values", "9 values for 10 fields", func(rows []referentials.Row) { rows[1].Values = rows[1].Values[:9] }},
		{"wrong type", `gave a integer for the string field "street"`, func(rows []referentials.Row) { rows[1].Values[2] = referentials.IntegerValue(1) }},
		{"broken geometry", "broken geometry", func(rows []referentials.Row) {
			rows[1].Geom = geo.Geometry{Type: geo.Point, XY: []float64{1, math.NaN()}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows := []referentials.Row{m.row(0), m.row(1)}
			test.spoil(rows)
			store := newMemoryStore()
			store.publish(d, rows)
			_, err := load(context.Background(), store, d.ID, &crs.Cache{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// TestLost has a point that no longitude and latitude belongs to: it keeps its stored
// coordinates, is on no map and spoils no extent.
func TestLost(t *testing.T) {
	d := everyType("things", referentials.String, geo.LineString, crs.EPSG(3035))
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 2)), d: &d}
	rows := []referentials.Row{m.row(0), m.row(1)}
	rows[0].Geom = geo.Geometry{Type: geo.LineString, XY: []float64{3_400_000, 2_800_000, 1e30, 1e30}, Ends: []uint32{2}}
	rows[1].Geom = geo.Geometry{Type: geo.LineString, XY: []float64{3_400_000, 2_800_000, 3_400_010, 2_800_010}, Ends: []uint32{2}}
	store := newMemoryStore()
	store.publish(d, rows)
	c := mustLoad(t, store, d.ID)
	if g := c.LonLat(0); g.Type != geo.None {
		t.Errorf("a lost line is shown at %v", g.XY)
	}
	if g := c.Geometry(0); g.XY[2] != 1e30 {
		t.Errorf("a lost line is not kept: %v", g.XY)
	}
	if e := c.Extent(); e != c.Box(1) {
		t.Errorf("extent %v, want %v", e, c.Box(1))
	}
}

// TestHuge has a feature with more vertices than a chunk, between small ones.
func TestHuge(t *testing.T) {
	d := everyType("things", referentials.String, geo.LineString, crs.EPSG(3948))
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 2)), d: &d}
	var rows []referentials.Row
	for i, n := range []int{3, chunkVertices + 10, 5, chunkVertices, 2, chunkVertices - 1, 2} {
		row := m.row(i)
		row.Geom = geo.Geometry{Type: geo.LineString}
		for k := range n {
			row.Geom.Add(1_350_000+float64(i), 7_220_000+float64(k)/100)
		}
		row.Geom.EndRing()
		rows = append(rows, row)
	}
	store := newMemoryStore()
	store.publish(d, rows)
	c := mustLoad(t, store, d.ID)
	sameRows(t, c, rows)
	sameProjection(t, c)
}

func TestPublic(t *testing.T) {
	open := everyType("open", referentials.String, geo.Point, crs.EPSG(3948))
	shared, profiled, hiddenKey := open.Clone(), open.Clone(), open.Clone()
	shared.ID, shared.Access = "shared", referentials.Shared
	profiled.ID, profiled.Profile = "profiled", "energy"
	hiddenKey.ID, hiddenKey.Fields[1].Disclosure = "hidden_key", referentials.Confidential
	open.Fields[5].Weight = "secret"
	open.Tiles.Fields = []string{"secret", "levels"}
	store := newMemoryStore()
	for _, d := range []referentials.Descriptor{open, shared, profiled, hiddenKey} {
		m := rowMaker{rand: rand.New(rand.NewPCG(1, 2)), d: &d}
		store.publish(d, []referentials.Row{m.row(0), m.row(1)})
	}
	k := New(store, Options{})
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := len(k.Current().Collections()); n != 4 {
		t.Fatalf("%d collections, want 4", n)
	}
	p := k.Current().Public()
	if n := len(p.Collections()); n != 1 {
		t.Fatalf("%d public collections, want 1", n)
	}
	for _, id := range []string{"shared", "profiled", "hidden_key", "absent"} {
		if _, ok := p.Collection(id); ok {
			t.Errorf("%s is public", id)
		}
	}
	c, _ := p.Collection("open")
	if s := fmt.Sprintf("%+v", *c.Descriptor()); strings.Contains(s, "secret") {
		t.Errorf("the public descriptor tells of a confidential field: %s", s)
	}
	whole, _ := k.Current().Collection("open")
	var row referentials.Row
	for i := range c.Len() {
		c.Row(i, &row)
		if len(row.Values) != len(open.Fields)-1 {
			t.Fatalf("%d values, want %d", len(row.Values), len(open.Fields)-1)
		}
		for f := range c.Descriptor().Fields {
			of := whole.Descriptor().FieldIndex(c.Descriptor().Fields[f].Name)
			if row.Values[f] != whole.Value(i, of) || c.Value(i, f) != row.Values[f] {
				t.Errorf("row %d: public field %d is not field %d", i, f, of)
			}
		}
	}
}
