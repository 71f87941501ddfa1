package snapshot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// collectionOf builds rows as a version of its own.
func collectionOf(t testing.TB, d referentials.Descriptor, version int64, rows []referentials.Row) *Collection {
	t.Helper()
	state := referentials.State{Descriptor: d, Version: referentials.Version{Collection: d.ID, ID: version, Rows: int64(len(rows)), PublishedAt: time.Unix(version, 0)}}
	c, err := build(context.Background(), state, func(yield func(*referentials.Row, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
	}, new(crs.Cache))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// seenIn gives what a window shows: its rows in order, without what is confidential. A
// difference that does not meet the window must leave this as it is.
func seenIn(p *PublicCollection, window orb.Bound) []string {
	var ids []int
	p.Search(window, func(i int) bool { ids = append(ids, i); return true })
	slices.Sort(ids)
	var out []string
	var row referentials.Row
	for _, i := range ids {
		p.Row(i, &row)
		out = append(out, fmt.Sprint(row.Values, row.Geom))
	}
	return out
}

func meets(d *Difference, window orb.Bound) bool {
	return d.Everything || slices.ContainsFunc(d.Boxes, func(b orb.Bound) bool { return b.Intersects(window) })
}

// TestDifference makes random editions of a layer, by edits and by publication of the same
// rows in some order, and looks through many windows: what no changed box meets shows the
// same before and after.
func TestDifference(t *testing.T) {
	missed := 0
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		d := everyType("layer", rapid.SampledFrom([]referentials.FieldType{referentials.String, referentials.Integer}).Draw(rt, "key"),
			rapid.SampledFrom([]geo.Type{geo.Any, geo.Point, geo.MultiPolygon}).Draw(rt, "shape"), crs.CRS84)
		m := rowMaker{rand: r, d: &d, deletes: rapid.Bool().Draw(rt, "deletes")}
		n := rapid.IntRange(0, 60).Draw(rt, "rows")
		var rows []referentials.Row
		for i := range n {
			rows = append(rows, m.row(i))
		}
		before := collectionOf(t, d, 1, rows)
		after := before
		for range rapid.IntRange(0, 3).Draw(rt, "edits") {
			var err error
			if after, err = after.edited(after.state.Version.Revision+1, told(after, m.changes(min(n, 1+r.IntN(4)), n+3-min(3, n))), new(crs.Cache)); err != nil {
				rt.Fatal(err)
			}
		}
		was, _ := publish(before)
		is, _ := publish(after)
		edits, ok := is.EditsSince(was.Tag())
		if !ok {
			rt.Fatal("the edits are forgotten")
		}

		var published []referentials.Row
		for i := range after.Len() {
			var row referentials.Row
			after.Row(i, &row)
			published = append(published, row)
		}
		if rapid.Bool().Draw(rt, "moved") && len(published) > 1 {
			k := r.IntN(len(published))
			row := published[k]
			published = slices.Insert(slices.Delete(published, k, k+1), r.IntN(len(published)), row)
		}
		next, _ := publish(collectionOf(t, d, 2, published))
		if _, ok := next.EditsSince(was.Tag()); ok {
			rt.Fatal("a publication is told as edits")
		}
		compared, err := Compare(t.Context(), was, next)
		if err != nil {
			rt.Fatal(err)
		}
		for range 200 {
			x, y, size := -1.9+r.Float64()/2, 47.9+r.Float64()/2, 0.2*r.Float64()
			window := orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + size, y + size}}
			for _, c := range []struct {
				after *PublicCollection
				d     Difference
			}{{is, edits}, {next, compared}} {
				if meets(&c.d, window) {
					continue
				}
				missed++
				if a, b := seenIn(was, window), seenIn(c.after, window); !slices.Equal(a, b) {
					rt.Fatalf("%v is told not to change: %q became %q", window, a, b)
				}
			}
		}
		if same, err := Compare(t.Context(), was, was); err != nil || len(same.Boxes) > 0 || same.Everything {
			rt.Fatal(same, err, "between a revision and itself")
		}
	})
	if missed == 0 {
		t.Error("every window is told to change")
	}
}

