package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

// The fixtures' shorthands: a value, a row of values, a stream of rows.

func str(s string) referentials.Value    { return referentials.StringValue(s) }
func num(i int64) referentials.Value     { return referentials.IntegerValue(i) }
func float(f float64) referentials.Value { return referentials.NumberValue(f) }

func row(values ...referentials.Value) referentials.Row { return referentials.Row{Values: values} }

// stream yields rows through one reused Row, as readers do, so that a store that keeps
// what it was handed is caught.
func stream(rows ...referentials.Row) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		var shared referentials.Row
		for i := range rows {
			shared.Values = append(shared.Values[:0], rows[i].Values...)
			shared.Geom.CopyFrom(&rows[i].Geom)
			if !yield(&shared, nil) {
				return
			}
		}
	}
}

// brokenStream yields rows, then an error.
func brokenStream(err error, rows ...referentials.Row) referentials.Rows {
	return func(yield func(*referentials.Row, error) bool) {
		for i := range rows {
			if !yield(&rows[i], nil) {
				return
			}
		}
		yield(nil, err)
	}
}

// names describes a table of streets: id (string, the key), nom, n (integer).
func names(id string) referentials.Descriptor {
	return referentials.Descriptor{
		ID: id, Class: referentials.Territory, Access: referentials.Open, Key: "id",
		Fields: []referentials.Field{
			{Name: "id", Type: referentials.String, Role: referentials.Key},
			{Name: "nom", Type: referentials.String},
			{Name: "n", Type: referentials.Integer},
		},
	}
}

// name is a row of names.
func name(id, nom string, n int64) referentials.Row { return row(str(id), str(nom), num(n)) }

// places is names with a geometry column in Lambert-93.
func places(id string, shape geo.Type) referentials.Descriptor {
	d := names(id)
	d.Geometry, d.CRS = shape, crs.EPSG(2154)
	return d
}

func placed(id string, n int64, g geo.Geometry) referentials.Row {
	r := name(id, "place "+id, n)
	r.Geom = g
	return r
}

func point(x, y float64) geo.Geometry {
	return geo.Geometry{Type: geo.Point, XY: []float64{x, y}}
}

func publish(t *testing.T, s referentials.Store, d referentials.Descriptor, rows ...referentials.Row) referentials.Version {
	t.Helper()
	v, err := s.Replace(t.Context(), referentials.Publication{Descriptor: d, Source: "fixture"}, stream(rows...))
	if err != nil {
		t.Fatalf("Replace %s: %v", d.ID, err)
	}
	return v
}

func apply(t *testing.T, s referentials.Store, id string, changes ...referentials.Change) referentials.Version {
	t.Helper()
	v, err := s.Apply(t.Context(), id, changes)
	if err != nil {
		t.Fatalf("Apply %s: %v", id, err)
	}
	return v
}

// upsert makes the change that stores a row whose first value is its key.
func upsert(r referentials.Row) referentials.Change {
	return referentials.Change{Op: referentials.Upsert, Key: r.Values[0], Row: r}
}

func remove(key referentials.Value) referentials.Change {
	return referentials.Change{Op: referentials.Delete, Key: key}
}

// load gives a version's state and copies of its rows.
func load(t *testing.T, s referentials.Store, id string, version int64) (referentials.State, []referentials.Row) {
	t.Helper()
	state, rows, err := tryLoad(t.Context(), s, id, version)
	if err != nil {
		t.Fatalf("Load %s version %d: %v", id, version, err)
	}
	return state, rows
}

func tryLoad(ctx context.Context, s referentials.Store, id string, version int64) (state referentials.State, kept []referentials.Row, err error) {
	called := 0
	err = s.Load(ctx, id, version, func(st referentials.State, rows referentials.Rows) error {
		called++
		state = st
		for r, err := range rows {
			if err != nil {
				return err
			}
			kept = append(kept, copyRow(r))
		}
		return nil
	})
	if err == nil && called != 1 {
		return state, kept, fmt.Errorf("read was called %d times", called)
	}
	return state, kept, err
}

func copyRow(r *referentials.Row) referentials.Row {
	return referentials.Row{Values: slices.Clone(r.Values), Geom: r.Geom.Clone()}
}

// versions gives the ids of the kept versions, newest first.
func versions(t *testing.T, s referentials.Store, id string) []int64 {
	t.Helper()
	states, err := s.Versions(t.Context(), id)
	if err != nil {
		t.Fatalf("Versions %s: %v", id, err)
	}
	ids := make([]int64, len(states))
	for i, st := range states {
		ids[i] = st.Version.ID
	}
	return ids
}

// current gives the current version of a collection, as Collections tells it.
func current(t *testing.T, s referentials.Store, id string) referentials.State {
	t.Helper()
	states, err := s.Collections(t.Context())
	if err != nil {
		t.Fatalf("Collections: %v", err)
	}
	for _, st := range states {
		if st.Descriptor.ID == id {
			return st
		}
	}
	t.Fatalf("Collections has no %s", id)
	return referentials.State{}
}

func wantRows(t *testing.T, got, want []referentials.Row) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d\ngot  %.1000s\nwant %.1000s", len(got), len(want), dumpRows(got), dumpRows(want))
	}
	for i := range want {
		if !equalRows(&got[i], &want[i]) {
			t.Fatalf("row %d differs\ngot  %.2000s\nwant %.2000s", i, dumpRows(got[i:i+1]), dumpRows(want[i:i+1]))
		}
	}
}

func equalRows(a, b *referentials.Row) bool {
	return slices.Equal(a.Values, b.Values) && a.Geom.Type == b.Geom.Type &&
		slices.Equal(a.Geom.XY, b.Geom.XY) && slices.Equal(a.Geom.Ends, b.Geom.Ends) && slices.Equal(a.Geom.Parts, b.Geom.Parts)
}

func wantCode(t *testing.T, what string, err error, code referentials.Code) {
	t.Helper()
	if err == nil {
		t.Fatalf("%s: no error, want %s", what, code)
	}
	var e *referentials.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("%s: error %q of code %s, want %s", what, err, referentials.CodeOf(err), code)
	}
}

func wantIDs(t *testing.T, got []int64, want ...int64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("versions %v, want %v", got, want)
	}
}

// nothingPublished checks that a collection was never born.
func nothingPublished(t *testing.T, s referentials.Store, id string) {
	t.Helper()
	states, err := s.Collections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(states, func(st referentials.State) bool { return st.Descriptor.ID == id }) {
		t.Fatalf("%s is listed", id)
	}
	_, err = s.Versions(t.Context(), id)
	wantCode(t, "Versions of what was not published", err, referentials.NotFound)
	_, _, err = tryLoad(t.Context(), s, id, 0)
	wantCode(t, "Load of what was not published", err, referentials.NotFound)
}
