package address

import (
	"fmt"
	"strings"
	"testing"

	"socle/referentials"
	"socle/referentials/snapshot"
)

// TestPlace puts rows at what they say, and leaves those without a place that could lie in
// several cells.
func TestPlace(t *testing.T) {
	x := village()
	texts := []string{"12 rue du general leclerc rennes", "rue du general leclerc rennes", "rue de vitré rennes", "rennes", "nulle part", ""}
	d := referentials.Descriptor{ID: "t", Key: "n", Access: referentials.Open, Fields: []referentials.Field{
		{Name: "n", Type: referentials.Integer}, {Name: "adresse", Type: referentials.String}}}
	own, err := snapshot.Build(t.Context(), referentials.State{Descriptor: d, Version: referentials.Version{Collection: "t"}}, func(yield func(*referentials.Row, error) bool) {
		for i, text := range texts {
			row := referentials.Row{Values: []referentials.Value{referentials.IntegerValue(int64(i)), referentials.StringValue(text)}}
			if !yield(&row, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	placed := func(cells func(Position) string) string {
		out, p, err := Place(t.Context(), x, own, []string{"adresse"}, cells)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i := range out.Len() {
			if g := out.Geometry(i); g.IsNull() {
				got += "-"
			} else {
				got += "+"
			}
		}
		return fmt.Sprint(got, " ", p.Wide, p.Lost)
	}
	for name, c := range map[string]struct {
		cells func(Position) string
		want  string
	}{
		"one cell":     {func(Position) string { return "all" }, "++++-- 0 2"},
		"two halves":   {func(p Position) string { return fmt.Sprint(p.Lon > -1.7+10.5e-4) }, "+-+--- 2 2"},
		"the communes": {func(p Position) string { return map[bool]string{true: "35238", false: "35240"}[p.Lat > 0] }, "++++-- 0 2"},
	} {
		if got := placed(c.cells); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if _, _, err := Place(t.Context(), x, own, []string{"adrese"}, nil); err == nil || !strings.Contains(err.Error(), "adresse") {
		t.Errorf("a column that is not there: %v", err)
	}
}
