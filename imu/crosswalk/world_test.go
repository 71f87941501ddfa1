package crosswalk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// world is a store of what a test needs: it loads.
type world struct {
	referentials.Store
	mu     sync.Mutex
	states []referentials.State
	rows   map[string][]referentials.Row
}

func (w *world) Collections(context.Context) ([]referentials.State, error) { return w.states, nil }

func (w *world) Load(_ context.Context, id string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	for _, s := range w.states {
		if s.Descriptor.ID == id {
			return read(s, func(yield func(*referentials.Row, error) bool) {
				for i := range w.rows[id] {
					if !yield(&w.rows[id][i], nil) {
						return
					}
				}
			})
		}
	}
	return referentials.Errorf(referentials.NotFound, "no collection %q", id)
}

// add publishes a collection.
func (w *world) add(d referentials.Descriptor, rows ...referentials.Row) *world {
	if d.Access == "" {
		d.Access = referentials.Open
	}
	if w.rows == nil {
		w.rows = map[string][]referentials.Row{}
	}
	w.rows[d.ID] = rows
	w.states = append(w.states, referentials.State{Descriptor: d, Version: referentials.Version{
		Collection: d.ID, ID: int64(len(w.states) + 1), Rows: int64(len(rows)), PublishedAt: time.Unix(1700000000, 0), Current: true,
	}})
	return w
}

// fataler is what testing and rapid have in common.
type fataler interface {
	Helper()
	Fatal(...any)
}

// load gives the snapshot.
func (w *world) load(t fataler) func(id string) *snapshot.Collection {
	t.Helper()
	k := snapshot.New(w, snapshot.Options{})
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	now := k.Current()
	return func(id string) *snapshot.Collection {
		t.Helper()
		c, ok := now.Collection(id)
		if !ok {
			t.Fatal("no collection " + id)
		}
		return c
	}
}

// layerOf describes shapes in Lambert-93 with an integer key n and numbers.
func layerOf(id string, t geo.Type, numbers ...string) referentials.Descriptor {
	d := referentials.Descriptor{
		ID: id, Geometry: t, CRS: crs.EPSG(2154), Key: "n", Mesh: t.Dimension() == 2,
		Fields: []referentials.Field{{Name: "n", Type: referentials.Integer, Role: referentials.Key}},
	}
	for _, name := range numbers {
		d.Fields = append(d.Fields, referentials.Field{Name: name, Type: referentials.Number})
	}
	if t == geo.None {
		d.CRS = crs.CRS{}
	}
	return d
}

// feature makes a row of layerOf.
func feature(n int, g geo.Geometry, numbers ...float64) referentials.Row {
	r := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(n))}, Geom: g}
	for _, v := range numbers {
		r.Values = append(r.Values, referentials.NumberValue(v))
	}
	return r
}

func features(shapes ...geo.Geometry) (rows []referentials.Row) {
	for i, g := range shapes {
		rows = append(rows, feature(i, g))
	}
	return rows
}

func pointAt(x, y float64) geo.Geometry { return geo.Geometry{Type: geo.Point, XY: []float64{x, y}} }

// polygon makes one of rings of x, y pairs, which it closes.
func polygon(rings ...[]float64) geo.Geometry {
	g := geo.Geometry{Type: geo.Polygon}
	for _, r := range rings {
		g.XY = append(append(g.XY, r...), r[0], r[1])
		g.EndRing()
	}
	g.EndPart()
	return g
}

func rectangle(x0, y0, x1, y1 float64) geo.Geometry {
	return polygon([]float64{x0, y0, x1, y0, x1, y1, x0, y1})
}

// Replace takes what is imported.
func (w *world) Replace(_ context.Context, p referentials.Publication, rows referentials.Rows) (referentials.Version, error) {
	var kept []referentials.Row
	for r, err := range rows {
		if err != nil {
			return referentials.Version{}, err
		}
		kept = append(kept, referentials.Row{Values: slices.Clone(r.Values), Geom: r.Geom.Clone()})
		for k, v := range kept[len(kept)-1].Values { // texts may be views of what the reader uses again
			switch v.Type() {
			case referentials.String:
				kept[len(kept)-1].Values[k] = referentials.StringValue(strings.Clone(v.Str()))
			case referentials.JSON:
				kept[len(kept)-1].Values[k] = referentials.JSONValue(strings.Clone(v.Str()))
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(p.Descriptor, kept...)
	return w.states[len(w.states)-1].Version, nil
}

// table describes keys and references, all texts.
func table(id, key string, refers map[string]string) referentials.Descriptor {
	d := referentials.Descriptor{ID: id, Key: key, Fields: []referentials.Field{{Name: key, Type: referentials.String, Role: referentials.Key, Refers: refers[key]}}}
	for _, name := range slices.Sorted(maps.Keys(refers)) {
		if name != key {
			d.Fields = append(d.Fields, referentials.Field{Name: name, Type: referentials.String, Role: referentials.Ref, Refers: refers[name]})
		}
	}
	return d
}

// texts makes a row of a table; "" is null.
func texts(values ...string) (r referentials.Row) {
	for _, s := range values {
		v := referentials.Null
		if s != "" {
			v = referentials.StringValue(s)
		}
		r.Values = append(r.Values, v)
	}
	return r
}

func made(t fataler, r Request) *Matrix {
	t.Helper()
	m, err := Build(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// cellsOf gives the weights of each source by cell.
func cellsOf(m *Matrix) []map[int]float64 {
	out := make([]map[int]float64, m.Sources())
	for i := range out {
		out[i] = map[int]float64{}
	}
	for e := range m.Entries() {
		out[e.Source][e.Cell] = e.Weight
	}
	return out
}