// TestCompareTellsLittle republishes rows with one insertion in front, one change and one
// row that moved: three rows differ, and all have other numbers.
func TestCompareTellsLittle(t *testing.T) {
	d := everyType("layer", referentials.Integer, geo.Point, crs.CRS84)
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 1)), d: &d}
	rows := []referentials.Row{}
	for i := range 20_000 {
		row := m.row(i)
		row.Geom = geo.Geometry{Type: geo.Point, XY: []float64{float64(i) / 1e3, 1}}
		rows = append(rows, row)
	}
	was, _ := publish(collectionOf(t, d, 1, rows))
	changed := cloneRow(&rows[7000])
	changed.Geom.XY[1] = 2
	secret := cloneRow(&rows[8000])
	secret.Values[0] = referentials.NumberValue(-12)
	after := slices.Clone(rows)
	after[7000], after[8000] = changed, secret
	moved := after[3]
	after = append(slices.Delete(after, 3, 4), moved)
	first := m.row(50_000)
	first.Geom = geo.Geometry{Type: geo.Point, XY: []float64{-5, 1}}
	after = slices.Insert(after, 0, first)
	is, _ := publish(collectionOf(t, d, 2, after))
	got, err := Compare(t.Context(), was, is)
	if err != nil {
		t.Fatal(err)
	}
	want := []orb.Bound{pointBox(-5, 1), pointBox(7, 1), pointBox(7, 2), pointBox(0.003, 1)}
	if got.Everything || !slices.Equal(got.Boxes, want) {
		t.Errorf("%+v, want the boxes %v", got, want)
	}
}

// TestCompareGivesUp tells everything where rows are described otherwise or all differ,
// and stops with its context.
func TestCompareGivesUp(t *testing.T) {
	d := everyType("layer", referentials.Integer, geo.Point, crs.CRS84)
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 1)), d: &d}
	var a, b []referentials.Row
	for i := range maxChangedBoxes + 10_000 {
		a = append(a, m.row(i))
		b = append(b, m.row(i+1_000_000))
	}
	was, _ := publish(collectionOf(t, d, 1, a))
	is, _ := publish(collectionOf(t, d, 2, b))
	if got, err := Compare(t.Context(), was, is); err != nil || !got.Everything || got.Boxes != nil {
		t.Error(got.Everything, len(got.Boxes), err)
	}
	for name, change := range map[string]func(*referentials.Descriptor){
		"a field withdrawn": func(d *referentials.Descriptor) { d.Fields[3].Disclosure = referentials.Confidential },
		"a field renamed":   func(d *referentials.Descriptor) { d.Fields[3].Name = "adresse" },
		"a zoom":            func(d *referentials.Descriptor) { d.Tiles.MaxZoom = 9 },
	} {
		d := d.Clone()
		change(&d)
		is, _ := publish(collectionOf(t, d, 2, a[:10]))
		was, _ := publish(collectionOf(t, m.d.Clone(), 1, a[:10]))
		if got, err := Compare(t.Context(), was, is); err != nil || !got.Everything {
			t.Error(name, got, err)
		}
	}
	renamed := d.Clone()
	renamed.Title.FR, renamed.Vintage = "Un autre titre", "2027"
	is, _ = publish(collectionOf(t, renamed, 2, a[:10]))
	was, _ = publish(collectionOf(t, d, 1, a[:10]))
	if got, err := Compare(t.Context(), was, is); err != nil || got.Everything || len(got.Boxes) > 0 {
		t.Error("a title changes rows:", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := Compare(ctx, was, is); !errors.Is(err, context.Canceled) || !got.Everything {
		t.Error(got, err)
	}
}

// TestEditsAreForgotten keeps the memory of edits within its bounds.
func TestEditsAreForgotten(t *testing.T) {
	d := everyType("layer", referentials.Integer, geo.Point, crs.CRS84)
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 1)), d: &d}
	c := collectionOf(t, d, 1, []referentials.Row{m.row(0), m.row(1)})
	tags := []string{c.Tag()}
	for k := range maxEditions + 5 {
		var err error
		if c, err = c.edited(int64(k+1), m.changes(1, 2), new(crs.Cache)); err != nil {
			t.Fatal(err)
		}
		tags = append(tags, c.Tag())
	}
	p, _ := publish(c)
	for k, tag := range tags {
		if _, ok := p.EditsSince(tag); ok != (k >= 5) {
			t.Fatalf("revision %d is known: %v", k, ok)
		}
	}
}

// TestReplaced tells when a snapshot is followed by another.
func TestReplaced(t *testing.T) {
	store, _ := territory(5)
	k := New(store, quick)
	empty := k.Current().Public()
	run(t, k)
	if err := k.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-empty.Replaced():
	case <-time.After(5 * time.Second):
		t.Fatal("the empty snapshot is not told to be replaced")
	}
}

func BenchmarkCompare(b *testing.B) {
	d := everyType("layer", referentials.String, geo.MultiPolygon, crs.CRS84)
	m := rowMaker{rand: rand.New(rand.NewPCG(1, 1)), d: &d}
	var rows []referentials.Row
	for i := range 100_000 {
		rows = append(rows, m.row(i))
	}
	was, _ := publish(collectionOf(b, d, 1, rows))
	is, _ := publish(collectionOf(b, d, 2, rows))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compare(b.Context(), was, is); err != nil {
			b.Fatal(err)
		}
	}
}
