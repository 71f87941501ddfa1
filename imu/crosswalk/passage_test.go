package crosswalk

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"socle/geo"
	"socle/referentials"
)

// rowsOf makes rows of texts and numbers.
func rowsOf(rows ...[]any) (out []referentials.Row) {
	for _, r := range rows {
		var row referentials.Row
		for _, v := range r {
			switch v := v.(type) {
			case string:
				row.Values = append(row.Values, referentials.StringValue(v))
			case float64:
				row.Values = append(row.Values, referentials.NumberValue(v))
			default:
				row.Values = append(row.Values, referentials.Null)
			}
		}
		out = append(out, row)
	}
	return out
}

// described makes a descriptor of texts, and of numbers where a name ends in "#".
func described(id string, names ...string) referentials.Descriptor {
	d := referentials.Descriptor{ID: id, Geometry: geo.None}
	for _, n := range names {
		f := referentials.Field{Name: strings.TrimSuffix(n, "#"), Type: referentials.String}
		if f.Name != n {
			f.Type = referentials.Number
		}
		d.Fields = append(d.Fields, f)
	}
	d.Key = d.Fields[0].Name
	return d
}

func TestPassage(t *testing.T) {
	w := new(world).
		add(described("old", "id", "block"), rowsOf([]any{"1", "a"}, []any{"2", "b"}, []any{"3", "b"}, []any{"4", "gone"}, []any{"5", nil})...).
		add(described("new", "id"), rowsOf([]any{"A"}, []any{"B"})...).
		add(described("table", "link", "from", "to", "share#", "other#"), rowsOf(
			[]any{"x", "a", "A", 1.0, 0.5}, []any{"y", "b", "A", 0.25, 0.25}, []any{"z", "b", "B", 0.5, 1.0}, []any{"v", "gone", nil, nil, nil}, []any{"u", nil, "B", nil, nil}, []any{"s", "b", "elsewhere", 0.25, 1.0})...).
		add(described("twice", "link", "from", "to", "share#"), rowsOf([]any{"x", "a", "A", 0.2}, []any{"y", "a", "A", 0.2})...).
		add(described("much", "link", "from", "to", "share#"), rowsOf([]any{"x", "b", "A", 0.9}, []any{"y", "b", "B", 0.9}, []any{"z", "a", "A", 1.5}, []any{"v", "c", "A", 1.7})...).
		add(described("none", "link", "from", "to"))
	load := w.load(t)
	for base, want := range map[Base]string{
		Sum:   "A: 1×1 2×0.333 3×0.333 · B: 2×0.667 3×0.667",
		Total: "A: 1×1 2×0.25 3×0.25 · B: 2×0.5 3×0.5",
	} {
		m, err := Build(context.Background(), Request{Source: load("old"), Mesh: load("new"), Method: Passage, Base: base, Field: "block", Weights: load("table")})
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for k, name := range []string{"A", "B"} {
			line := name + ":"
			sources, weights := m.Cell(k)
			for i, s := range sources {
				line += fmt.Sprintf(" %d×%.3g", s+1, weights[i])
			}
			told = append(told, line)
		}
		if got := strings.Join(told, " · "); got != want {
			t.Errorf("%s: %s, want %s", base, got, want)
		}
		// What reaches cells and what does not is all there is.
		for i := range m.Sources() {
			sum := m.Outside(i)
			for e := range m.Entries() {
				if e.Source == i {
					sum += e.Weight
				}
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Errorf("%s: of feature %d there is %v", base, i+1, sum)
			}
		}
		if m.Level(3) != Unmatched || m.Level(4) != Unmatched || m.Level(0) != ByPassage {
			t.Error(m.Levels())
		}
	}
	for weights, says := range map[string]string{"twice": "leads to a cell twice", "much": `"b" add up to 1.8`, "none": "no table of passage"} {
		for range 20 { // always the first thing wrong
			_, err := Build(context.Background(), Request{Source: load("old"), Mesh: load("new"), Method: Passage, Field: "block", Weights: load(weights)})
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v", weights, err)
			}
		}
	}
	if _, err := Build(context.Background(), Request{Source: load("old"), Mesh: load("new"), Method: Passage}); err == nil {
		t.Error("there is no table, and nobody minds")
	}
}
