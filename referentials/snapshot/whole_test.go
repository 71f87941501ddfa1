package snapshot

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"socle/geo"
	"socle/geo/crs"
	"socle/referentials"
)

func TestNumbersOfWholeCollections(t *testing.T) {
	d := everyType("all", referentials.Integer, geo.None, crs.CRS{})
	m := &rowMaker{rand: rand.New(rand.NewPCG(3, 3)), d: &d}
	c, err := build(context.Background(), referentials.State{Descriptor: d}, func(yield func(*referentials.Row, error) bool) {
		for i := range 3000 {
			if r := m.row(i); !yield(&r, nil) {
				return
			}
		}
	}, new(crs.Cache))
	if err != nil {
		t.Fatal(err)
	}
	for f := range d.Fields {
		name, kind := d.Fields[f].Name, d.Fields[f].Type
		got, ok := c.Numbers(f)
		if ok != (kind == referentials.Number || kind == referentials.Integer) {
			t.Fatalf("%s, a %s: numbers %v", name, kind, ok)
		}
		for i := range got {
			if v := c.Value(i, f); v.IsNull() != math.IsNaN(got[i]) || !v.IsNull() && v.Float() != got[i] {
				t.Fatalf("%s of row %d is %v, want %v", name, i, got[i], v)
			}
		}
	}
}
