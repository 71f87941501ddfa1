package address

import (
	"context"
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
	own := writtenIn(t, texts)
	communes := func(p Position) string { return map[bool]string{true: "35238", false: "35240"}[p.Lat > 0] }
	placed := func(cells func(Position) string) string {
		all := func(Position) string { return "35" }
		out, p, err := Place(t.Context(), x, own, []string{"adresse"}, []Tier{{"m", cells}, {"communes", communes}, {"departements", all}})
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
		for i := range out.Len() { // the columns, the coarsest first
			got += fmt.Sprint(" ", out.Value(i, 2), "/", out.Value(i, 3), "=", p.Kinds[p.Of[i]])
		}
		return got
	}
	nothing := " /={none } /={none }"
	whole := "++++-- 35/35238={housenumber m} 35/35238={street m} 35/35238={street m} 35/35238={municipality m}" + nothing
	for name, c := range map[string]struct {
		cells func(Position) string
		want  string
	}{
		"one cell": {func(Position) string { return "all" }, whole},
		"two halves": {func(p Position) string { return fmt.Sprint(p.Lon > -1.7+10.5e-4) },
			"+-+--- 35/35238={housenumber m} 35/35238={street communes} 35/35238={street m} 35/35238={municipality communes}" + nothing},
		"the communes": {communes, whole},
		"no cell":      {func(Position) string { return "" }, strings.ReplaceAll(strings.Replace(whole, "++++", "+---", 1), " m}", " communes}")},
	} {
		if got := placed(c.cells); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if _, _, err := Place(t.Context(), x, own, []string{"adrese"}, nil); err == nil || !strings.Contains(err.Error(), "adresse") {
		t.Errorf("a column that is not there: %v", err)
	}
}

// TestPlaceKeepsOrder gives each of many rows, which several cores look for, its own place.
func TestPlaceKeepsOrder(t *testing.T) {
	x := village()
	texts := make([]string, 2*blockRows+17)
	for i := range texts {
		texts[i] = fmt.Sprint(1+i%31, " rue du general leclerc ", []string{"rennes", "le rheu", "nulle part"}[i%3])
	}
	commune := func(p Position) string { return fmt.Sprint(p.Lat > 48.1003) }
	out, p, err := Place(t.Context(), x, writtenIn(t, texts), []string{"adresse"}, []Tier{{"m", commune}, {"n", commune}})
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		r := x.Search(&Query{Text: text, Limit: 1}, nil)
		g, level := out.Geometry(i), p.Kinds[p.Of[i]].Level
		switch {
		case len(r) == 0:
			if level != Lost || !g.IsNull() {
				t.Fatalf("row %d, %s: %s", i, text, level)
			}
		case r[0].Level.String() != level || out.Value(i, 0).String() != fmt.Sprint(i):
			t.Fatalf("row %d, %s: %s, want %s", i, text, level, r[0].Level)
		case r[0].Level == Housenumber && (g.IsNull() || g.XY[0] != r[0].Position.Lon || out.Value(i, 2).String() != commune(r[0].Position)):
			t.Fatalf("row %d, %s: at %v, want %v", i, text, g.XY, r[0].Position)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Place(ctx, x, writtenIn(t, texts), []string{"adresse"}, []Tier{{"m", commune}}); err == nil {
		t.Error("it goes on after its context has ended")
	}
}

// writtenIn makes a collection of texts, in the column adresse.
func writtenIn(t *testing.T, texts []string) *snapshot.Collection {
	t.Helper()
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
	return own
}
