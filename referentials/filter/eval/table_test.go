package eval

import (
	"context"
	"testing"

	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/filter"
	"socle/referentials/filter/cql2"
	"socle/referentials/snapshot"
)

// shelf is a store of one collection that stays as it is.
type shelf struct {
	referentials.Store
	state referentials.State
	rows  func(n int) *referentials.Row
}

func (s *shelf) Collections(context.Context) ([]referentials.State, error) {
	return []referentials.State{s.state}, nil
}

func (s *shelf) Load(_ context.Context, _ string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	return read(s.state, func(yield func(*referentials.Row, error) bool) {
		for n := range int(s.state.Version.Rows) {
			if !yield(s.rows(n), nil) {
				return
			}
		}
	})
}

// tableOf loads n rows as the program would.
func tableOf(tb testing.TB, d referentials.Descriptor, n int, rows func(n int) *referentials.Row) *snapshot.PublicCollection {
	tb.Helper()
	d.Access, d.Class = referentials.Open, referentials.Reference
	store := &shelf{state: referentials.State{Descriptor: d, Version: referentials.Version{Collection: d.ID, ID: 1, Rows: int64(n)}}, rows: rows}
	keeper := snapshot.New(store, snapshot.Options{})
	if err := keeper.Load(context.Background()); err != nil {
		tb.Fatal(err)
	}
	c, ok := keeper.Current().Public().Collection(d.ID)
	if !ok {
		tb.Fatalf("%s is not public", d.ID)
	}
	return c
}

func bind(tb testing.TB, t Table, in crs.CRS, text string) *filter.Node {
	tb.Helper()
	e, err := cql2.ParseText(text)
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	n, err := filter.Bind(e, filter.Schema{Descriptor: t.Descriptor(), CRS: in, Text: text})
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return n
}

func compile(tb testing.TB, t Table, n *filter.Node) *Filter {
	tb.Helper()
	systems := new(crs.Cache)
	f, err := Compile(n, t, systems)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		f.Close()
		systems.Close()
	})
	return f
}

func selected(tb testing.TB, f *Filter) []uint32 {
	tb.Helper()
	rows, err := f.Select(context.Background(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}
