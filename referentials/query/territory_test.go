package query

import (
	"context"
	"fmt"
	"testing"
	"time"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
	"socle/referentials/snapshot"
)

// shelf is a store of one collection in memory, whose version can be replaced.
type shelf struct {
	referentials.Store // what a Keeper does not call here
	state              referentials.State
	rows               []referentials.Row
}

func (s *shelf) Collections(context.Context) ([]referentials.State, error) {
	return []referentials.State{s.state}, nil
}

func (s *shelf) Load(_ context.Context, _ string, _ int64, read func(referentials.State, referentials.Rows) error) error {
	return read(s.state, func(yield func(*referentials.Row, error) bool) {
		for i := range s.rows {
			if !yield(&s.rows[i], nil) {
				return
			}
		}
	})
}

// collection loads the shelf as the public sees it.
func (s *shelf) collection(t testing.TB) *snapshot.PublicCollection {
	t.Helper()
	k := snapshot.New(s, snapshot.Options{})
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	c, ok := k.Current().Public().Collection(s.state.Descriptor.ID)
	if !ok {
		t.Fatal("the collection is not public")
	}
	return c
}

// meters is n measures with values that repeat and nulls everywhere but in the key.
func meters(n int) *shelf {
	d := referentials.Descriptor{
		ID: "mesures", Class: referentials.Territory, Access: referentials.Open, Key: "id", Geometry: geo.Point, CRS: crs.EPSG(2154),
		Fields: []referentials.Field{
			{Name: "id", Type: referentials.Integer, Role: referentials.Key},
			{Name: "nom", Type: referentials.String},
			{Name: "valeur", Type: referentials.Number},
			{Name: "rang", Type: referentials.Integer},
			{Name: "vrai", Type: referentials.Boolean},
			{Name: "jour", Type: referentials.Date, Role: referentials.Time},
			{Name: "vu", Type: referentials.DateTime},
		},
	}
	s := &shelf{state: referentials.State{Descriptor: d, Version: referentials.Version{
		Collection: d.ID, ID: 1, Rows: int64(n), Current: true, PublishedAt: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
	}}}
	names := []string{"Été", "ete", "", "Zola", "été", "a'b"}
	for i := range n {
		r := referentials.Row{
			Values: []referentials.Value{
				referentials.IntegerValue(int64(i)),
				referentials.StringValue(names[i*7%len(names)]),
				referentials.NumberValue(float64(i*13%11-5) / 4),
				referentials.IntegerValue(int64(i*5%9 - 4)),
				referentials.BooleanValue(i%3 == 0),
				referentials.DateValue(int64(19_000 + i*3%40)),
				referentials.DateTimeValue(1_700_000_000_000_000 + int64(i*17%23)*3_600_000_000),
			},
			Geom: geo.Geometry{Type: geo.Point, XY: []float64{351_000 + float64(i%100), 6_789_000 + float64(i/100)}},
		}
		for f := 1; f < len(r.Values); f++ {
			if (i+f)%7 == 0 {
				r.Values[f] = referentials.Null
			}
		}
		s.rows = append(s.rows, r)
	}
	return s
}

// replace publishes the next version, which lacks the first row.
func (s *shelf) replace() {
	s.rows = s.rows[1:]
	s.state.Version.ID++
	s.state.Version.Rows--
}

func newEngine(t testing.TB, o Options) *Engine {
	t.Helper()
	systems := new(crs.Cache)
	e, err := New(o, systems)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close(); systems.Close() })
	return e
}

func show(s *Selection) string {
	var list []int
	for k := range s.Len() {
		list = append(list, s.Row(k))
	}
	return fmt.Sprint(list)
}
